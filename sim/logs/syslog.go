package logs

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"progon"
)

// entry is one message of syslog, of either form: RFC 5424, or RFC 3164 as programs really
// write it.
type entry struct {
	severity int // -1 where it is not told
	host     string
	app      string
	text     string
	data     []progon.Field
}

// severities are the names of the eight levels.
var severities = [8]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// parseSyslog never fails: what is not understood is all text.
func parseSyslog(message []byte) entry {
	e := entry{severity: -1}
	text := strings.TrimRight(decoded(message), "\r\n\x00")
	rest, ok := e.priority(text)
	switch {
	case !ok:
		e.text = text
	case strings.HasPrefix(rest, "1 "):
		if !e.modern(rest[2:]) {
			e.text = rest
		}
	default:
		e.old(rest)
	}
	e.text = strings.TrimPrefix(e.text, "\ufeff")
	return e
}

// priority takes «<134>» off.
func (e *entry) priority(text string) (rest string, ok bool) {
	number, rest, ok := strings.Cut(strings.TrimPrefix(text, "<"), ">")
	if !ok || !strings.HasPrefix(text, "<") || len(number) > 3 {
		return text, false
	}
	p, err := strconv.ParseUint(number, 10, 16)
	if err != nil || p > 191 {
		return text, false
	}
	e.severity = int(p % 8) //nolint:gosec // below 8
	return rest, true
}

// modern reads what follows the version: TIME HOST APP PROCID MSGID DATA TEXT.
func (e *entry) modern(rest string) bool {
	var head [5]string
	for i := range head {
		var ok bool
		if head[i], rest, ok = strings.Cut(rest, " "); !ok {
			return false
		}
	}
	e.host, e.app = known(head[1]), known(head[2])
	if after, ok := strings.CutPrefix(rest, "-"); ok {
		e.text = strings.TrimPrefix(after, " ")
		return true
	}
	for strings.HasPrefix(rest, "[") {
		after, ok := e.element(rest[1:])
		if !ok {
			e.text = rest // broken data are still seen
			return true
		}
		rest = after
	}
	e.text = strings.TrimPrefix(rest, " ")
	return true
}

func known(word string) string {
	if word == "-" {
		return ""
	}
	return word
}

// element reads one [id name="value" …], after its bracket.
func (e *entry) element(s string) (rest string, ok bool) {
	end := strings.IndexAny(s, " ]")
	if end < 0 {
		return "", false
	}
	id := s[:end]
	s = s[end:]
	for {
		s = strings.TrimLeft(s, " ")
		if after, ok := strings.CutPrefix(s, "]"); ok {
			return after, true
		}
		name, after, ok := strings.Cut(s, `="`)
		if !ok {
			return "", false
		}
		value, after, ok := quoted(after)
		if !ok {
			return "", false
		}
		e.data = append(e.data, progon.Field{Name: id + "." + name, Value: value})
		s = after
	}
}

// quoted reads a value up to its closing quote.
func quoted(s string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`"\]`, s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// old reads «Sep 15 12:00:00 host app[7]: text», where time and host may be missing and
// the time may be one of RFC 3339.
func (e *entry) old(rest string) {
	if len(rest) > 15 && rest[3] == ' ' && rest[6] == ' ' && rest[9] == ':' && rest[12] == ':' && rest[15] == ' ' {
		rest = rest[16:]
	} else if word, after, ok := strings.Cut(rest, " "); ok && len(word) >= 19 && word[4] == '-' && word[10] == 'T' {
		rest = after
	}
	first, after, ok := strings.Cut(rest, " ")
	if !ok {
		e.text = rest
		return
	}
	if app, is := tag(first); is {
		e.app, e.text = app, after
		return
	}
	second, text, _ := strings.Cut(after, " ")
	if app, is := tag(second); is {
		e.host, e.app, e.text = first, app, text
		return
	}
	e.text = rest
}

// tag reads «app[7]:».
func tag(word string) (app string, ok bool) {
	app, ok = strings.CutSuffix(word, ":")
	if !ok || app == "" || len(app) > 64 {
		return "", false
	}
	app, _, _ = strings.Cut(app, "[")
	for _, r := range app {
		if r > utf8.RuneSelf || strings.ContainsRune(`{}"',=`, r) {
			return "", false // a text that has a colon
		}
	}
	return app, app != ""
}

// event tells a message, the n-th of its place.
func (e entry) event(message []byte, transport string, n int) progon.Event {
	from := e.app
	if from == "" {
		from = "без имени"
	}
	event := progon.Event{
		Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: "syslog", Place: fmt.Sprintf("syslog (%s), %s, сообщение %d", transport, from, n),
		Text: readable([]byte(e.text)), Raw: bytes.Clone(message),
	}
	if e.severity >= 0 {
		event.Fields = append(event.Fields, progon.Field{Name: "severity", Value: severities[e.severity]})
	}
	if e.host != "" {
		event.Fields = append(event.Fields, progon.Field{Name: "host", Value: e.host})
	}
	event.Fields = append(event.Fields, e.data...)
	event.Conversation = conversation(event.Text)
	if event.Conversation == "" {
		event.Conversation = sessionOf(e.data)
	}
	return event
}

// sessionOf finds the session among named values.
func sessionOf(fields []progon.Field) string {
	for _, f := range fields {
		name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		for _, key := range sessionKeys {
			if name == key && f.Value != "" {
				return f.Value
			}
		}
	}
	return ""
}
