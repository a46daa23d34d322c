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
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"progon"
	"progon/sim/excerpt"
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
	last    []string      // the last lines that it printed
	spoke   chan struct{} // closed when a line has told that it is ready
}

const (
	keptLines    = 12
	shownLines   = 3
	shownRunes   = 160
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
		if !p.auto || try == portTries || !errors.Is(err, errEnded) || !p.saidPortTaken() {
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
	o.Values = values
	address := c.URL
	if address == "" {
		address = "http://127.0.0.1:{{port}}"
	}
	p := &Process{command: c, options: o, mark: rand.Text(), auto: strings.Contains(address, "port}}")}
	if p.url, err = put("url", address, values); err != nil {
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
	outputs, written, err := p.pipes(cmd)
	if err != nil {
		return err
	}
	ended, spoke := make(chan struct{}), make(chan struct{})
	p.mu.Lock()
	p.cmd, p.outputs, p.ended, p.spoke, p.last, p.how = cmd, outputs, ended, spoke, nil, nil
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
	if err := p.ready(ctx, ended, spoke); err != nil {
		return errors.Join(err, p.Stop())
	}
	return nil
}

// pipes connects both outputs of the command. The written ends are to be closed after the
// start, so that the read ends see when the bot is gone.
func (p *Process) pipes(cmd *exec.Cmd) (outputs []*output, written []*os.File, err error) {
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
		outputs, written = append(outputs, newOutput(read, p.listener(stream))), append(written, write)
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
		if args[i], err = put("run", a, p.options.Values); err != nil {
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
	for name, template := range p.command.Env {
		v, err := put("env."+name, template, p.options.Values)
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

// listener takes what the bot prints: its output is one of its logs.
func (p *Process) listener(stream string) *lineWatch {
	var r progon.Recorder = dropped{}
	if p.options.Recorder != nil {
		r = p.options.Recorder
	}
	w := &lineWatch{Recorder: r, process: p}
	if p.command.Ready.Log != "" {
		w.wanted = regexp.MustCompile(p.command.Ready.Log) // checked
	}
	w.lines = logs.NewLines(w, stream)
	return w
}

// lineWatch keeps the last lines and watches for the one that says «ready», on their way
// to the recorder.
type lineWatch struct {
	progon.Recorder
	process *Process
	lines   *logs.Lines
	wanted  *regexp.Regexp
}

// Record implements progon.Recorder.
func (w *lineWatch) Record(e progon.Event) progon.Event {
	w.process.mu.Lock()
	for line := range strings.Lines(e.Text) {
		w.process.last = append(w.process.last, strings.TrimRight(line, "\n"))
	}
	if n := len(w.process.last); n > keptLines {
		w.process.last = append([]string(nil), w.process.last[n-keptLines:]...)
	}
	if w.wanted != nil && w.wanted.MatchString(e.Text) {
		w.wanted = nil
		select {
		case <-w.process.spoke: // the other stream was first
		default:
			close(w.process.spoke)
		}
	}
	w.process.mu.Unlock()
	return w.Recorder.Record(e)
}

type dropped struct{}

func (dropped) Record(e progon.Event) progon.Event { return e }

// ready waits until the bot answers, ends or runs out of time.
func (p *Process) ready(ctx context.Context, ended, spoke <-chan struct{}) error {
	limit := lasts(p.command.Timeout, startTimeout)
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	asked, answered := p.sign()
	for {
		if answered != nil && answered(ctx) {
			return p.stillThere(ended)
		}
		select {
		case <-tick.C:
		case <-spoke:
			return p.stillThere(ended)
		case <-ended:
			return p.stillThere(ended)
		case <-deadline.C:
			return fmt.Errorf("бот не готов за %s: %s%s", limit, asked, p.lastWords())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sign is what tells that the bot is ready, and how to ask for it.
func (p *Process) sign() (what string, ask func(context.Context) bool) {
	r := p.command.Ready
	switch {
	case r.Log != "":
		return fmt.Sprintf("в его выводе не появилась строка «%s» (bot.command.ready.log)", r.Log), nil
	case r.Port:
		u, err := url.Parse(p.url)
		if err != nil {
			return "", nil // checked before the start
		}
		return fmt.Sprintf("порт %s закрыт; проверьте bot.command.url", hostPort(u)), func(ctx context.Context) bool { return listens(ctx, hostPort(u)) }
	}
	address := p.url
	switch {
	case strings.HasPrefix(r.URL, "http://") || strings.HasPrefix(r.URL, "https://"):
		address = r.URL
	case r.URL != "":
		address = strings.TrimSuffix(p.url, "/") + "/" + strings.TrimPrefix(r.URL, "/")
	}
	return fmt.Sprintf("адрес %s не отвечает; проверьте bot.command.url и ready", address), func(ctx context.Context) bool { return answers(ctx, address) }
}

// stillThere tells a bot that has ended from one that is ready: somebody else may have
// answered at its address.
func (p *Process) stillThere(ended <-chan struct{}) error {
	select {
	case <-ended:
		p.drain()
		return fmt.Errorf("%w%s%s", errEnded, p.exit(), p.lastWords())
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
		return fmt.Errorf("бот завершился посреди прогона%s%s", p.exit(), p.lastWords())
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

// lastWords shows the end of what the bot has printed, coarsely masked.
func (p *Process) lastWords() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.last) == 0 {
		return "; он ничего не напечатал"
	}
	// An uncaught error names itself first and prints its stack afterwards.
	from := max(len(p.last)-shownLines, 0)
	for i, line := range p.last {
		if errorLike.MatchString(line) {
			from = i
			break
		}
	}
	var shown []string
	for _, line := range p.last[from:min(from+shownLines, len(p.last))] {
		if s := excerpt.Of(line, shownRunes); s != "" {
			shown = append(shown, s)
		}
	}
	return "; последнее в его выводе: «" + strings.Join(shown, " ⏎ ") + "»"
}

var (
	errorLike = regexp.MustCompile(`(?i)\b[a-z.]*(?:error|exception|panic|fatal)\b\s*:`)
	portTaken = regexp.MustCompile(`(?i)EADDRINUSE|address already in use|only one usage of each socket address`)
)

func (p *Process) saidPortTaken() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return portTaken.MatchString(strings.Join(p.last, "\n"))
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
