package storage

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"progon"
)

// postgres reads all tables that the given user may see. Each row knows the transaction that
// has written it, so that what is older than the mark is never sent over.
type postgres struct {
	config *pgx.ConnConfig
	skip   []string

	mu   sync.Mutex
	conn *pgx.Conn
	from int64 // transactions before this one are old; 0: nothing is
}

const connectTimeout = 10 * time.Second

func newPostgres(ctx context.Context, address string, skip []string) (*postgres, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("storage.postgres: адрес не разобран; пример: postgres://bot:пароль@127.0.0.1:5432/bot (%w)", err)
	}
	config.ConnectTimeout = connectTimeout
	config.RuntimeParams["default_transaction_read_only"] = "on"
	config.RuntimeParams["application_name"] = "progon"
	p := &postgres{config: config, skip: skip}
	if err := p.connected(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// connected connects, also anew: the bot's database may have been started again.
func (p *postgres) connected(ctx context.Context) error {
	if p.conn != nil && !p.conn.IsClosed() {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return fmt.Errorf("база PostgreSQL недоступна: %w; проверьте storage.postgres", err)
	}
	p.conn = conn
	return nil
}

func (p *postgres) unchanged() bool { return false }

func (p *postgres) close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return p.conn.Close(ctx)
}

// mark remembers the oldest transaction that is still running: what it and later ones
// write is new.
func (p *postgres) mark(ctx context.Context) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.connected(ctx); err != nil {
		return true, err
	}
	err := p.conn.QueryRow(ctx, `SELECT txid_snapshot_xmin(txid_current_snapshot())`).Scan(&p.from)
	if err != nil {
		return true, fmt.Errorf("база PostgreSQL не прочитана: %w", err)
	}
	return true, nil
}

// relation is one table with what is read of it.
type relation struct {
	schema, name string
	columns      []column
}

type column struct {
	name, kind string
	key        bool
}

func (p *postgres) cells(ctx context.Context, all bool, visit func(cell) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if err := p.connected(ctx); err != nil {
		return err
	}
	err := pgx.BeginTxFunc(ctx, p.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		relations, err := p.relations(ctx, tx)
		if err != nil {
			return err
		}
		since := p.from
		if all {
			since = 0
		}
		for _, r := range relations {
			if err := p.read(ctx, tx, r, since, visit); err != nil {
				return fmt.Errorf("таблица %s.%s: %w", r.schema, r.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("база PostgreSQL не прочитана: %w", err)
	}
	return nil
}

// relations lists tables and materialised views with their columns and keys. Partitions are
// tables of their own here.
func (p *postgres) relations(ctx context.Context, tx pgx.Tx) ([]relation, error) {
	rows, err := tx.Query(ctx, `
		SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL),
			COALESCE(a.attnum = ANY (i.indkey::int2[]), false)
		FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
		WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
			AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
		ORDER BY 1, 2, a.attnum`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []relation
	for rows.Next() {
		var schema, name string
		var c column
		if err := rows.Scan(&schema, &name, &c.name, &c.kind, &c.key); err != nil {
			return nil, err
		}
		if skipped(p.skip, name, schema+"."+name) {
			continue
		}
		if n := len(all); n == 0 || all[n-1].schema != schema || all[n-1].name != name {
			all = append(all, relation{schema: schema, name: name})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, c)
	}
	return all, rows.Err()
}

// read visits the rows of a table that were written since a transaction.
func (p *postgres) read(ctx context.Context, tx pgx.Tx, r relation, since int64, visit func(cell) error) error {
	expressions := []string{"ctid::text"}
	for _, c := range r.columns {
		name := pgx.Identifier{c.name}.Sanitize()
		if c.kind == "bytea" {
			expressions = append(expressions, fmt.Sprintf("substring(%s from 1 for %d)", name, maxCell))
		} else {
			expressions = append(expressions, fmt.Sprintf("convert_to(left(%s::text, %d), 'UTF8')", name, maxCell))
		}
	}
	query := "SELECT " + strings.Join(expressions, ", ") + " FROM ONLY " + pgx.Identifier{r.schema, r.name}.Sanitize()
	if since > 0 {
		// A row knows 32 bits of its transaction. The distance from the mark, on a circle,
		// tells what came after it; frozen rows (2) are old.
		query += fmt.Sprintf(" WHERE xmin::text::bigint > 2 AND (xmin::text::bigint - %d + 8589934592) %% 4294967296 < 2147483648", since%(1<<32))
	}
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([][]byte, len(r.columns))
	into := make([]any, 1+len(r.columns))
	var where string
	into[0] = &where
	for i := range values {
		into[i+1] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := r.row(where, values, visit); err != nil {
			return err
		}
	}
	return rows.Err()
}

// row visits the cells of a row.
func (r relation) row(where string, values [][]byte, visit func(cell) error) error {
	var key []string
	for i, c := range r.columns {
		if c.key {
			key = append(key, c.name+"="+shown(string(values[i])))
		}
	}
	row := strings.Join(key, ", ")
	if row == "" {
		row = "строка " + where
	}
	table := r.schema + "." + r.name
	for i, c := range r.columns {
		if !c.worth(values[i]) {
			continue
		}
		if err := visit(cell{
			// A row that was changed is another row: its place on the disk is a new one.
			id: table + "\x00" + c.name + "\x00" + where, surface: progon.SurfaceStorage,
			kind: "postgres " + table, place: fmt.Sprintf("PostgreSQL, %s.%s, %s", table, c.name, row),
			name: c.name, raw: append([]byte(nil), values[i]...),
		}); err != nil {
			return err
		}
	}
	return nil
}

// worth spares what cannot be personal: nothing, flags, short numbers.
func (c column) worth(value []byte) bool {
	switch c.kind {
	case "boolean", "uuid", "oid":
		return false
	case "smallint", "integer", "bigint", "numeric", "real", "double precision":
		return len(value) > shortNumber
	}
	return len(value) > 0
}
