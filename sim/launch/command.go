package launch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"progon"
)

// Command describes how a bot is started. Values in {{…}} are put into arguments,
// environment and url; a {{port}} is one that nobody uses.
type Command struct {
	Run []string          `yaml:"run"`
	Dir string            `yaml:"dir"` // relative to progon.yaml
	Env map[string]string `yaml:"env"`
	// URL is where the bot will listen: http://127.0.0.1:{{port}} where empty.
	URL string `yaml:"url"`
	// Ready is the path that answers as soon as the bot can be spoken to; / where empty.
	Ready string `yaml:"ready"`
	// Timeout is how long the bot may take to start; 30s where empty.
	Timeout string `yaml:"timeout"`
}

// Check finds mistakes in a description.
func (c Command) Check() error {
	var wrong []error
	if len(c.Run) == 0 || c.Run[0] == "" {
		wrong = append(wrong, errors.New(`bot.command.run: не указано, что запускать; пример: ["node", "bot.js"]`))
	}
	if c.Timeout != "" {
		if d, err := time.ParseDuration(c.Timeout); err != nil || d <= 0 {
			wrong = append(wrong, fmt.Errorf("bot.command.timeout: ожидалась длительность, например 30s, а не «%s»", c.Timeout))
		}
	}
	return errors.Join(wrong...)
}

// Process is a running bot.
type Process struct {
	command Command
	options Options
	url     string

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
	last  []string      // the last lines that it printed
}

const (
	keptLines    = 12
	startTimeout = 30 * time.Second
	stopTimeout  = 3 * time.Second
	poll         = 50 * time.Millisecond
)

// Start starts the bot and waits until it can be spoken to.
func (c Command) Start(ctx context.Context, o Options) (*Process, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, fmt.Errorf("не удалось найти свободный порт: %w", err)
	}
	values := map[string]string{"port": strconv.Itoa(port)}
	for k, v := range o.Values {
		values[k] = v
	}
	o.Values = values
	address := c.URL
	if address == "" {
		address = "http://127.0.0.1:{{port}}"
	}
	p := &Process{command: c, options: o, url: put(address, values)}
	values["url"] = p.url
	if err := p.start(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// URL is the address of the bot.
func (p *Process) URL() string { return p.url }

func (p *Process) start(ctx context.Context) error {
	var args []string
	for _, a := range p.command.Run {
		args = append(args, put(a, p.options.Values))
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = p.options.Dir
	if p.command.Dir != "" {
		cmd.Dir = p.command.Dir
		if !filepath.IsAbs(cmd.Dir) {
			cmd.Dir = filepath.Join(p.options.Dir, cmd.Dir)
		}
	}
	cmd.Env = os.Environ()
	for name, v := range p.command.Env {
		cmd.Env = append(cmd.Env, name+"="+put(v, p.options.Values))
	}
	// A group of its own, so that the bot's children end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		_ = in.Close()
		return fmt.Errorf("не удалось запустить «%s»: %w", args[0], err)
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.ended, p.last = cmd, ended, nil
	p.mu.Unlock()
	read := make(chan struct{})
	go func() {
		defer close(read)
		p.read(out)
	}()
	go func() {
		_ = cmd.Wait() // how it ended is told by whoever waits for it
		_ = in.Close()
		<-read
		close(ended)
	}()
	if err := p.ready(ctx, ended); err != nil {
		_ = p.Stop()
		return err
	}
	return nil
}

// read passes on what the bot prints: its output is one of its logs.
func (p *Process) read(out io.Reader) {
	lines := bufio.NewReader(out)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if text := strings.TrimRight(line, "\r\n"); text != "" {
			p.mu.Lock()
			p.last = append(p.last, text)
			if len(p.last) > keptLines {
				p.last = p.last[1:]
			}
			p.mu.Unlock()
			if p.options.Recorder != nil {
				p.options.Recorder.Record(progon.Event{
					Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot,
					Kind: "stdout", Place: fmt.Sprintf("вывод программы, строка %d", n), Text: text, Raw: []byte(line),
				})
			}
		}
		if err != nil {
			return
		}
	}
}

// ready waits until the bot answers, ends or runs out of time.
func (p *Process) ready(ctx context.Context, ended <-chan struct{}) error {
	limit := startTimeout
	if p.command.Timeout != "" {
		limit, _ = time.ParseDuration(p.command.Timeout) // checked
	}
	address := p.url
	if p.command.Ready != "" {
		address = strings.TrimSuffix(p.url, "/") + "/" + strings.TrimPrefix(p.command.Ready, "/")
	}
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if answers(ctx, address) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ended:
			return fmt.Errorf("бот завершился, не начав отвечать%s", p.lastWords())
		case <-deadline.C:
			return fmt.Errorf("бот не ответил по адресу %s за %s: проверьте bot.command.url и ready%s", address, limit, p.lastWords())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lastWords is how much the bot has said. The lines themselves may hold secrets that
// nobody has masked yet, so an error only counts them and shows the kind of the last.
func (p *Process) lastWords() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.last) - 1; i >= 0; i-- {
		if name, _, ok := strings.Cut(p.last[i], ": "); ok && strings.HasSuffix(name, "Error") && !strings.ContainsAny(name, " /\\") {
			return fmt.Sprintf(" (в его выводе %s; запустите его отдельно и посмотрите на сообщение)", name)
		}
	}
	if len(p.last) == 0 {
		return " (он ничего не напечатал)"
	}
	return " (запустите его отдельно и посмотрите, что он печатает)"
}

// Stop ends the bot with all its children. A bot that does not go is killed.
func (p *Process) Stop() error {
	p.mu.Lock()
	cmd, ended := p.cmd, p.ended
	p.mu.Unlock()
	if cmd == nil {
		return nil
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	}
	// Also when the bot itself has gone: a child may have stayed.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	<-ended
	return nil
}

// Restart starts the bot anew at the same address.
func (p *Process) Restart(ctx context.Context) error {
	if err := p.Stop(); err != nil {
		return err
	}
	return p.start(ctx)
}
