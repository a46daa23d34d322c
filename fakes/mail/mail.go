// Package mail is a mail server that delivers nothing: each letter that a bot sends becomes
// an event on the alert surface, with all its recipients. Letters are unpacked: encodings,
// charsets, parts.
//
// It takes any login and any address. Not modelled: refusals, queues, delays, mailboxes to
// read from. Web hooks for alarms are in [progon/fakes/alerts]. Start at [Start].
package mail

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"progon"
)

// Options are what a server needs.
type Options struct {
	Recorder progon.Recorder
	// Listen is the address; a free port on loopback where empty.
	Listen string
	// Roles are the staff behind addresses: «it@salon.example»: «дежурный ИТ».
	Roles map[string]string
	// TLS offers STARTTLS; nil does not.
	TLS *tls.Config
}

const (
	maxLetter     = 8 << 20
	maxRecipients = 100
	talkTimeout   = 30 * time.Second
)

// Server is a running mail server. It is safe for concurrent use.
type Server struct {
	options  Options
	listener net.Listener
	server   *smtp.Server
	busy     sync.WaitGroup
	roles    map[string]string // by lower case address
}

// Start begins to listen.
func Start(o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("почта не может занять адрес %s: %w; освободите порт или поменяйте alerts.mail.listen", o.Listen, err)
	}
	s := &Server{options: o, listener: l, roles: map[string]string{}}
	for address, role := range o.Roles {
		s.roles[strings.ToLower(strings.TrimSpace(address))] = role
	}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	s.server.Domain = "localhost"
	s.server.MaxMessageBytes, s.server.MaxRecipients = maxLetter, maxRecipients
	s.server.ReadTimeout, s.server.WriteTimeout = talkTimeout, talkTimeout
	s.server.AllowInsecureAuth, s.server.EnableSMTPUTF8, s.server.TLSConfig = true, true, o.TLS
	s.server.ErrorLog = log.New(io.Discard, "", 0) // a broken talk is the bot's own affair
	s.busy.Go(func() { _ = s.server.Serve(l) })    // ends with Close
	return s, nil
}

// Addr is host:port of the server.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the address as many programs take it.
func (s *Server) URL() string { return "smtp://" + s.Addr() }

// Close ends all talks: what a bot says when its scenarios are over belongs to none.
func (s *Server) Close() error {
	err := s.server.Close()
	s.busy.Wait()
	if err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("почта не закрылась: %w", err)
	}
	return nil
}

// session is one talk; it may send several letters.
type session struct {
	server *Server
	from   string
	to     []string
}

// AuthMechanisms implements [smtp.AuthSession].
func (*session) AuthMechanisms() []string { return []string{sasl.Plain, sasl.Login} }

// Auth implements [smtp.AuthSession]: everybody is let in, and no password is kept.
func (*session) Auth(mechanism string) (sasl.Server, error) {
	if mechanism == sasl.Login {
		return &login{}, nil
	}
	return sasl.NewPlainServer(func(_, _, _ string) error { return nil }), nil
}

// login asks for a name and a password, as many old programs want it.
type login struct{ asked int }

// Next implements [sasl.Server].
func (l *login) Next([]byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		return []byte("Password:"), false, nil
	}
	return nil, true, nil
}

// Mail implements [smtp.Session].
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

// Rcpt implements [smtp.Session].
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data implements [smtp.Session].
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r) // the server bounds it
	if err != nil {
		return err
	}
	s.server.tell(s.from, s.to, raw)
	return nil
}

// Reset implements [smtp.Session].
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout implements [smtp.Session].
func (*session) Logout() error { return nil }

func (s *Server) tell(from string, to []string, raw []byte) {
	l := read(raw)
	e := progon.Event{
		Surface: progon.SurfaceAlert, Direction: progon.FromBot, Actor: progon.ActorBot,
		Kind: "mail", Place: "письмо", Text: l.text, Raw: raw,
	}
	field := func(name, value string) {
		if value != "" {
			e.Fields = append(e.Fields, progon.Field{Name: name, Value: value})
		}
	}
	field("from", from)
	for i, address := range to {
		field(fmt.Sprintf("to[%d]", i), address)
		field(fmt.Sprintf("to[%d].role", i), s.roles[strings.ToLower(address)])
	}
	field("subject", l.subject)
	for _, p := range l.attached {
		field("attachment."+p.name, p.text)
	}
	s.options.Recorder.Record(e)
}
