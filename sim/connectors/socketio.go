package connectors

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"progon/sim"
)

// Socket.IO 4 over Engine.IO 4: every frame begins with the type of an Engine.IO packet,
// and a message with the type of a Socket.IO packet after it.
const (
	engineOpen    = '0'
	enginePing    = '2'
	engineMessage = '4'

	ioConnect      = '0'
	ioDisconnect   = '1'
	ioEvent        = '2'
	ioAck          = '3'
	ioConnectError = '4'
)

func openSocketIO(c Config, o Options) (sim.Connector, error) {
	if c.URL == "" {
		c.URL = "/socket.io/"
	}
	s, err := openSocket(c, o)
	if err != nil {
		return nil, err
	}
	f := &socketIO{how: s.how, event: s.how.Event, namespace: s.how.Namespace}
	if f.event == "" {
		f.event = "message"
	}
	if f.namespace != "" {
		f.namespace = "/" + strings.Trim(f.namespace, "/") + ","
	}
	s.framing = f
	return s, nil
}

// socketIO is the framing of Socket.IO. Binary attachments are not understood.
type socketIO struct {
	how       Socket
	event     string
	namespace string // «/shop,» or empty
}

func (f *socketIO) url(address string) string {
	q := url.Values{"EIO": {"4"}, "transport": {"websocket"}}.Encode()
	if strings.Contains(address, "?") {
		return address + "&" + q
	}
	return address + "?" + q
}

func (f *socketIO) greet(ctx context.Context, conn *websocket.Conn, v values) error {
	if _, frame, err := conn.Read(ctx); err != nil {
		return err
	} else if len(frame) == 0 || frame[0] != engineOpen {
		return &sim.Failure{Raw: frame, Text: "бот не здоровается по правилам Socket.IO 4: проверьте connector.kind и версию сервера"}
	}
	auth := []byte{}
	if f.how.Auth != nil {
		var err error
		if auth, _, err = (Request{Body: f.how.Auth}).payload(v); err != nil {
			return err
		}
	}
	if err := conn.Write(ctx, websocket.MessageText, append([]byte("40"+f.namespace), auth...)); err != nil {
		return err
	}
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		switch {
		case bytes.Equal(frame, []byte{enginePing}):
			if err := conn.Write(ctx, websocket.MessageText, []byte("3")); err != nil {
				return err
			}
		case bytes.HasPrefix(frame, []byte("40")):
			return f.hello(ctx, conn, v)
		case bytes.HasPrefix(frame, []byte("44")):
			return &sim.Failure{Raw: frame, Text: "бот отказал в соединении Socket.IO: проверьте connector.socket.auth и namespace"}
		}
	}
}

// hello sends the first event, where the bot wants one: {event: …, data: …}.
func (f *socketIO) hello(ctx context.Context, conn *websocket.Conn, v values) error {
	if f.how.Hello == nil {
		return nil
	}
	name, data := f.event, f.how.Hello
	if object, ok := f.how.Hello.(map[string]any); ok && object["event"] != nil {
		name, data = plain(object["event"]), object["data"]
	}
	payload, _, err := Request{Body: data}.payload(v)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, f.emit(name, payload))
}

func (f *socketIO) pack(payload []byte) []byte { return f.emit(f.event, payload) }

func (f *socketIO) emit(event string, payload []byte) []byte {
	name, _ := json.Marshal(event) // a string always is
	if !json.Valid(payload) {      // raw: a plain text
		payload, _ = json.Marshal(string(payload))
	}
	args := [][]byte{name}
	if len(payload) > 0 {
		args = append(args, payload)
	}
	return fmt.Appendf(nil, "42%s[%s]", f.namespace, bytes.Join(args, []byte(",")))
}

func (f *socketIO) unpack(frame []byte) (any, []byte, error) {
	if len(frame) == 0 {
		return nil, nil, nil
	}
	switch frame[0] {
	case enginePing:
		return nil, []byte("3"), nil
	case engineMessage:
	default: // of the others only the close matters, and the socket's own follows it
		return nil, nil, nil
	}
	if len(frame) < 2 {
		return nil, nil, &sim.Failure{Text: "пустое сообщение Socket.IO", Raw: frame}
	}
	rest := bytes.TrimPrefix(frame[2:], []byte(f.namespace))
	digits := len(rest) - len(bytes.TrimLeft(rest, "0123456789"))
	id, data := rest[:digits], rest[digits:]
	switch frame[1] {
	case ioConnect, ioDisconnect:
		return nil, nil, nil
	case ioConnectError:
		return nil, nil, &sim.Failure{Text: "бот отказал в соединении Socket.IO", Raw: frame}
	case ioEvent, ioAck:
	default:
		return nil, nil, &sim.Failure{Text: "вложения Socket.IO Прогон не понимает", Raw: frame}
	}
	parsed, err := parse(data)
	if err != nil {
		return nil, nil, err
	}
	args, _ := parsed.([]any)
	if frame[1] == ioAck {
		return firstOf(args), nil, nil
	}
	var answer []byte
	if len(id) > 0 { // the bot wants to know that it was heard
		answer = fmt.Appendf(nil, "43%s%s[]", f.namespace, id)
	}
	if len(args) == 0 || (len(f.how.Events) > 0 && !slices.Contains(f.how.Events, plain(args[0]))) {
		return nil, answer, nil
	}
	return firstOf(args[1:]), answer, nil
}

// firstOf is the argument of an event. A bare text becomes an object, so that paths can
// select it: $.text.
func firstOf(args []any) any {
	if len(args) == 0 {
		return nil
	}
	if text, ok := args[0].(string); ok {
		return map[string]any{"text": text}
	}
	return args[0]
}
