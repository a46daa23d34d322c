// Package storage reads what a bot keeps: databases (SQLite, PostgreSQL, Redis) and trees of
// files. At the end of a scenario every cell that is new or has changed since its beginning
// becomes an event with its place. Nothing is written to a storage, nothing is judged.
//
// Not read: what was deleted, also where its bytes still lie on the disk; files inside of
// archives other than gzip. Start at [Open].
package storage

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"

	"progon"
)

// Config is one storage, as progon.yaml describes it. Exactly one of the four is set.
type Config struct {
	SQLite   string `yaml:"sqlite"`   // a file
	Postgres string `yaml:"postgres"` // postgres://user:password@host:port/base
	Redis    string `yaml:"redis"`    // redis://:password@host:port/0
	Files    string `yaml:"files"`    // a folder, with all below it
	// Skip are patterns of tables, keys or paths which are not read: «migrations»,
	// «public.audit_*», «cache:*».
	Skip []string `yaml:"skip"`
}

// limits bound what is read, so that a mistaken address does not read the world. To pass
// one is an error: a storage is never searched in part and called clean.
const (
	maxCell  = 1 << 20 // bytes of one value; the rest of a longer one is not read
	maxCells = 2_000_000
)

// Storage is an open storage. It is safe for concurrent use.
type Storage struct {
	recorder progon.Recorder
	source   source
	seed     maphash.Seed

	mu    sync.Mutex
	known map[uint64]uint64 // hashes: place → value
}

// source is one kind of storage.
type source interface {
	// mark remembers the present moment; a source that cannot tell old from new by itself
	// answers false, and then its cells are remembered.
	mark(ctx context.Context) (able bool, err error)
	// cells visits all cells, or at least those that are not older than the mark.
	cells(ctx context.Context, all bool, visit func(cell) error) error
	// unchanged tells that nothing can be new, where that is cheap to know.
	unchanged() bool
	close(ctx context.Context) error
}

// Check finds mistakes in a description, in Russian.
func (c Config) Check() error {
	set := 0
	for _, v := range []string{c.SQLite, c.Postgres, c.Redis, c.Files} {
		if v != "" {
			set++
		}
	}
	if set != 1 {
		return errors.New("storage: нужно что-то одно: sqlite (файл), postgres или redis (адрес), files (папка)")
	}
	return checkPatterns(c.Skip)
}

// Open connects to a storage. What it holds already is not told: it was there before the
// rehearsal. A file or a folder may appear later.
func Open(ctx context.Context, c Config, recorder progon.Recorder) (*Storage, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	s := &Storage{recorder: recorder, seed: maphash.MakeSeed(), known: map[uint64]uint64{}}
	var err error
	switch {
	case c.SQLite != "":
		s.source = newSQLite(c.SQLite, c.Skip)
	case c.Postgres != "":
		s.source, err = newPostgres(ctx, c.Postgres, c.Skip)
	case c.Redis != "":
		s.source, err = newRedis(ctx, c.Redis, c.Skip)
	default:
		s.source = newFiles(c.Files, c.Skip)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Begin(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Begin takes everything that is stored now as known.
func (s *Storage) Begin(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begin(ctx)
}

func (s *Storage) begin(ctx context.Context) error {
	if len(s.known) > 0 && s.source.unchanged() {
		return nil
	}
	clear(s.known)
	able, err := s.source.mark(ctx)
	if able || err != nil {
		return err
	}
	return s.source.cells(ctx, true, s.bounded(func(c cell) { s.isNew(c) }))
}

// Changes tells every cell that is new or has changed since Begin or the last Changes.
func (s *Storage) Changes(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.source.unchanged() {
		return nil
	}
	if err := s.source.cells(ctx, false, s.bounded(func(c cell) {
		if s.isNew(c) {
			s.recorder.Record(c.event())
		}
	})); err != nil {
		return err
	}
	_, err := s.source.mark(ctx)
	return err
}

// Everything tells every cell, known or not: what is left after a client was deleted.
func (s *Storage) Everything(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source.cells(ctx, true, s.bounded(func(c cell) { s.recorder.Record(c.event()) }))
}

// Close disconnects.
func (s *Storage) Close() error { return s.source.close(context.Background()) }

// isNew remembers a cell and tells whether it was not known like this.
func (s *Storage) isNew(c cell) bool {
	place := maphash.String(s.seed, c.id)
	var h maphash.Hash
	h.SetSeed(s.seed)
	_, _ = h.Write(c.raw) // never fails
	value := h.Sum64()
	old, known := s.known[place]
	s.known[place] = value
	return !known || old != value
}

// bounded visits at most maxCells.
func (s *Storage) bounded(visit func(cell)) func(cell) error {
	n := 0
	return func(c cell) error {
		if n++; n > maxCells {
			return fmt.Errorf("в хранилище больше %d значений: уберите лишнее через storage.skip или очистите стенд", maxCells)
		}
		visit(c)
		return nil
	}
}
