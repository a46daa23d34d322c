package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"progon"
)

// sqlite reads a file that the bot may have open. It is opened anew for each reading: the
// file may be replaced.
type sqlite struct {
	path  string
	skip  []string
	stamp string // of the file when it was last read
}

func newSQLite(path string, skip []string) *sqlite { return &sqlite{path: path, skip: skip} }

func (s *sqlite) mark(context.Context) (bool, error) { return false, nil }

func (s *sqlite) close(context.Context) error { return nil }

// unchanged looks at the file and at its journal, in which new data are written first.
func (s *sqlite) unchanged() bool { return s.stamp != "" && s.stamp == s.now() }

func (s *sqlite) now() string {
	var b strings.Builder
	for _, name := range []string{s.path, s.path + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&b, "%d %d;", info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

const (
	readTimeout = 30 * time.Second
	lockWait    = "5000" // milliseconds: the bot may be writing
)

func (s *sqlite) cells(ctx context.Context, _ bool, visit func(cell) error) error {
	if _, err := os.Stat(s.path); errors.Is(err, os.ErrNotExist) {
		return nil // the bot has not made it yet
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	stamp := s.now()
	if err := s.read(ctx, visit); err != nil {
		return fmt.Errorf("база SQLite %s не прочитана: %w", filepath.Base(s.path), err)
	}
	s.stamp = stamp
	return nil
}

func (s *sqlite) read(ctx context.Context, visit func(cell) error) (err error) {
	path, err := filepath.Abs(s.path)
	if err != nil {
		return err
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(" + lockWait + ")"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// One transaction: all tables at the same moment.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	tables, err := s.tables(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := s.table(ctx, tx, t, visit); err != nil {
			return fmt.Errorf("таблица %s: %w", t, err)
		}
	}
	return nil
}

func (s *sqlite) tables(ctx context.Context, tx *sql.Tx) ([]string, error) {
	// The parts in which virtual tables keep what they hold are read as tables themselves.
	rows, err := tx.QueryContext(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if !skipped(s.skip, name) {
			tables = append(tables, name)
		}
	}
	return tables, rows.Err()
}

func (s *sqlite) table(ctx context.Context, tx *sql.Tx, table string, visit func(cell) error) error {
	rows, err := tx.QueryContext(ctx, "SELECT rowid, * FROM "+quoted(table))
	hasRow := err == nil
	if err != nil { // WITHOUT ROWID
		if rows, err = tx.QueryContext(ctx, "SELECT * FROM "+quoted(table)); err != nil {
			return err
		}
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	first := 0
	if hasRow {
		first = 1
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := rawOf(values[0]) // without a number, the first column is most often the key
		key := columns[0] + "=" + shown(string(row))
		if hasRow {
			key = "строка " + string(row)
		}
		for i := first; i < len(columns); i++ {
			raw := rawOf(values[i])
			if !worth(values[i], raw) {
				continue
			}
			if err := visit(cell{
				id: table + "\x00" + columns[i] + "\x00" + string(row), surface: progon.SurfaceStorage,
				kind: "sqlite " + table, name: columns[i], raw: raw,
				place: fmt.Sprintf("%s, %s.%s, %s", filepath.Base(s.path), table, columns[i], key),
			}); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// rawOf is a value as bytes.
func rawOf(v any) []byte {
	var raw []byte
	switch x := v.(type) {
	case nil:
		return nil
	case []byte:
		raw = append([]byte(nil), x...)
	case string:
		raw = []byte(x)
	case time.Time:
		raw = []byte(x.Format("2006-01-02 15:04:05"))
	default:
		raw = fmt.Append(nil, x)
	}
	return raw[:min(len(raw), maxCell)]
}

// shortNumber is how many digits say nothing about anybody.
const shortNumber = 5

// worth spares what cannot be personal: nothing, flags, short numbers.
func worth(v any, raw []byte) bool {
	switch v.(type) {
	case nil, bool:
		return false
	case string, []byte:
		return len(raw) > 0
	}
	return len(raw) > shortNumber
}
