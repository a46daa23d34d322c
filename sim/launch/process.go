package launch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"progon/sim/logs"
)

// Process is a running bot with everything that it has started.
type Process struct {
	command Command
	options Options
	url     string
	mark    string // in the environment of all its processes
	auto    bool   // the port was chosen here

	mu      sync.Mutex
	cmd     *exec.Cmd
	outputs []*output
	ended   chan struct{} // closed when the process has ended
	how     error         // how it ended
	voice   *voice        // what it said since its last start
}

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 3 * time.Second
	poll         = 20 * time.Millisecond
	portTries    = 3

	// markName is the variable by which processes of a bot are known.
	markName = "PROGON_LAUNCH"
	// markFile keeps the mark, so that what a killed Progon left behind can be ended by
	// the next start in the same folder.
	markFile = ".progon-launch"
)

// errEnded marks a bot that has ended before it was ready.
var errEnded = errors.New("бот завершился, не начав отвечать")

// Start starts the bot and waits until it can be spoken to.
func (c Command) Start(ctx context.Context, o Options) (*Process, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		p, err := c.prepare(o)
		if err != nil {
			return nil, err
		}
		if err := p.occupied(ctx); err != nil {
			return nil, err
		}
		err = p.start(ctx)
		if err == nil {
			return p, nil
		}
		// Between choosing a port and listening at it somebody may have been quicker.
		if !p.auto || try == portTries || !errors.Is(err, errEnded) || !p.said().portTaken() {
			return nil, err
		}
	}
}

// prepare chooses a port and puts the values in place.
func (c Command) prepare(o Options) (*Process, error) {
	port, err := freePort()
	if err != nil {
		return nil, fmt.Errorf("не удалось найти свободный порт: %w", err)
	}
	values := map[string]string{"port": strconv.Itoa(port)}
	maps.Copy(values, o.Values)
	maps.Copy(values, o.Files)
	o.Values = values
	address := c.URL
	if address == "" {
		address = "http://127.0.0.1:{{port}}"
	}
	p := &Process{command: c, options: o, mark: rand.Text(), auto: strings.Contains(address, "port}}")}
	if p.url, err = put("bot.command.url", address, values); err != nil {
		return nil, err
	}
	if err := URL(p.url).Check(); err != nil {
		return nil, fmt.Errorf("bot.command.url: «%s» не адрес; пример: http://127.0.0.1:{{port}}", p.url)
	}
	values["url"] = p.url
	p.sweep()
	return p, nil
}

// URL is the address of the bot.
func (p *Process) URL() string { return p.url }

// occupied tells when somebody listens where the bot is about to.
func (p *Process) occupied(ctx context.Context) error {
	u, err := url.Parse(p.url)
	if err != nil || p.auto || !listens(ctx, hostPort(u)) {
		return nil
	}
	return fmt.Errorf("адрес %s уже занят другой программой: остановите её или напишите в bot.command.url порт {{port}} и передайте его боту", p.url)
}

func (p *Process) start(ctx context.Context) error {
	cmd, err := p.build()
	if err != nil {
		return err
	}
	v := newVoice(p.command.Ready.Log)
	outputs, written, err := p.pipes(cmd, v)
	if err != nil {
		return err
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.outputs, p.ended, p.voice, p.how = cmd, outputs, ended, v, nil
	p.mu.Unlock()
	err = p.run(cmd, ended)
	for _, w := range written {
		_ = w.Close() // the bot has its own copy
	}
	if err != nil {
		for _, o := range outputs {
			o.close()
		}
		p.mu.Lock()
		p.cmd = nil
		p.mu.Unlock()
		return fmt.Errorf("не удалось запустить «%s»: %w; проверьте bot.command.run и dir", cmd.Args[0], plainReason(err))
	}
	for _, o := range outputs {
		o.follow()
	}
	if err := p.ready(ctx, ended, v); err != nil {
		return errors.Join(err, p.Stop())
	}
	return nil
}

// ready waits until the bot answers, ends or runs out of time.
func (p *Process) ready(ctx context.Context, ended <-chan struct{}, v *voice) error {
	what, ask, err := p.command.Ready.sign("bot.command", p.url)
	if err != nil {
		return err
	}
	if err := v.await(ctx, lasts(p.command.Timeout, startTimeout), what, ask, ended); err != nil {
		return err
	}
	return p.stillThere(ended)
}

// pipes connects both outputs of the command. The written ends are to be closed after the
// start, so that the read ends see when the bot is gone.
func (p *Process) pipes(cmd *exec.Cmd, v *voice) (outputs []*output, written []*os.File, err error) {
	for _, stream := range []string{"stdout", "stderr"} {
		read, write, err := os.Pipe()
		if err != nil {
			return nil, nil, fmt.Errorf("не удалось подключиться к выводу бота: %w", err)
		}
		if stream == "stdout" {
			cmd.Stdout = write
		} else {
			cmd.Stderr = write
		}
		outputs, written = append(outputs, newOutput(read, logs.NewLines(v.to(p.options.Recorder), stream))), append(written, write)
	}
	return outputs, written, nil
}

// plainReason drops the path from an error of the system: the user has just read it.
func plainReason(err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		return errors.New("нет такой программы или папки")
	}
	if errors.Is(err, os.ErrPermission) {
		return errors.New("нет права её запускать")
	}
	return err
}

// build makes the command with its environment.
func (p *Process) build() (*exec.Cmd, error) {
	args := make([]string, len(p.command.Run))
	for i, a := range p.command.Run {
		var err error
		if args[i], err = put("bot.command.run", a, p.options.Values); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = p.options.Dir
	if p.command.Dir != "" {
		cmd.Dir = p.command.Dir
		if !filepath.IsAbs(cmd.Dir) {
			cmd.Dir = filepath.Join(p.options.Dir, cmd.Dir)
		}
	}
	// What a bot prints must not wait in its own buffer.
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1", markName+"="+p.mark)
	port := p.command.Port
	if port == "" && p.command.URL == "" {
		port = "PORT"
	}
	if port != "" {
		cmd.Env = append(cmd.Env, port+"="+p.options.Values["port"])
	}
	env := maps.Clone(p.options.Env)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, p.command.Env)
	for name, template := range env {
		v, err := put("bot.command.env."+name, template, p.options.Values)
		if err != nil {
			return nil, err
		}
		cmd.Env = append(cmd.Env, name+"="+v)
	}
	separate(cmd)
	return cmd, nil
}

// run starts the command from a thread that stays until it ends: where the system ends a
// bot together with whoever started it, that is a thread.
func (p *Process) run(cmd *exec.Cmd, ended chan struct{}) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		how := cmd.Wait()
		p.mu.Lock()
		p.how = how
		p.mu.Unlock()
		close(ended)
	}()
	return <-started
}

// stillThere tells a bot that has ended from one that is ready: somebody else may have
// answered at its address.
func (p *Process) stillThere(ended <-chan struct{}) error {
	select {
	case <-ended:
		p.drain()
		return fmt.Errorf("%w%s%s", errEnded, p.exit(), p.said().words())
	default:
		return nil
	}
}

// Ended is closed when the bot has ended, by itself or not.
func (p *Process) Ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// Alive tells, in Russian, why the bot does not run any more, or nothing.
func (p *Process) Alive() error {
	select {
	case <-p.Ended():
		p.drain()
		return fmt.Errorf("бот завершился посреди прогона%s%s", p.exit(), p.said().words())
	default:
		return nil
	}
}

func (p *Process) exit() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var e *exec.ExitError
	if !errors.As(p.how, &e) {
		return ""
	}
	if code := e.ExitCode(); code >= 0 {
		return fmt.Sprintf(" (код %d)", code)
	}
	return fmt.Sprintf(" (%s)", e.Error())
}

func (p *Process) said() *voice {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.voice
}

// Sync returns when everything that the bot has printed so far has been told. It does not
// wait: what is in the pipe is read at once.
func (p *Process) Sync(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.drain()
	return nil
}

func (p *Process) drain() {
	p.mu.Lock()
	outputs := p.outputs
	p.mu.Unlock()
	for _, o := range outputs {
		o.sync()
	}
}

// Stop ends the bot with all its children. A bot that does not go is killed. A second
// Stop does nothing.
func (p *Process) Stop() error {
	p.mu.Lock()
	cmd, ended, outputs := p.cmd, p.ended, p.outputs
	p.cmd = nil
	p.mu.Unlock()
	if cmd == nil {
		return nil
	}
	ask(cmd)
	timer := time.NewTimer(lasts(p.command.Stop, stopTimeout))
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	}
	// Also when the bot itself has gone: a child may have stayed, or left the group.
	kill(cmd)
	killMarked(p.mark)
	<-ended
	for _, o := range outputs {
		o.sync()
		o.close()
	}
	p.forget()
	return nil
}

// Restart starts the bot anew at the same address.
func (p *Process) Restart(ctx context.Context) error {
	if err := p.Stop(); err != nil {
		return err
	}
	return p.start(ctx)
}

// sweep ends what an earlier, killed Progon has left behind in this folder, and leaves its
// own mark.
func (p *Process) sweep() {
	if p.options.WorkDir == "" {
		return
	}
	name := filepath.Join(p.options.WorkDir, markFile)
	if left, err := os.ReadFile(name); err == nil {
		owner, mark, _ := strings.Cut(string(left), " ")
		if pid, err := strconv.Atoi(owner); err == nil && mark != "" && !alive(pid) {
			killMarked(mark)
		}
	}
	_ = os.WriteFile(name, fmt.Appendf(nil, "%d %s", os.Getpid(), p.mark), 0o600) // only needed after a crash
}

func (p *Process) forget() {
	if p.options.WorkDir != "" {
		_ = os.Remove(filepath.Join(p.options.WorkDir, markFile)) // a start follows or nothing
	}
}
