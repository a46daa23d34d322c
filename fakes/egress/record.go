package egress

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"progon"
)

// maxText is how much of a body is told as text; the rest stays in the raw bytes.
const maxText = 16 << 10

// seen is a request as it is told.
type seen struct {
	method string
	path   string
	query  string
	header string // of the Host line, where it differs from the target
	body   []byte // unpacked
	raw    []byte
	gap    string
}

// request reads a request; body is what was kept of its body.
func request(r *http.Request, to target, body []byte) seen {
	body = unpacked(r.Header.Get("Content-Encoding"), body)
	q := seen{method: r.Method, path: r.URL.EscapedPath(), query: r.URL.RawQuery, body: body}
	if named := newTarget(to.scheme, r.Host); named.host != to.host {
		q.header = named.host
	}
	var b bytes.Buffer
	b.WriteString(r.Method + " " + to.url() + pathAndQuery(r) + " " + r.Proto + "\r\nHost: " + r.Host + "\r\n")
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, value := range r.Header[name] {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	b.WriteString("\r\n")
	b.Write(body)
	q.raw = b.Bytes()
	return q
}

func pathAndQuery(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return r.URL.EscapedPath()
	}
	return r.URL.EscapedPath() + "?" + r.URL.RawQuery
}

// unpacked opens a compressed body: a leak in it is one all the same. What cannot be
// opened, or is cut off, stays as far as it goes.
func unpacked(encoding string, body []byte) []byte {
	var in io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "gzip", "x-gzip":
		in, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		in, err = zlib.NewReader(bytes.NewReader(body))
	case "zstd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked)); err == nil {
			defer z.Close()
			in = z
		}
	default:
		return body
	}
	if err != nil {
		return body
	}
	out, _ := io.ReadAll(io.LimitReader(in, maxUnpacked)) // a cut body gives what it has
	if len(out) == 0 {
		return body
	}
	return out
}

// maxUnpacked bounds what a compressed body may become.
const maxUnpacked = 8 << 20

func (s *Server) tell(q seen, to target, how way) {
	e := progon.Event{
		Surface: progon.SurfaceEgress, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: to.host, Place: "обращение к " + to.host, Gap: q.gap, Raw: q.raw,
	}
	field := func(name, value string) {
		if value != "" {
			e.Fields = append(e.Fields, progon.Field{Name: name, Value: value})
		}
	}
	field("method", q.method)
	field("scheme", to.scheme)
	field("host", to.host)
	field("port", to.port)
	field("path", q.path)
	field("query", q.query)
	field("header.host", q.header)
	field("zone", s.zone(to.host))
	field("allowed", strconv.FormatBool(how.allowed))
	if q.method != "" {
		e.Text = q.method + " " + to.url() + q.path
	} else {
		e.Text = to.url()
	}
	if text := asText(q.body); text != "" {
		e.Text += "\n" + text
	}
	if !how.passes && how.handler == nil {
		e.Status, e.Error = http.StatusForbidden, "BLOCKED"
	}
	s.options.Recorder.Record(e)
}

// tellTunnel tells a connection in which no request was seen.
func (s *Server) tellTunnel(t *tunnel, said []byte, gap string) {
	to, how := t.to, s.wayTo(t.to)
	if how.home || how.tells {
		return
	}
	to.scheme = "tcp"
	s.count(to, how)
	s.tell(seen{body: said, raw: fmt.Appendf(nil, "CONNECT %s\r\n\r\n%s", to.addr(), said), gap: gap}, to, how)
}

// asText is the readable beginning of a body, or nothing where it is not text.
func asText(body []byte) string {
	if len(body) > maxText {
		body = body[:maxText]
		for n := 0; n < utf8.UTFMax && !utf8.Valid(body); n++ {
			body = body[:len(body)-1]
		}
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return ""
	}
	return string(body)
}

// maxHosts bounds the list of hosts: a bot may invent names.
const maxHosts = 10000

func (s *Server) count(to target, how way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.hosts[to.host]
	if !ok {
		if len(s.hosts) >= maxHosts {
			return
		}
		h = &Host{Name: to.host, Zone: s.zone(to.host), Allowed: how.allowed}
		s.hosts[to.host] = h
	}
	h.Calls++
}
