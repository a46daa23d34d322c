package launch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"progon"
)

const (
	// laneFolder is where a container finds the folder of its lane: a name that no image has.
	laneFolder = "/.progon/lane"
	// filesFolder is where it finds the files of the surroundings.
	filesFolder  = "/.progon/files"
	imageTimeout = 60 * time.Second
	cleanUp      = 30 * time.Second
	lastLines    = 2 * time.Second
)

// Containers is a running bot with its further containers. It is used like [Process].
type Containers struct {
	image   Image
	options Options
	mark    string
	values  map[string]string // as the containers see them
	engine  *engine
	network *network
	front   *relay // the address of the bot, which stays
	parts   []*running

	mu   sync.Mutex
	over bool
}

// running is one started container.
type running struct {
	Part
	id    string
	inner testcontainers.Container
	log   *containerLog
	addr  string // host:port from here; empty without a port

	mu    sync.Mutex
	voice *voice
	ended chan struct{}
	code  int64
}

// partRecorder passes on what a container prints, past the voice of its present life.
type partRecorder struct {
	of *running
	to progon.Recorder
}

// Record implements progon.Recorder.
func (p *partRecorder) Record(e progon.Event) progon.Event {
	p.of.mu.Lock()
	v := p.of.voice
	p.of.mu.Unlock()
	return v.to(p.to).Record(e)
}

// Start starts the containers and waits until the bot can be spoken to. What it makes is
// removed by Stop, also when the start fails.
func (i Image) Start(ctx context.Context, o Options) (_ *Containers, err error) {
	if i, err = i.prepared(ctx, o.Dir); err != nil {
		return nil, err
	}
	// Docker itself may need a while besides.
	limit := time.Duration(1+len(i.With))*lasts(i.Timeout, imageTimeout) + imageTimeout
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("Docker не запустил контейнеры за %s", limit)) //nolint:staticcheck // a name
	defer cancel()
	c := &Containers{image: i, options: o, mark: strings.ToLower(rand.Text())}
	if c.engine, err = openEngine(ctx); err != nil {
		return nil, err
	}
	if err := c.start(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.DeadlineExceeded) {
			err = cause
		}
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// prepared builds what is not built yet; without that, only what a killed Progon has left
// behind is removed.
func (i Image) prepared(ctx context.Context, dir string) (Image, error) {
	built := i.Build.Context == ""
	for _, p := range i.With {
		built = built && p.Build.Context == ""
	}
	if !built {
		return i.Prepare(ctx, dir)
	}
	if err := i.Check(); err != nil {
		return i, err
	}
	_, err := Sweep(ctx)
	return i, err
}

func (c *Containers) start(ctx context.Context) (err error) {
	if c.network, err = openNetwork(ctx, c.engine, c.mark, c.image.Network != NetworkOpen); err != nil {
		return err
	}
	if c.values, err = c.seen(); err != nil {
		return err
	}
	for n, p := range c.image.With {
		r, err := c.run(ctx, fmt.Sprintf("bot.image.with[%d]", n), p)
		if err != nil {
			return err
		}
		c.values[p.Name+".addr"] = p.Name + ":" + strconv.Itoa(r.Port)
	}
	p := c.image.Part
	p.Name = mainName(p)
	_, err = c.run(ctx, "bot.image", p)
	return err
}

// seen are the values as the containers see them.
func (c *Containers) seen() (map[string]string, error) {
	values := map[string]string{}
	for name, v := range c.options.Values {
		var err error
		if values[name], err = c.network.seen(v); err != nil {
			return nil, err
		}
	}
	for name, file := range c.options.Files {
		values[name] = path.Join(filesFolder, name, filepath.Base(file))
	}
	values["dir"] = laneFolder
	return values, nil
}

// run starts one container and waits until it is ready.
func (c *Containers) run(ctx context.Context, key string, p Part) (*running, error) {
	r := &running{Part: p}
	if err := c.findPort(ctx, key, r); err != nil {
		return nil, err
	}
	request, err := c.request(key, r)
	if err != nil {
		return nil, err
	}
	r.inner, err = c.engine.provider.CreateContainer(ctx, request)
	if r.inner != nil {
		r.id = r.inner.GetContainerID()
		c.parts = append(c.parts, r)
	}
	if err != nil {
		return nil, fmt.Errorf("контейнер %s не создан из образа «%s»: %w", p.Name, p.Image, err)
	}
	r.log = newContainerLog(c.engine.api, r.id, p.Name, &partRecorder{r, c.options.Recorder})
	return r, c.awake(ctx, key, r)
}

// awake starts a container that was made and waits until it is ready.
func (c *Containers) awake(ctx context.Context, key string, r *running) error {
	v, ended := newVoice(r.Ready.Log), make(chan struct{})
	r.mu.Lock()
	r.voice, r.ended = v, ended
	r.mu.Unlock()
	// The waiting outlives the start; it ends with the container.
	wait := c.engine.api.ContainerWait(context.WithoutCancel(ctx), r.id, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	if _, err := c.engine.api.ContainerStart(ctx, r.id, client.ContainerStartOptions{}); err != nil {
		return fmt.Errorf("контейнер %s не запустился: %w; проверьте %s", r.Name, err, key)
	}
	go func() {
		defer close(ended)
		select {
		case got := <-wait.Result:
			r.mu.Lock()
			r.code = got.StatusCode
			r.mu.Unlock()
		case <-wait.Error: // Docker is gone: so is the bot
		}
	}()
	if err := r.log.follow(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if r.Port != 0 {
		if err := c.locate(ctx, key, r); err != nil {
			select { // a container without an address has most likely ended
			case <-ended:
				return c.died(r)
			case <-time.After(lastLines):
				return err
			}
		}
	}
	what, ask, err := c.sign(key, r)
	if err != nil || what == "" {
		return err
	}
	if err := v.await(ctx, lasts(c.image.Timeout, imageTimeout), what, ask, ended); err != nil {
		return err
	}
	return c.died(r)
}

// locate finds out where a container is reached; the bot's own address leads there.
func (c *Containers) locate(ctx context.Context, key string, r *running) (err error) {
	if r.addr, err = c.network.address(ctx, r.id, r.Port); err != nil {
		return err
	}
	if key != "bot.image" {
		return nil
	}
	if c.front != nil {
		c.front.turn(r.addr)
		return nil
	}
	if c.front, err = openRelay("127.0.0.1:0", r.addr); err != nil {
		return fmt.Errorf("не удалось открыть адрес бота: %w", err)
	}
	return nil
}

// sign is what tells that a container is ready; nothing where there is no way to know.
func (c *Containers) sign(key string, r *running) (string, func(context.Context) bool, error) {
	ready := r.Ready
	if key != "bot.image" && ready == (Ready{}) {
		if r.Port == 0 {
			return "", nil, nil
		}
		ready.Port = true
	}
	return ready.sign(key, "http://"+r.addr)
}

// died tells, in Russian, that a container has ended, or nothing.
func (c *Containers) died(r *running) error {
	r.mu.Lock()
	v, ended := r.voice, r.ended
	r.mu.Unlock()
	select {
	case <-ended:
		r.log.finish(lastLines)
		r.mu.Lock()
		defer r.mu.Unlock()
		return fmt.Errorf("контейнер %s завершился (код %d)%s", r.Name, r.code, v.words())
	default:
		return nil
	}
}

func (c *Containers) bot() *running { return c.parts[len(c.parts)-1] }

// URL is the address of the bot.
func (c *Containers) URL() string { return "http://" + c.front.addr() }

// Addr is where one of the containers is reached from this machine: «172.18.0.2:5432».
func (c *Containers) Addr(name string) (string, bool) {
	for _, r := range c.parts {
		if r.Name == name && r.addr != "" {
			return r.addr, true
		}
	}
	return "", false
}

// Values are what {{NAME.addr}} means on this machine, for the sources of logs and data.
func (c *Containers) Values() map[string]string {
	values := map[string]string{}
	for _, r := range c.parts {
		if r.addr != "" {
			values[r.Name+".addr"] = r.addr
		}
	}
	return values
}

// Ended is closed when the bot has ended, by itself or not.
func (c *Containers) Ended() <-chan struct{} {
	r := c.bot()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// Alive tells, in Russian, which container does not run any more, or nothing.
func (c *Containers) Alive() error {
	for _, r := range c.parts {
		if err := c.died(r); err != nil {
			return fmt.Errorf("посреди прогона %w", err)
		}
	}
	return nil
}

// Sync returns when everything that the containers have printed so far has been told.
func (c *Containers) Sync(ctx context.Context) error {
	for _, r := range c.parts {
		if err := r.log.sync(ctx); err != nil {
			return fmt.Errorf("контейнер %s: %w", r.Name, err)
		}
	}
	return nil
}

// Restart starts the bot's own container anew, with what it has on disk; its further
// containers run on. The address stays.
func (c *Containers) Restart(ctx context.Context) error {
	r := c.bot()
	if err := c.end(ctx, r); err != nil {
		return err
	}
	return c.awake(ctx, "bot.image", r)
}

// end asks a container to end and hears it out.
func (c *Containers) end(ctx context.Context, r *running) error {
	seconds := int(math.Ceil(lasts(c.image.Stop, stopTimeout).Seconds()))
	_, err := c.engine.api.ContainerStop(ctx, r.id, client.ContainerStopOptions{Timeout: &seconds})
	if r.log != nil {
		r.log.finish(lastLines)
	}
	if err != nil && !goneAlready(err) {
		return fmt.Errorf("контейнер %s не остановился: %w", r.Name, err)
	}
	return nil
}

// Stop ends and removes the containers and their network. A second Stop does nothing.
func (c *Containers) Stop() error {
	c.mu.Lock()
	over := c.over
	c.over = true
	c.mu.Unlock()
	if over {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), cleanUp)
	defer cancel()
	var wrong error
	for n := len(c.parts) - 1; n >= 0; n-- {
		r := c.parts[n]
		if r.log != nil && r.log.started() {
			wrong = errors.Join(wrong, c.end(ctx, r))
		}
		_, err := c.engine.api.ContainerRemove(ctx, r.id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil && !goneAlready(err) {
			wrong = errors.Join(wrong, fmt.Errorf("контейнер %s не удалён: %w", r.Name, err))
		}
	}
	if c.front != nil {
		c.front.close()
	}
	if c.network != nil {
		c.network.close(ctx)
	}
	c.engine.close()
	return wrong
}
