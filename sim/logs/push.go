package logs

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/snappy"

	"progon"
)

// Push takes logs that are sent by HTTP: as to Loki (/loki/api/v1/push, JSON or protobuf)
// and as to a collector of OpenTelemetry (/v1/logs, JSON or protobuf). A request is
// answered when all its lines have been told. It is safe for concurrent use.
type Push struct {
	recorder progon.Recorder
	server   *http.Server
	listener net.Listener
	busy     sync.WaitGroup

	mu sync.Mutex
	n  int // lines so far
}

const (
	maxPush     = 16 << 20
	maxUnpacked = 64 << 20
	lokiPath    = "/loki/api/v1/push"
	otlpPath    = "/v1/logs"
)

// pushed is one line that was sent.
type pushed struct {
	from   string // the stream or the service
	text   string
	fields []progon.Field
}

var (
	errTooLarge = errors.New("тело запроса слишком велико")
	errType     = errors.New("нужен Content-Type application/json или application/x-protobuf")
)

// OpenPush listens at an address; a free port on loopback where empty.
func OpenPush(addr string, recorder progon.Recorder) (*Push, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("logs.push: не удалось занять %s: %w", addr, err)
	}
	p := &Push{recorder: recorder, listener: l}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	p.busy.Go(func() { _ = p.server.Serve(l) }) // ends with Close
	return p, nil
}

// URL is the address without a path: both kinds of clients add their own.
func (p *Push) URL() string { return "http://" + p.listener.Addr().String() }

// LokiURL is the whole address for clients of Loki.
func (p *Push) LokiURL() string { return p.URL() + lokiPath }

// OTLPURL is the whole address for exporters of OpenTelemetry
// (OTEL_EXPORTER_OTLP_LOGS_ENDPOINT).
func (p *Push) OTLPURL() string { return p.URL() + otlpPath }

// Close stops listening.
func (p *Push) Close() error {
	err := p.server.Close()
	p.busy.Wait()
	return err
}

// ServeHTTP implements [http.Handler].
func (p *Push) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var read func(contentType string, body []byte) ([]pushed, error)
	kind := ""
	switch {
	case strings.HasSuffix(r.URL.Path, lokiPath):
		read, kind = readLoki, "loki"
	case strings.HasSuffix(r.URL.Path, otlpPath):
		read, kind = readOTLP, "otlp"
	default:
		http.Error(w, "Прогон принимает журналы по адресам "+lokiPath+" и "+otlpPath, http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "нужен POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := opened(r)
	if err == nil {
		var contentType string
		contentType, _, err = mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil {
			err = errType
		} else {
			err = p.take(kind, read, contentType, body)
		}
	}
	switch {
	case errors.Is(err, errTooLarge):
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	case errors.Is(err, errType):
		http.Error(w, err.Error(), http.StatusUnsupportedMediaType)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case kind == "loki":
		w.WriteHeader(http.StatusNoContent)
	default:
		// An empty answer means that everything was taken; in JSON it is an object.
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		if strings.Contains(r.Header.Get("Content-Type"), "json") {
			_, _ = w.Write([]byte("{}")) // whoever asked may be gone
		}
	}
}

func (p *Push) take(kind string, read func(string, []byte) ([]pushed, error), contentType string, body []byte) error {
	lines, err := read(contentType, body)
	if err != nil {
		return err
	}
	for _, l := range lines {
		p.tell(kind, l)
	}
	return nil
}

func (p *Push) tell(kind string, l pushed) {
	p.mu.Lock()
	p.n++
	n := p.n
	p.mu.Unlock()
	from := l.from
	if from == "" {
		from = "без имени"
	}
	e := progon.Event{
		Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: kind, Place: fmt.Sprintf("%s, %s, запись %d", kind, from, n),
		Text: readable([]byte(l.text)), Fields: l.fields, Raw: []byte(l.text),
	}
	if e.Conversation = conversation(e.Text); e.Conversation == "" {
		e.Conversation = sessionOf(l.fields)
	}
	p.recorder.Record(e)
}

// opened reads a body and unpacks it, as far as HTTP is concerned.
func opened(r *http.Request) ([]byte, error) {
	packed, err := bounded(r.Body, maxPush)
	if err != nil {
		return nil, err
	}
	switch encoding := r.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity", "snappy": // Loki's protobuf is always packed so
		return packed, nil
	case "gzip":
		in, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, fmt.Errorf("тело не распаковано: %w", err)
		}
		return bounded(in, maxUnpacked)
	default:
		return nil, fmt.Errorf("сжатие %q неизвестно, есть gzip", encoding)
	}
}

func bounded(in io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, fmt.Errorf("тело не прочитано: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, nil
}

func unsnapped(packed []byte) ([]byte, error) {
	n, err := snappy.DecodedLen(packed)
	if err != nil {
		return nil, fmt.Errorf("тело не распаковано: %w", err)
	}
	if n > maxUnpacked {
		return nil, errTooLarge
	}
	body, err := snappy.Decode(nil, packed)
	if err != nil {
		return nil, fmt.Errorf("тело не распаковано: %w", err)
	}
	return body, nil
}

// readLoki reads a push request of Loki.
func readLoki(contentType string, body []byte) ([]pushed, error) {
	switch contentType {
	case "application/json":
		return lokiJSON(body)
	case "application/x-protobuf":
		body, err := unsnapped(body)
		if err != nil {
			return nil, err
		}
		return lokiProto(body)
	}
	return nil, errType
}

func lokiJSON(body []byte) ([]pushed, error) {
	var request struct {
		Streams []struct {
			Stream map[string]string   `json:"stream"`
			Values [][]json.RawMessage `json:"values"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, fmt.Errorf("это не запрос к Loki: %w", err)
	}
	var lines []pushed
	for _, s := range request.Streams {
		labels := sortedFields(s.Stream)
		for _, v := range s.Values {
			line := pushed{from: streamName(s.Stream), fields: labels}
			if len(v) < 2 || json.Unmarshal(v[1], &line.text) != nil {
				return nil, errors.New("это не запрос к Loki: нужны пары «время, строка»")
			}
			if len(v) > 2 {
				var meta map[string]string
				if json.Unmarshal(v[2], &meta) == nil {
					line.fields = append(labels[:len(labels):len(labels)], sortedFields(meta)...)
				}
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}
