package logs

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

func TestParseSyslog(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, message string
		want          entry
	}{
		{"5424", `<134>1 2026-09-15T12:00:00Z host bot 7 ID1 - клиент +7 900`, entry{6, "host", "bot", "клиент +7 900", nil}},
		{"5424 with data", `<11>1 - - bot - - [x@1 phone="+7 900" note="\"a\]\\"][y] текст`,
			entry{3, "", "bot", "текст", []progon.Field{{Name: "x@1.phone", Value: "+7 900"}, {Name: "x@1.note", Value: `"a]\`}}}},
		{"5424 with a mark of UTF-8", "<134>1 - - - - - - \ufeffтекст", entry{6, "", "", "текст", nil}},
		{"5424 with broken data", `<134>1 - - bot - - [x phone="+7 900`, entry{6, "", "bot", `[x phone="+7 900`, nil}},
		{"5424 cut off", `<134>1 - -`, entry{6, "", "", "1 - -", nil}},
		{"5424 without text", `<134>1 - - bot - - -`, entry{6, "", "bot", "", nil}},
		{"3164", `<13>Sep 15 12:00:00 host bot[77]: клиент`, entry{5, "host", "bot", "клиент", nil}},
		{"3164 without a host", `<13>Sep  5 12:00:00 bot[77]: клиент`, entry{5, "", "bot", "клиент", nil}},
		{"3164 with a new time", `<13>2026-09-15T12:00:00+03:00 host bot[77]: клиент`, entry{5, "host", "bot", "клиент", nil}},
		{"3164 without anything", `<13>клиент пришёл сам`, entry{5, "", "", "клиент пришёл сам", nil}},
		{"a text with a colon is no tag", `<13>телефон клиента: 900`, entry{5, "", "", "телефон клиента: 900", nil}},
		{"JSON is no tag", `<13>{"a": "b"}`, entry{5, "", "", `{"a": "b"}`, nil}},
		{"no priority", `просто строка`, entry{-1, "", "", "просто строка", nil}},
		{"a wrong priority", `<999>строка`, entry{-1, "", "", "<999>строка", nil}},
		{"Windows-1251", "<13>bot: \xcf\xf0\xe8\xe2\xe5\xf2", entry{5, "", "bot", "Привет", nil}},
		{"an end of line", "<13>bot: раз\n", entry{5, "", "bot", "раз", nil}},
		{"empty", "", entry{-1, "", "", "", nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, parseSyslog([]byte(tt.message)), cmp.AllowUnexported(entry{})); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, stream string
		want         []string
	}{
		{"lines", "<13>раз\n<13>два\n", []string{"<13>раз\n", "<13>два\n"}},
		{"lengths", "8 <13>a\nb\n6 <13>c\n", []string{"<13>a\nb\n", "<13>c\n"}},
		{"a line that begins with a number", "15 клиентов\n", []string{"15 клиентов\n"}},
		{"a line without an end", "<13>раз", []string{"<13>раз"}},
		{"a message that is cut off", "90 <13>раз", []string{"<13>раз"}},
		{"a length beyond reason", "999999 <13>раз\n", []string{"999999 <13>раз\n"}},
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			if err := messages(bufio.NewReader(strings.NewReader(tt.stream)), func(m []byte) { got = append(got, string(m)) }); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSyslogHearsBothTransports(t *testing.T) {
	t.Parallel()
	tl := book(t)
	s, err := OpenSyslog("", tl)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, network := range []string{"udp", "tcp"} {
		c, err := net.Dial(network, s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			if _, err := fmt.Fprintf(c, "<13>bot: {\"session\":\"c-%d\"}\n", i); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	events := tl.Events()
	if len(events) != 100 {
		t.Fatalf("%d events, want 100", len(events))
	}
	e := events[50]
	if e.Place != "syslog (TCP), bot, сообщение 51" || e.Conversation != "c-0" || e.Kind != "syslog" || string(e.Raw) != "<13>bot: {\"session\":\"c-0\"}\n" {
		t.Errorf("event %+v", e)
	}
	if level, _ := progon.Get(e.Fields, "severity"); level != "notice" {
		t.Errorf("severity %q", level)
	}
}

func TestSyslogCloses(t *testing.T) {
	t.Parallel()
	s, err := OpenSyslog("", book(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the stream is open")
	}
	if _, err := OpenSyslog("256.0.0.1:1", book(t)); err == nil {
		t.Error("a wrong address was taken")
	}
}

func FuzzSyslog(f *testing.F) {
	f.Add([]byte(`<11>1 - - bot - - [x@1 phone="+7"][y] текст`))
	f.Add([]byte("<13>Sep 15 12:00:00 host bot[77]: x\n12 <13>1234567890"))
	f.Fuzz(func(t *testing.T, in []byte) {
		e := parseSyslog(in)
		n := len(e.text) + len(e.app) + len(e.host)
		for _, d := range e.data {
			n += len(d.Value)
		}
		if n > 4*len(in) { // a byte of another encoding takes up to three
			t.Errorf("%d bytes read of %d", n, len(in))
		}
		told := 0
		_ = messages(bufio.NewReader(strings.NewReader(string(in))), func(m []byte) { told += len(m) })
		if told > len(in) {
			t.Errorf("%d bytes told of %d", told, len(in))
		}
	})
}
