package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"progon"
)

// redis reads all keys of one database.
type redis struct {
	addr, user, password, number string
	skip                         []string

	mu   sync.Mutex
	conn net.Conn
	in   *bufio.Reader
}

func newRedis(ctx context.Context, address string, skip []string) (*redis, error) {
	wrong := errors.New("storage.redis: адрес не разобран; пример: redis://:пароль@127.0.0.1:6379/0")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "redis" || u.Hostname() == "" {
		return nil, wrong // the address may hold a password: it is not shown
	}
	r := &redis{addr: u.Host, skip: skip, number: strings.Trim(u.Path, "/")}
	if u.Port() == "" {
		r.addr = net.JoinHostPort(u.Hostname(), "6379")
	}
	if u.User != nil {
		r.user = u.User.Username()
		r.password, _ = u.User.Password()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.connected(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *redis) mark(context.Context) (bool, error) { return false, nil }

func (r *redis) unchanged() bool { return false }

func (r *redis) close(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return nil
	}
	err := r.conn.Close()
	r.conn = nil
	return err
}

func (r *redis) connected(ctx context.Context) error {
	if r.conn != nil {
		return nil
	}
	d := net.Dialer{Timeout: connectTimeout}
	conn, err := d.DialContext(ctx, "tcp", r.addr)
	if err != nil {
		return fmt.Errorf("база Redis недоступна: %w; проверьте storage.redis", err)
	}
	r.conn, r.in = conn, bufio.NewReader(conn)
	if r.password != "" {
		login := []string{"AUTH", r.password}
		if r.user != "" {
			login = []string{"AUTH", r.user, r.password}
		}
		if _, err := r.ask(login...); err != nil {
			return r.broken(fmt.Errorf("база Redis не приняла пароль: %w", err))
		}
	}
	if r.number != "" && r.number != "0" {
		if _, err := r.ask("SELECT", r.number); err != nil {
			return r.broken(fmt.Errorf("в Redis нет базы %s: %w", r.number, err))
		}
	}
	return nil
}

// broken gives a connection up: the next reading makes a new one.
func (r *redis) broken(err error) error {
	_ = r.conn.Close() // it is given up
	r.conn = nil
	return err
}

func (r *redis) ask(words ...string) (any, error) {
	if err := r.conn.SetDeadline(time.Now().Add(readTimeout)); err != nil {
		return nil, err
	}
	if _, err := r.conn.Write(command(words...)); err != nil {
		return nil, err
	}
	return readReply(r.in, 0)
}

func (r *redis) cells(ctx context.Context, _ bool, visit func(cell) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.connected(ctx); err != nil {
		return err
	}
	cursor, seen := "0", map[string]bool{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		reply, err := r.ask("SCAN", cursor, "COUNT", "1000")
		if err != nil {
			return r.broken(fmt.Errorf("база Redis не прочитана: %w", err))
		}
		pair, ok := reply.([]any)
		if !ok || len(pair) != 2 {
			return r.broken(fmt.Errorf("база Redis не прочитана: %w", errProtocol))
		}
		cursor, _ = pair[0].(string)
		for _, key := range words(pair[1]) {
			if seen[key] || skipped(r.skip, key) { // a key may be listed twice
				continue
			}
			seen[key] = true
			if err := r.key(key, visit); err != nil {
				return r.broken(fmt.Errorf("база Redis не прочитана: %w", err))
			}
		}
		if cursor == "0" || cursor == "" {
			return nil
		}
	}
}

// key visits what stands behind a key.
func (r *redis) key(key string, visit func(cell) error) error {
	kind, err := r.ask("TYPE", key)
	if err != nil {
		return err
	}
	var read []string
	paired := false // names and values in turn
	switch kind {
	case "string":
		read = []string{"GET", key}
	case "hash":
		read, paired = []string{"HGETALL", key}, true
	case "list":
		read = []string{"LRANGE", key, "0", "-1"}
	case "set":
		read = []string{"SMEMBERS", key}
	case "zset":
		read = []string{"ZRANGE", key, "0", "-1"}
	case "stream":
		read = []string{"XRANGE", key, "-", "+"}
	case "none":
		return nil // gone meanwhile
	default:
		read = []string{"DUMP", key} // a type of a module: its bytes at least
	}
	reply, err := r.ask(read...)
	var no refusal
	if errors.As(err, &no) && strings.HasPrefix(string(no), "WRONGTYPE") {
		return nil // changed meanwhile
	}
	if err != nil {
		return err
	}
	values := words(reply)
	if one, ok := reply.(string); ok {
		values = []string{one}
	}
	for i := 0; i < len(values); i++ {
		c := cell{
			surface: progon.SurfaceStorage, kind: "redis", key: key,
			id: key + "\x00" + fmt.Sprint(i), place: "Redis, ключ " + shown(key), raw: []byte(values[i]),
		}
		switch {
		case paired && i+1 < len(values):
			c.id, c.name, c.raw = key+"\x00"+values[i], values[i], []byte(values[i+1])
			c.place += ", поле " + shown(values[i])
			i++
		case kind != "string":
			c.place += fmt.Sprintf(", значение %d", i+1)
		}
		if kind == "set" {
			c.id = key + "\x00" + values[i] // a set has no order
		}
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}
