// Package sim is the client's side of the conversation: it says the lines of simulated
// clients through a [Connector], waits for the bot's turn to end and keeps everything
// in the timeline. It knows neither godog nor the fakes, and judges nothing. Start at
// [Simulator].
package sim

import (
	"context"
	"time"

	"progon"
)

// Connector is one way to speak to a bot. The suite in sim/connectors/conformance runs
// over every implementation.
//
// A connector serves many chats at once; its methods are safe for concurrent use. Turns
// of one chat are sent one after another, never concurrently.
type Connector interface {
	// Send delivers one message of a client and returns when the channel has taken it:
	// with the HTTP response, with the acknowledgement of a webhook, with the bot's
	// next poll. It honours the deadline of ctx. An error means that the bot could not
	// be reached or broke the protocol, and says in Russian what to check; a bot that
	// says nothing is not an error.
	Send(ctx context.Context, chat Chat, m progon.Message) error
	// Receive blocks until the bot says something in any chat, a turn is known to be
	// over, or ctx is done. One caller at a time.
	Receive(ctx context.Context) (Reply, error)
	// Close ends all chats. Receive returns an error afterwards.
	Close() error
}

// Poller is a connector to a bot that keeps what it says by itself until it is asked.
// When Poll returns, Receive gives what there was.
type Poller interface {
	Poll(ctx context.Context, chat Chat) error
}

// Leaver is a connector that keeps something for each chat: a socket, cookies, a
// conversation id. After Leave nothing is heard in that chat any more, so that a late
// answer cannot be taken for one to the next client.
type Leaver interface {
	Leave(chat Chat)
}

// Pacer is a connector whose channel does not tell the end of a turn. It keeps the
// rhythm of its bot from one simulator to the next.
type Pacer interface {
	Pace() *Pace
}

// Chat is one conversation of one simulated client on a channel.
type Chat struct {
	ID      string // session id as the bot sees it
	Persona string // id of the simulated client
	Name    string // what the channel's profile shows, if it shows anything
	Channel string // entry point as the scenario calls it: «сайт», «Telegram»
}

// Reply is what a connector hears.
type Reply struct {
	Chat string // Chat.ID; empty if the bot did not say which
	// Message is nil for a mere signal (typing, end of turn).
	Message *progon.Message
	Typing  bool
	// TurnOver is set where the channel itself tells that nothing more will come in
	// answer to what was sent: the end of an HTTP response.
	TurnOver bool
	// To is the message which TurnOver ends the answer to; empty means the oldest one
	// that is still without an end.
	To string
	// Began is when the first piece of a streamed message came; zero where the message
	// came whole.
	Began time.Time
	// Remark says in Russian what is odd about an answer without messages.
	Remark string
	// Failed is what the bot has broken while nobody was sending: a cut connection.
	Failed error
	// Raw is what went over the wire, for the leak search.
	Raw []byte
}

// Failure is an error of the bot's endpoint: it could not be reached, or it broke the
// protocol. Text is one Russian sentence without personal data.
type Failure struct {
	Text   string
	Status int    // HTTP status, 0 where there was none
	Raw    []byte // what came instead of an answer
	Err    error  // what lies below, if it helps a developer
}

// Error implements error.
func (f *Failure) Error() string { return f.Text }

// Unwrap gives what lies below.
func (f *Failure) Unwrap() error { return f.Err }
