package storage

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"progon"
)

type fixed struct{}

func (fixed) Now() time.Time { return time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC) }

func open(t testing.TB, c Config) (*Storage, *progon.Timeline) {
	t.Helper()
	tl := progon.NewTimeline(fixed{})
	s, err := Open(t.Context(), c, tl)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, tl
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type told struct{ Place, What string }

// all are the events with what they hold, the name of a key aside.
func all(tl *progon.Timeline) (out []told) {
	for _, e := range tl.Events() {
		what := []string{e.Text}
		for _, f := range e.Fields {
			if f.Name != "имя" {
				what = append(what, f.Name+"="+f.Value)
			}
		}
		out = append(out, told{e.Place, strings.Join(what, " ")})
	}
	return out
}

func database(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func do(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), query, args...)
	must(t, err)
}

// fifty makes fifty tables with some data and returns how to write a leak into one.
func fifty(do func(query string, args ...any), jsonType string) {
	for i := range 50 {
		do(fmt.Sprintf(`CREATE TABLE t%02d (id INTEGER PRIMARY KEY, note TEXT, data %s)`, i, jsonType))
		for n := range 20 {
			do(fmt.Sprintf(`INSERT INTO t%02d (id, note, data) VALUES (%d, 'заметка %d', '{"state":"new","n":%d}')`, i, n, n, n))
		}
	}
}

const leak = `{"dialog":{"state":"done","contacts":[{"kind":"phone","value":"+7 900 000-00-01"}]}}`

func TestSQLiteFindsALeakAmongFiftyTables(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bot.db")
	db := database(t, path)
	do(t, db, "PRAGMA journal_mode=WAL")
	do(t, db, "BEGIN")
	fifty(func(q string, args ...any) { do(t, db, q, args...) }, "JSON")
	do(t, db, "COMMIT")
	s, tl := open(t, Config{SQLite: path})
	do(t, db, `UPDATE t37 SET data = ? WHERE id = 5`, leak)
	must(t, s.Changes(t.Context()))
	must(t, s.Changes(t.Context())) // once is enough
	want := []told{{"bot.db, t37.data, строка 5", " data.dialog.state=done data.dialog.contacts[0].kind=phone data.dialog.contacts[0].value=+7 900 000-00-01"}}
	if diff := cmp.Diff(want, all(tl)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if e := tl.Events()[0]; string(e.Raw) != leak || e.Surface != progon.SurfaceStorage || e.Kind != "sqlite t37" {
		t.Errorf("event %+v", e)
	}
	must(t, s.Everything(t.Context()))
	if n := tl.Len(); n != 1+50*20*2 {
		t.Errorf("%d events after everything was told", n)
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		setup string
		do    string
		skip  []string
		want  []told
	}{
		{"kinds of values", "", `CREATE TABLE c (name TEXT, phone INTEGER, n INTEGER, photo BLOB, none TEXT);
			INSERT INTO c VALUES ('Алсу', 79000000001, 12345, X'00FF41', NULL)`, nil,
			[]told{{"bot.db, c.name, строка 1", "Алсу"}, {"bot.db, c.phone, строка 1", "79000000001"}, {"bot.db, c.photo, строка 1", ""}}},
		{"a text that is no JSON", "CREATE TABLE c (a)", `INSERT INTO c VALUES ('{клиент}')`, nil, []told{{"bot.db, c.a, строка 1", "{клиент}"}}},
		{"without a number of rows", "", `CREATE TABLE c (phone TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID; INSERT INTO c VALUES ('+7 900 000-00-01', 'x')`, nil,
			[]told{{"bot.db, c.phone, phone=+* *** ***-**-**", "+7 900 000-00-01"}, {"bot.db, c.a, phone=+* *** ***-**-**", "x"}}},
		{"names that need quotes", "", `CREATE TABLE "a ""b" ("c d" TEXT); INSERT INTO "a ""b" VALUES ('x')`, nil, []told{{`bot.db, a "b.c d, строка 1`, "x"}}},
		{"skipped", "CREATE TABLE migrations (a); CREATE TABLE log_1 (a)", `INSERT INTO migrations VALUES ('x'); INSERT INTO log_1 VALUES ('x')`, []string{"migrations", "log_*"}, nil},
		{"nothing new", "CREATE TABLE c (a); INSERT INTO c VALUES ('x')", `UPDATE c SET a = 'x'; DELETE FROM c WHERE a = 'y'`, nil, nil},
		{"a virtual table", "", `CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('Алсу')`, []string{"f_data", "f_idx", "f_config", "f_docsize"}, []told{{"bot.db, f_content.c0, строка 1", "Алсу"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "bot.db")
			db := database(t, path)
			if tt.setup != "" {
				do(t, db, tt.setup)
			}
			s, tl := open(t, Config{SQLite: path, Skip: tt.skip})
			do(t, db, tt.do)
			must(t, s.Changes(t.Context()))
			if diff := cmp.Diff(tt.want, all(tl)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("no database", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bot.db")
		must(t, os.WriteFile(path, []byte("это не база данных, а текст"), 0o600))
		if _, err := Open(t.Context(), Config{SQLite: path}, nil); err == nil || !strings.Contains(err.Error(), "bot.db") {
			t.Errorf("error = %v", err)
		}
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("old.txt", "одна\nдве\n")
	s, tl := open(t, Config{Files: root, Skip: []string{"*.tmp", "cache/*"}})
	write("old.txt", "новая первая\nодна\nдве\n\nтри")
	write("dialogs/+79000000001.json", `{"client":{"phone":"+7 900"}}`)
	write("photo.bin", "\x00\x01\x02\xff\xfe\x00\x01")
	write("x.tmp", "не смотреть")
	write("cache/a", "не смотреть")
	must(t, os.Symlink("/etc/hostname", filepath.Join(root, "link")))
	f, err := os.Create(filepath.Join(root, "old.log.gz"))
	must(t, err)
	z := gzip.NewWriter(f)
	fmt.Fprintln(z, "из архива")
	must(t, z.Close())
	must(t, f.Close())
	must(t, s.Changes(t.Context()))
	must(t, s.Changes(t.Context()))
	want := []told{
		{"dialogs/+***********.json", " client.phone=+7 900"},
		{"old.log.gz:1", "из архива"},
		{"old.txt:1", "новая первая"},
		{"old.txt:5", "три"},
		{"photo.bin", ""},
	}
	if diff := cmp.Diff(want, all(tl)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	e := tl.Events()[0]
	if name, _ := progon.Get(e.Fields, "имя"); name != "dialogs/+79000000001.json" || e.Surface != progon.SurfaceFile {
		t.Errorf("event %+v", e)
	}
}

// server starts a program that the distribution brings, or skips the test loudly.
func program(t testing.TB, name string, folders ...string) string {
	t.Helper()
	for _, pattern := range folders {
		found, _ := filepath.Glob(filepath.Join(pattern, name)) // the patterns are right
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED, this storage was not tested: %s is not installed", name)
	}
	return path
}

func freeAddr(t testing.TB) (addr, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	_, port, err = net.SplitHostPort(l.Addr().String())
	must(t, err)
	return l.Addr().String(), port
}

// eventually asks until there is an answer.
func eventually(t testing.TB, ask func() error) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal(err)
		}
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	addr, port := freeAddr(t)
	server := exec.Command(program(t, "redis-server"), "--port", port, "--bind", "127.0.0.1", "--save", "", "--requirepass", "secret", "--dir", t.TempDir())
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it was killed
	})
	eventually(t, func() error {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err
	})
	conn, err := net.Dial("tcp", addr)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	in := bufio.NewReader(conn)
	say := func(line string) {
		t.Helper()
		_, err := conn.Write(command(strings.Split(line, "|")...))
		must(t, err)
		_, err = readReply(in, 0)
		must(t, err)
	}
	say("AUTH|secret")
	say("SET|old|старое")
	s, tl := open(t, Config{Redis: "redis://:secret@" + addr + "/0", Skip: []string{"cache:*"}})
	say(`SET|session:+79000000001|{"phone":"+7 900"}`)
	say("HSET|user:5|name|Алсу|age|30")
	say("RPUSH|queue|раз|два")
	say("SADD|set|три")
	say("ZADD|scores|1|четыре")
	say("XADD|stream|*|text|пять")
	say("SET|cache:x|не смотреть")
	must(t, s.Changes(t.Context()))
	must(t, s.Changes(t.Context()))
	got := map[string]string{}
	for _, e := range all(tl) {
		if !strings.HasSuffix(e.Place, "значение 1") || !strings.Contains(e.Place, "stream") { // the number of an entry
			got[e.Place] = e.What
		}
	}
	want := map[string]string{
		"Redis, ключ session:+***********": " phone=+7 900",
		"Redis, ключ user:*, поле name":    "Алсу",
		"Redis, ключ user:*, поле age":     "30",
		"Redis, ключ queue, значение 1":    "раз",
		"Redis, ключ queue, значение 2":    "два",
		"Redis, ключ set, значение 1":      "три",
		"Redis, ключ scores, значение 1":   "четыре",
		"Redis, ключ stream, значение 2":   "text",
		"Redis, ключ stream, значение 3":   "пять",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	for _, address := range []string{"redis://:wrong@" + addr, "redis://" + addr + "/0", "redis://:secret@" + addr + "/99"} {
		if s, err := Open(context.Background(), Config{Redis: address}, tl); err == nil || strings.Contains(err.Error(), "wrong") {
			_ = s
			t.Errorf("%s: error = %v", address, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	addr, _ := freeAddr(t)
	tests := []struct{ name, text, want string }{
		{"nothing", "skip: [a]", "нужно что-то одно"},
		{"two", "{sqlite: a, files: b}", "нужно что-то одно"},
		{"a pattern", "{files: a, skip: ['[']}", "storage.skip"},
		{"a redis address", "redis: http://x", "storage.redis: адрес не разобран"},
		{"no redis there", "redis: redis://:taina@" + addr, "Redis недоступна"},
		{"a postgres address", "postgres: 'postgres://a:taina@:x/y'", "storage.postgres"},
		{"no postgres there", "postgres: postgres://bot:taina@" + addr + "/bot?sslmode=disable", "PostgreSQL недоступна"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c Config
			must(t, yaml.Unmarshal([]byte(tt.text), &c))
			_, err := Open(t.Context(), c, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "taina") {
				t.Errorf("error %v lacks %q", err, tt.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"5": "5", "12345678": "12345678", "79000000001": "***********",
		"123e4567-e89b-12d3-a456-426614174000": "123e4567-e89b-12d3-a456-426614174000",
		"alsu@example.ru":                      "***", "Алсу Каримова": "*** ***",
	} {
		if got := shown(key); got != want {
			t.Errorf("shown(%q) = %q, want %q", key, got, want)
		}
	}
}

func FuzzCell(f *testing.F) {
	f.Add("data", []byte(leak))
	f.Add("", []byte(`[1,{"a":null},[[[true]]]`))
	f.Fuzz(func(_ *testing.T, name string, raw []byte) {
		cell{name: name, raw: raw, key: name}.event()
	})
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("*2\r\n$3\r\nfoo\r\n:5\r\n"))
	f.Add([]byte("$-1\r\n"))
	f.Add([]byte("*1048576\r\n*1048576\r\n"))
	f.Fuzz(func(_ *testing.T, in []byte) {
		reply, err := readReply(bufio.NewReader(strings.NewReader(string(in))), 0)
		if err == nil {
			words(reply)
		}
	})
}

func BenchmarkSQLiteChanges(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bot.db")
	db := database(b, path)
	do(b, db, "BEGIN")
	fifty(func(q string, args ...any) { do(b, db, q, args...) }, "JSON")
	do(b, db, "COMMIT")
	s, _ := open(b, Config{SQLite: path})
	for n := 0; b.Loop(); n++ {
		do(b, db, "UPDATE t37 SET note = ? WHERE id = 5", fmt.Sprint("заметка ", n))
		must(b, s.Changes(b.Context()))
	}
}
