package launch

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"progon"
	"progon/sim/excerpt"
)

const (
	keptLines  = 12
	shownLines = 3
	shownRunes = 160
)

// voice is what a bot has printed since its start: the last lines, and whether one of them
// said that it is ready.
type voice struct {
	mu     sync.Mutex
	last   []string
	wanted *regexp.Regexp
	spoke  chan struct{} // closed when the wanted line was printed
}

// newVoice listens for a pattern, which was checked before; an empty one is never heard.
func newVoice(pattern string) *voice {
	v := &voice{spoke: make(chan struct{})}
	if pattern != "" {
		v.wanted = regexp.MustCompile(pattern)
	}
	return v
}

// to returns a recorder that listens on the way to another one, which may be nil.
func (v *voice) to(r progon.Recorder) progon.Recorder {
	if r == nil {
		r = dropped{}
	}
	return &overheard{r, v}
}

type overheard struct {
	progon.Recorder
	voice *voice
}

// Record implements progon.Recorder.
func (o *overheard) Record(e progon.Event) progon.Event {
	o.voice.hear(e.Text)
	return o.Recorder.Record(e)
}

type dropped struct{}

func (dropped) Record(e progon.Event) progon.Event { return e }

func (v *voice) hear(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for line := range strings.Lines(text) {
		v.last = append(v.last, strings.TrimRight(line, "\n"))
	}
	if n := len(v.last); n > keptLines {
		v.last = append([]string(nil), v.last[n-keptLines:]...)
	}
	if v.wanted != nil && v.wanted.MatchString(text) {
		v.wanted = nil
		close(v.spoke)
	}
}

// words shows the end of what the bot has printed, coarsely masked.
func (v *voice) words() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.last) == 0 {
		return "; он ничего не напечатал"
	}
	// An uncaught error names itself first and prints its stack afterwards.
	from := max(len(v.last)-shownLines, 0)
	for i, line := range v.last {
		if errorLike.MatchString(line) {
			from = i
			break
		}
	}
	var shown []string
	for _, line := range v.last[from:min(from+shownLines, len(v.last))] {
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

func (v *voice) portTaken() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return portTaken.MatchString(strings.Join(v.last, "\n"))
}

// await returns when the bot says that it is ready, answers as asked, or has ended: which
// of them, the caller looks at. It is an error when time runs out.
func (v *voice) await(ctx context.Context, limit time.Duration, what string, ask func(context.Context) bool, ended <-chan struct{}) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if ask != nil && ask(ctx) {
			return nil
		}
		select {
		case <-tick.C:
		case <-v.spoke:
			return nil
		case <-ended:
			return nil
		case <-deadline.C:
			return fmt.Errorf("бот не готов за %s: %s%s", limit, what, v.words())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sign is what tells that a bot at an address is ready, and how to ask for it; key is the
// place of the description in progon.yaml.
func (r Ready) sign(key, address string) (what string, ask func(context.Context) bool, err error) {
	switch {
	case r.Log != "":
		return fmt.Sprintf("в его выводе не появилась строка «%s» (%s.ready.log)", r.Log, key), nil, nil
	case r.Port:
		u, err := url.Parse(address)
		if err != nil {
			return "", nil, fmt.Errorf("%s.url: %w", key, err)
		}
		return fmt.Sprintf("порт %s закрыт; проверьте %s.url", hostPort(u), key),
			func(ctx context.Context) bool { return listens(ctx, hostPort(u)) }, nil
	}
	switch {
	case strings.HasPrefix(r.URL, "http://") || strings.HasPrefix(r.URL, "https://"):
		address = r.URL
	case r.URL != "":
		address = strings.TrimSuffix(address, "/") + "/" + strings.TrimPrefix(r.URL, "/")
	}
	return fmt.Sprintf("адрес %s не отвечает; проверьте %s.url и ready", address, key),
		func(ctx context.Context) bool { return answers(ctx, address) }, nil
}
