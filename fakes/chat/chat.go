// Package chat is what the fakes of messaging platforms have in common: a client writes in
// his messenger, the platform brings it to the bot by its own rules, and what the bot calls
// comes back as what the client sees. It speaks no platform's protocol: those are the
// packages beside it, one each. Start at [Platform].
package chat

import (
	"context"
	"errors"

	"progon"
)

// Client is one person who writes to the bot.
type Client struct {
	// ID is Progon's name of the conversation. The platform gives it an id of its own
	// kind, see [Book].
	ID string
	// Name is what the profile shows: «Алсу Каримова».
	Name string
}

// Heard is what a client sees the bot do.
type Heard struct {
	Client string // Client.ID; empty if the bot wrote to nobody whom Progon knows
	// Message is nil for a mere signal. Of the kinds «edit» and «delete», Ref is the
	// message of the bot that was changed.
	Message *progon.Message
	Typing  bool
	// Failed is what the bot has broken: a call that the platform refuses.
	Failed error
	// Raw is what the bot sent, for the leak search.
	Raw []byte
}

// Platform is a fake of a messaging platform. Its methods are safe for concurrent use. Its
// side towards the bot is an http.Handler of its own: platforms are pointed at by a URL.
type Platform interface {
	// Say brings one message of a client to the bot and returns when the bot has taken it:
	// with the acknowledgement of the webhook, or when the poll that carried it was
	// answered. A second Say with the same message id is a second delivery of the same
	// update, whatever identifies it on that platform. An edit or a deletion refers to the
	// id of an earlier message.
	Say(ctx context.Context, c Client, m progon.Message) error
	// Hear blocks until the bot does something, or ctx is done, or the platform is closed.
	Hear(ctx context.Context) (Heard, error)
	// Leave ends a conversation: nothing is heard in it any more.
	Leave(client string)
	Close() error
}

// Noise is what platforms deliver among the messages of clients.
type Noise string

// The sorts of noise that a bot must bear. Not every platform knows all of them.
const (
	Status    Noise = "status"    // delivery and reading reports
	Echo      Noise = "echo"      // the bot's own message comes back
	Unknown   Noise = "unknown"   // an update of a type that does not exist yet
	Forged    Noise = "forged"    // an update with a wrong signature: nobody's words
	Presence  Noise = "presence"  // somebody was seen typing, joined, pinned, reacted
	Malformed Noise = "malformed" // a body that is not what the documentation promises
)

// Noisy is a platform that can deliver noise. It returns what the bot's server answered;
// 0 means that this platform has no such thing.
type Noisy interface {
	Noise(ctx context.Context, c Client, n Noise) (status int, err error)
}

// ErrClosed is what Hear returns once the platform is closed.
var ErrClosed = errors.New("платформа закрыта")

// Failure is a bot that broke the rules of the platform, or could not be reached. Text is
// one Russian sentence without personal data.
type Failure struct {
	Text   string
	Status int    // HTTP status, 0 where there was none
	Raw    []byte // what came instead
	Err    error  // what lies below
}

// Error implements error.
func (f *Failure) Error() string { return f.Text }

// Unwrap gives what lies below.
func (f *Failure) Unwrap() error { return f.Err }

// RequestContact is the payload of a button that asks for the client's phone. Who presses
// it sends a message of the kind «contact».
const RequestContact = "request_contact"
