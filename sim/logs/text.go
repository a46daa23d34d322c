package logs

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// colour is a command to a terminal: it would tear values apart.
var colour = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// readable is a line as a person reads it.
func readable(line []byte) string {
	text := decoded(line)
	if strings.Contains(text, "\x1b[") {
		text = colour.ReplaceAllString(text, "")
	}
	return strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\r\n", "\n")
}

// decoded reads a line that is not UTF-8 as Windows-1251, the other encoding of Russian
// logs. A line that is UTF-8 but for a torn letter stays UTF-8.
func decoded(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	valid, torn := 0, 0
	for rest := line; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			torn++
		case size > 1:
			valid++
		}
		rest = rest[size:]
	}
	if valid >= torn && valid > 0 {
		return strings.ToValidUTF8(string(line), "\uFFFD")
	}
	text, err := charmap.Windows1251.NewDecoder().Bytes(line)
	if err != nil {
		return strings.ToValidUTF8(string(line), "\uFFFD")
	}
	return string(text)
}

// sessionKeys are the names under which structured logs keep the conversation.
var sessionKeys = []string{
	"session", "session_id", "sessionId", "chat_id", "chatId", "chat", "conversation_id", "conversationId",
	"conversation", "dialog_id", "dialogId", "sender", "sid",
}

// conversation is the session id in a line of JSON, also behind a time and a level.
func conversation(text string) string {
	open := strings.IndexByte(text, '{')
	if open < 0 || !strings.HasSuffix(strings.TrimSpace(text), "}") {
		return ""
	}
	var object map[string]any
	if json.Unmarshal([]byte(text[open:]), &object) != nil {
		return ""
	}
	return sessionIn(object, 3)
}

// sessionIn looks a few levels deep: {"ctx": {"session": …}}.
func sessionIn(object map[string]any, levels int) string {
	for _, key := range sessionKeys {
		if id, ok := object[key].(string); ok && id != "" {
			return id
		}
	}
	if levels == 0 {
		return ""
	}
	found := ""
	for _, v := range object {
		if inner, ok := v.(map[string]any); ok {
			if id := sessionIn(inner, levels-1); id != "" && (found == "" || id < found) {
				found = id // whatever the order of the map
			}
		}
	}
	return found
}
