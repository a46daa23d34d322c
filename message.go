package progon

// MessageKind says what a message carries besides, or instead of, text.
type MessageKind string

// The kinds of message that the channels of small businesses know.
const (
	MessageText    MessageKind = "text"
	MessageButton  MessageKind = "button"  // the client pressed a button; Text is its title
	MessageVoice   MessageKind = "voice"   // Text is the transcript, where there is one
	MessagePhoto   MessageKind = "photo"   // Text is the caption
	MessageFile    MessageKind = "file"    // File is its name, Text the caption
	MessageSticker MessageKind = "sticker" // Text is its emoji
	MessageContact MessageKind = "contact" // Text is the shared phone
	MessageEdit    MessageKind = "edit"    // Ref is the edited message, Text its new wording
	MessageDelete  MessageKind = "delete"  // Ref is the deleted message
)

// Message is one utterance of the client or of the bot, free of any channel's format.
type Message struct {
	// ID is the channel's identity of the message. The simulator gives every
	// message of a client its own; a second delivery repeats it.
	ID   string      `json:"id,omitempty"`
	Kind MessageKind `json:"kind"`
	Text string      `json:"text,omitempty"`
	// Payload is what a button sends instead of its title.
	Payload string `json:"payload,omitempty"`
	// Ref is the message that this one edits, deletes or answers.
	Ref     string   `json:"ref,omitempty"`
	File    string   `json:"file,omitempty"`
	Buttons []Button `json:"buttons,omitempty"`
}

// Button is a choice that a message offers.
type Button struct {
	Title   string `json:"title"`
	Payload string `json:"payload,omitempty"`
	URL     string `json:"url,omitempty"`
}

// ButtonTitles lists the titles in the order in which they are shown.
func (m Message) ButtonTitles() []string {
	titles := make([]string, len(m.Buttons))
	for i, b := range m.Buttons {
		titles[i] = b.Title
	}
	return titles
}
