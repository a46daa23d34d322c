//go:build linux

package storage

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// postgresServer starts a server of the distribution in a folder of the test. It does not
// run as root: then somebody else has to.
func postgresServer(t testing.TB) (address string) {
	t.Helper()
	initdb := program(t, "initdb", "/usr/lib/postgresql/*/bin")
	// Not t.TempDir: the folder around it is closed to other users.
	dir, err := os.MkdirTemp("", "progon-postgres-test-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 {
		who, err := user.Lookup("postgres")
		if err != nil {
			if who, err = user.Lookup("nobody"); err != nil {
				t.Skipf("SKIPPED, PostgreSQL was not tested: it does not run as root, and there is no other user: %v", err)
			}
		}
		uid, err := strconv.Atoi(who.Uid)
		must(t, err)
		gid, err := strconv.Atoi(who.Gid)
		must(t, err)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // numbers of users
		must(t, os.Chown(dir, uid, gid))
	}
	data := filepath.Join(dir, "data")
	_, port := freeAddr(t)
	prepare := exec.Command(initdb, "-D", data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
	prepare.SysProcAttr, prepare.Dir = attr, dir
	if out, err := prepare.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	server := exec.Command(filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-k", dir, "-h", "127.0.0.1", "-p", port, "-F")
	server.SysProcAttr, server.Dir = attr, dir
	must(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT) // a fast end
		_ = server.Wait()
	})
	address = fmt.Sprintf("postgres://bot@127.0.0.1:%s/postgres?sslmode=disable", port)
	eventually(t, func() error {
		c, err := pgx.Connect(t.Context(), address)
		if err == nil {
			_ = c.Close(t.Context())
		}
		return err
	})
	return address
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	address := postgresServer(t)
	conn, err := pgx.Connect(t.Context(), address)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	do := func(query string, args ...any) {
		t.Helper()
		_, err := conn.Exec(t.Context(), query, args...)
		must(t, err)
	}
	do("BEGIN")
	fifty(do, "JSONB")
	do("COMMIT")
	do(`CREATE SCHEMA bot; CREATE TABLE bot.audit (a TEXT); INSERT INTO bot.audit VALUES ('x')`)
	s, tl := open(t, Config{Postgres: address, Skip: []string{"bot.audit"}})

	t.Run("a leak among fifty tables", func(t *testing.T) { //nolint:paralleltest // one database
		do(`UPDATE t37 SET data = '` + leak + `', note = NULL WHERE id = 5`)
		do(`INSERT INTO bot.audit VALUES ('не смотреть')`)
		do(`DELETE FROM t11 WHERE id = 3`)
		must(t, s.Changes(t.Context()))
		must(t, s.Changes(t.Context())) // once is enough
		if n := tl.Len(); n != 1 {
			t.Fatalf("%d events, want 1: %v", n, all(tl))
		}
		e := tl.Events()[0]
		where := ""
		for _, f := range e.Fields {
			if f.Value == "+7 900 000-00-01" {
				where = f.Name
			}
		}
		if e.Place != "PostgreSQL, public.t37.data, id=5" || where != "data.dialog.contacts[0].value" {
			t.Errorf("the leak was found at %q, %q", e.Place, where)
		}
	})
	t.Run("kinds of columns", func(t *testing.T) { //nolint:paralleltest // one database
		before := tl.Len()
		must(t, s.Begin(t.Context()))
		do(`CREATE TABLE bot."Клиенты" (phone TEXT PRIMARY KEY, born DATE, number BIGINT, n INT, ok BOOLEAN, tags TEXT[], photo BYTEA, free JSON, empty TEXT)`)
		do(`INSERT INTO bot."Клиенты" VALUES ('+7 900 000-00-01', '1990-05-17', 79000000001, 12345, true, '{а,б}', 'фото', '[{"a":1}]', '')`)
		must(t, s.Changes(t.Context()))
		place := func(column string) string {
			return "PostgreSQL, bot.Клиенты." + column + ", phone=+* *** ***-**-**"
		}
		want := []told{
			{place("phone"), "+7 900 000-00-01"}, {place("born"), "1990-05-17"}, {place("number"), "79000000001"},
			{place("tags"), "{а,б}"}, {place("photo"), "фото"}, {place("free"), " free[0].a=1"},
		}
		if diff := cmp.Diff(want, all(tl)[before:]); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
	t.Run("written before, committed after", func(t *testing.T) { //nolint:paralleltest // one database
		before := tl.Len()
		other, err := pgx.Connect(t.Context(), address)
		must(t, err)
		defer func() { _ = other.Close(t.Context()) }()
		tx, err := other.Begin(t.Context())
		must(t, err)
		_, err = tx.Exec(t.Context(), `UPDATE t01 SET note = 'поздняя' WHERE id = 1`)
		must(t, err)
		must(t, s.Begin(t.Context()))
		must(t, tx.Commit(t.Context()))
		must(t, s.Changes(t.Context()))
		got := all(tl)[before:]
		if len(got) == 0 || got[0] != (told{"PostgreSQL, public.t01.note, id=1", "поздняя"}) {
			t.Errorf("told %v", got)
		}
	})
	t.Run("a foreign user may not read", func(t *testing.T) { //nolint:paralleltest // one database
		do(`CREATE ROLE stranger LOGIN`)
		stranger, err := Open(t.Context(), Config{Postgres: strings.Replace(address, "bot@", "stranger@", 1)}, tl)
		must(t, err)
		defer func() { _ = stranger.Close() }()
		if err := stranger.Changes(t.Context()); err == nil || !strings.Contains(err.Error(), "таблица ") {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("it only reads", func(t *testing.T) { //nolint:paralleltest // one database
		p, ok := s.source.(*postgres)
		if !ok {
			t.Fatal("not a postgres")
		}
		if _, err := p.conn.Exec(t.Context(), `DELETE FROM t01`); err == nil {
			t.Error("a row could be deleted")
		}
	})
}

func BenchmarkPostgresChanges(b *testing.B) {
	address := postgresServer(b)
	conn, err := pgx.Connect(b.Context(), address)
	must(b, err)
	do := func(query string, args ...any) {
		_, err := conn.Exec(b.Context(), query, args...)
		must(b, err)
	}
	fifty(do, "JSONB")
	s, _ := open(b, Config{Postgres: address})
	for n := 0; b.Loop(); n++ {
		do("UPDATE t37 SET note = $1 WHERE id = 5", fmt.Sprint("заметка ", n))
		must(b, s.Changes(b.Context()))
	}
}
