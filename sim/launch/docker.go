package launch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"

	"progon/sim/excerpt"
)

// Labels of everything that is made in Docker: whose it is, so that what a killed Progon
// left behind is known.
const (
	labelRun   = "progon.run"   // the mark of one start
	labelOwner = "progon.owner" // the process of Progon: its number and when it began
	labelHost  = "progon.host"  // the machine on which that number counts
)

// quiet keeps the library from printing how it is connected; it has one logger for all.
var quiet = sync.OnceFunc(func() { tclog.SetDefault(tclog.NewNoopLogger()) })

const pingTimeout = 10 * time.Second

// engine is the connection to Docker.
type engine struct {
	provider *testcontainers.DockerProvider
	api      client.APIClient
}

// openEngine connects to Docker, or says why not.
func openEngine(ctx context.Context) (_ *engine, err error) {
	// The library looks for Docker in several ways, and panics where it finds none.
	defer func() {
		if what := recover(); what != nil {
			err = noDocker(fmt.Errorf("%v", what))
		}
	}()
	// Its own cleaner is an image from a registry, which may be out of reach; what is left
	// behind is known by our labels, see Sweep.
	if err := os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
		return nil, fmt.Errorf("не удалось подготовить Docker: %w", err)
	}
	quiet()
	p, err := testcontainers.NewDockerProvider()
	if err != nil {
		return nil, noDocker(err)
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if _, err := p.Client().Ping(ctx, client.PingOptions{}); err != nil {
		_ = p.Close() // it was never used
		return nil, noDocker(err)
	}
	return &engine{provider: p, api: p.Client()}, nil
}

// errNoDocker marks a machine on which containers cannot be started.
var errNoDocker = errors.New("Docker недоступен: запустите его и проверьте командой docker info, что он отвечает") //nolint:staticcheck // a name

func noDocker(err error) error {
	return fmt.Errorf("%w (%s)", errNoDocker, excerpt.Of(err.Error(), shownRunes))
}

// Docker tells whether containers can be started here, and what to do if not.
func Docker(ctx context.Context) error {
	e, err := openEngine(ctx)
	if err != nil {
		return err
	}
	e.close()
	return nil
}

func (e *engine) close() { _ = e.provider.Close() } // only idle connections

// owner names this process, also against another one that later has the same number.
func owner(pid int) string { return strconv.Itoa(pid) + "-" + began(pid) }

// lives tells whether the process that an owner names still runs.
func lives(owner string) bool {
	number, when, _ := strings.Cut(owner, "-")
	pid, err := strconv.Atoi(number)
	return err == nil && alive(pid) && began(pid) == when
}

func labels(mark string) map[string]string {
	host, _ := os.Hostname() // without a name it is an empty one
	return map[string]string{labelRun: mark, labelOwner: owner(os.Getpid()), labelHost: host}
}

// orphan tells whether something was left behind on this machine by a Progon that is gone.
func orphan(labels map[string]string) bool {
	host, _ := os.Hostname() // as above
	return labels[labelRun] != "" && labels[labelHost] == host && !lives(labels[labelOwner])
}

// Sweep removes containers and networks which a killed Progon has left behind, and returns
// how many there were. Those of a Progon that still runs stay.
func Sweep(ctx context.Context) (int, error) {
	e, err := openEngine(ctx)
	if err != nil {
		return 0, err
	}
	defer e.close()
	return e.sweep(ctx)
}

func (e *engine) sweep(ctx context.Context) (removed int, err error) {
	fail := func(err error) (int, error) {
		return removed, fmt.Errorf("не удалось убрать контейнеры прошлого запуска: %w", err)
	}
	ours := client.Filters{}.Add("label", labelRun)
	containers, err := e.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours})
	if err != nil {
		return fail(err)
	}
	for _, c := range containers.Items {
		if !orphan(c.Labels) {
			continue
		}
		_, err := e.api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil && !goneAlready(err) {
			return fail(err)
		}
		removed++
	}
	networks, err := e.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours})
	if err != nil {
		return fail(err)
	}
	for _, n := range networks.Items {
		if !orphan(n.Labels) {
			continue
		}
		if _, err := e.api.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{}); err != nil && !goneAlready(err) {
			return fail(err)
		}
		removed++
	}
	return removed, nil
}

// goneAlready is the answer when another start is sweeping too: it is gone, is being
// removed, or (a network) still has a container that is being removed.
func goneAlready(err error) bool {
	return errdefs.IsNotFound(err) || errdefs.IsConflict(err) || errdefs.IsPermissionDenied(err)
}

// Prepare removes what a killed Progon left behind and builds the images, once for all
// lanes. Dir is where relative paths start. The answer is the description to start.
func (i Image) Prepare(ctx context.Context, dir string) (Image, error) {
	if err := i.Check(); err != nil {
		return i, err
	}
	e, err := openEngine(ctx)
	if err != nil {
		return i, err
	}
	defer e.close()
	if _, err := e.sweep(ctx); err != nil {
		return i, err
	}
	if i.Part, err = e.made(ctx, i.Part, dir); err != nil {
		return i, err
	}
	with := make([]Part, len(i.With))
	for n, p := range i.With {
		if with[n], err = e.made(ctx, p, dir); err != nil {
			return i, err
		}
	}
	i.With = with
	return i, nil
}

// made builds the image of a part, or fetches it where this machine has it not yet.
func (e *engine) made(ctx context.Context, p Part, dir string) (Part, error) {
	if p.Build.Context == "" {
		if _, err := e.api.ImageInspect(ctx, p.Image); err == nil {
			return p, nil
		}
		if err := e.provider.PullImage(ctx, p.Image); err != nil {
			return p, fmt.Errorf("образа «%s» нет на этой машине, и получить его не удалось: %w; проверьте имя или соберите его: docker build", p.Image, err)
		}
		return p, nil
	}
	folder := within(dir, p.Build.Context)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return p, fmt.Errorf("build: нет папки «%s» для сборки образа", p.Build.Context)
	}
	args := map[string]*string{}
	for name, v := range p.Build.Args {
		args[name] = &v
	}
	repo, tag, _ := strings.Cut(imageName(folder, p.Build.File), ":")
	var said bytes.Buffer
	name, err := e.provider.BuildImage(ctx, &testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{
		Context: folder, Dockerfile: p.Build.File, BuildArgs: args, KeepImage: true,
		Repo: repo, Tag: tag, BuildLogWriter: &said,
		BuildOptionsModifier: func(o *client.ImageBuildOptions) { o.Remove, o.ForceRemove = true, true },
	}})
	if err != nil {
		v := newVoice("")
		v.hear(said.String())
		return p, fmt.Errorf("образ из папки «%s» не собрался: %w%s", p.Build.Context, err, v.words())
	}
	p.Image, p.Build = name, Build{}
	return p, nil
}

// imageName is the name of what is built from a folder: a new build takes the place of the
// one before.
func imageName(folder, file string) string {
	sum := sha256.Sum256([]byte(folder + "\x00" + file))
	return "progon-bot:" + hex.EncodeToString(sum[:6])
}

// within puts a relative path into a folder.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
