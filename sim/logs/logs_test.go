package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

type told struct{ Place, Text string }

// book collects events in place of a timeline.
func book(t *testing.T) *progon.Timeline {
	t.Helper()
	return progon.NewTimeline(fixed(time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC)))
}

type fixed time.Time

func (f fixed) Now() time.Time { return time.Time(f) }

func all(tl *progon.Timeline) []told {
	var out []told
	for _, e := range tl.Events() {
		out = append(out, told{e.Place, e.Text})
	}
	return out
}

func appendTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func follow(t *testing.T, tl *progon.Timeline, patterns ...string) *Tail {
	t.Helper()
	tail, err := Open(patterns, tl)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tail.Close() })
	return tail
}

func synced(t *testing.T, tail *Tail) {
	t.Helper()
	if err := tail.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		before  string
		pattern string
		do      func(t *testing.T, dir, name string, tail *Tail)
		want    []told
	}{
		{"nothing new", "старое\n", "bot.log", func(*testing.T, string, string, *Tail) {}, nil},
		{"lines after the old ones", "одна\nдве\n", "bot.log", func(t *testing.T, _, name string, _ *Tail) {
			appendTo(t, name, "три\nчетыре\n")
		}, []told{{"bot.log:3", "три"}, {"bot.log:4", "четыре"}}},
		{"empty lines count and are not told", "", "bot.log", func(t *testing.T, _, name string, _ *Tail) {
			appendTo(t, name, "раз\n\n\r\nчетыре\r\n")
		}, []told{{"bot.log:1", "раз"}, {"bot.log:4", "четыре"}}},
		{"a file that appears later", "", "*.log", func(t *testing.T, dir, _ string, _ *Tail) {
			appendTo(t, filepath.Join(dir, "new.log"), "привет\n")
		}, []told{{"new.log:1", "привет"}}},
		{"a folder", "", "", func(t *testing.T, dir, _ string, _ *Tail) {
			appendTo(t, filepath.Join(dir, "any.txt"), "привет\n")
		}, []told{{"any.txt:1", "привет"}}},
		{"a half line, and then the whole", "", "bot.log", func(t *testing.T, _, name string, tail *Tail) {
			appendTo(t, name, "тел +7 917")
			synced(t, tail)
			synced(t, tail)
			appendTo(t, name, " 000-00-00\n")
		}, []told{{"bot.log:1", "тел +7 917"}, {"bot.log:1", "тел +7 917 000-00-00"}}},
		{"half a letter", "", "bot.log", func(t *testing.T, _, name string, tail *Tail) {
			appendTo(t, name, "тел\xd1")
			synced(t, tail)
			appendTo(t, name, "\x8b\n")
		}, []told{{"bot.log:1", "тел"}, {"bot.log:1", "телы"}}},
		{"truncated", "длинная старая строка\n", "bot.log", func(t *testing.T, _, name string, _ *Tail) {
			if err := os.WriteFile(name, []byte("новая\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []told{{"bot.log:1", "новая"}}},
		{"truncated and grown longer than before", "а\n", "bot.log", func(t *testing.T, _, name string, _ *Tail) {
			if err := os.WriteFile(name, []byte("совсем новая\nи ещё\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []told{{"bot.log:1", "совсем новая"}, {"bot.log:2", "и ещё"}}},
		{"rotated, with a last line in the old file", "", "bot.log", rotate, []told{
			{"bot.log:1", "до"}, {"bot.log:2", "последняя"}, {"bot.log:1", "после"}, {"bot.log:3", "вдогонку"},
		}},
		{"rotated names that match as well are not told twice", "", "bot.log*", rotate, []told{
			{"bot.log:1", "до"}, {"bot.log:2", "последняя"}, {"bot.log:1", "после"}, {"bot.log:3", "вдогонку"},
		}},
		{"a packed old log", "", "bot.log*", func(t *testing.T, dir, _ string, _ *Tail) {
			appendTo(t, filepath.Join(dir, "bot.log.2.gz"), "\x1f\x8b\x08\x00мусор\n")
		}, nil},
		{"reset", "", "bot.log", func(t *testing.T, _, name string, tail *Tail) {
			appendTo(t, name, "ничьё\nи нача")
			if err := tail.Reset(); err != nil {
				t.Fatal(err)
			}
			appendTo(t, name, "тое\nнаше\n")
		}, []told{{"bot.log:2", "и начатое"}, {"bot.log:3", "наше"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			name := filepath.Join(dir, "bot.log")
			appendTo(t, name, tt.before)
			tl := book(t)
			tail := follow(t, tl, filepath.Join(dir, tt.pattern))
			tt.do(t, dir, name, tail)
			synced(t, tail)
			if diff := cmp.Diff(tt.want, all(tl)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func rotate(t *testing.T, _, name string, tail *Tail) {
	appendTo(t, name, "до\n")
	synced(t, tail)
	appendTo(t, name, "последняя\n")
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	appendTo(t, name, "после\n")
	synced(t, tail)
	appendTo(t, name+".1", "вдогонку\n") // by a bot that has not reopened its log yet
}

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		writes []string
		want   []told
	}{
		{"one", []string{"раз\n"}, []told{{"1", "раз"}}},
		{"in pieces", []string{"р", "аз", "\nдв", "а\n"}, []told{{"1", "раз"}, {"2", "два"}}},
		{"a stack belongs to its error", []string{"Error: беда\n    at a.js:1\n    at b.js:2\nдальше\n"},
			[]told{{"1", "Error: беда\n    at a.js:1\n    at b.js:2"}, {"4", "дальше"}}},
		{"a printed object", []string{"{\n  phone: '+7 917\n  000'\n}\n"}, []told{{"1", "{\n  phone: '+7 917\n  000'\n}"}}},
		{"Windows-1251", []string{"\xcf\xf0\xe8\xe2\xe5\xf2\n"}, []told{{"1", "Привет"}}},
		{"UTF-8 with a torn letter", []string{"Привет, \xd0\n"}, []told{{"1", "Привет, \uFFFD"}}},
		{"colours", []string{"\x1b[32m+7 917\x1b[0m 000\n"}, []told{{"1", "+7 917 000"}}},
		{"nothing but spaces", []string{"   \n\n"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tl := book(t)
			l := newLines(tl, "stdout", func(n int) string { return fmt.Sprint(n) })
			for _, w := range tt.writes {
				_, _ = l.Write([]byte(w))
			}
			if diff := cmp.Diff(tt.want, all(tl)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongLinesOverlap(t *testing.T) {
	t.Parallel()
	const value = "+7 917 000-00-00"
	for _, at := range []int{maxLine - 5, maxLine - overlap + 2, 2*maxLine - overlap - 8} {
		tl := book(t)
		l := NewLines(tl, "stdout")
		line := strings.Repeat("x", at) + value + strings.Repeat("y", maxLine) + "\n"
		for len(line) > 0 {
			n := min(10_007, len(line))
			_, _ = l.Write([]byte(line[:n]))
			line = line[n:]
		}
		found := false
		for _, e := range tl.Events() {
			found = found || strings.Contains(e.Text, value)
			if len(e.Text) > 2*maxLine {
				t.Errorf("an event of %d bytes", len(e.Text))
			}
		}
		if !found {
			t.Errorf("a value at %d was torn apart", at)
		}
	}
}

func TestConversation(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, want string }{
		{"json", `{"level":"info","session":"chat-1","text":"x"}`, "chat-1"},
		{"behind a time", `2026-09-15 INFO {"chat_id":"chat-2"}`, "chat-2"},
		{"nested", `{"ctx":{"user":{"sessionId":"chat-3"}}}`, "chat-3"},
		{"a number is no session", `{"session": 5}`, ""},
		{"no json", `session=chat-4 {`, ""},
		{"broken", `{"session":"chat-5"`, ""},
		{"list", `["session"]`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := conversation(tt.line); got != tt.want {
				t.Errorf("conversation(%s) = %q, want %q", tt.line, got, tt.want)
			}
		})
	}
}

func TestSettleHearsALateWriter(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "bot.log")
	tl := book(t)
	tail := follow(t, tl, name)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 3 {
			<-time.After(20 * time.Millisecond)
			appendTo(t, name, fmt.Sprintf("строка %d\n", i))
		}
	}()
	if err := tail.Settle(t.Context(), 300*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	<-done
	if n := tl.Len(); n != 3 {
		t.Errorf("%d lines, want 3", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := tail.Settle(ctx, time.Minute); err == nil {
		t.Error("a deadline passed unnoticed")
	}
}

func TestOpenRefusesWrongPattern(t *testing.T) {
	t.Parallel()
	if _, err := Open([]string{"bot[.log"}, book(t)); err == nil || !strings.Contains(err.Error(), "bot[.log") {
		t.Errorf("error = %v", err)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("раз\nдва"), 3)
	f.Add([]byte("{\n \xd0\n}\r\n\x1b[1m"), 1)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		tl := progon.NewTimeline(fixed(time.Time{}))
		l := NewLines(tl, "stdout")
		if step < 1 {
			step = 1
		}
		for rest := in; len(rest) > 0; rest = rest[min(step, len(rest)):] {
			_, _ = l.Write(rest[:min(step, len(rest))])
		}
		l.Flush()
		raw := 0
		for _, e := range tl.Events() {
			raw += len(e.Raw)
		}
		if raw > len(in) {
			t.Errorf("%d bytes told of %d", raw, len(in))
		}
	})
}

func BenchmarkLines(b *testing.B) {
	line := []byte(`{"level":"info","session":"chat-1","text":"клиент записан на маникюр","phone":"+7 9** ***-**-01"}` + "\n")
	tl := progon.NewTimeline(fixed(time.Time{}))
	l := NewLines(tl, "stdout")
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		_, _ = l.Write(line)
	}
}
