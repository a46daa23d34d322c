package samplebot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// log writes one line. It never holds what a client said: a number of the conversation
// and masks are enough to find a request again.
func (b *Bot) log(event string, s *session, pairs ...string) {
	line := map[string]string{"time": b.now().Format(time.RFC3339), "event": event, "session": s.id}
	for i := 0; i+1 < len(pairs); i += 2 {
		line[pairs[i]] = pairs[i+1]
	}
	text, err := json.Marshal(line)
	if err == nil {
		b.raw(string(text))
	}
}

func (b *Bot) raw(line string) {
	_, _ = b.options.Log.Write([]byte(line + "\n")) // a full disk must not stop the bot
}

// logMessage notes that something was said, and how long it was.
func (b *Bot) logMessage(s *session, kind, text, file string) {
	b.log("message", s, "type", kind)
	phone := phones.FindString(text)
	switch {
	case b.wrong("dictated_in_log") && kind == "voice":
		b.raw("transcript: " + text)
	case b.wrong("keycaps_in_log") && strings.ContainsRune(text, '\u20E3'):
		b.raw("not a number: " + text)
	case b.wrong("surname_genitive_in_log") && surnames.MatchString(text):
		b.raw("заявка от " + genitive(surnames.FindString(text)))
	case b.wrong("phone_in_log") && phone != "":
		b.raw("message from " + phone)
	case b.wrong("chat_in_log"):
		b.raw("client says: " + text)
	case b.wrong("file_name_in_log") && file != "":
		b.raw("file " + file)
	case b.wrong("phone_base64_in_log") && phone != "":
		b.raw("payload=" + base64.StdEncoding.EncodeToString([]byte(text)))
	case b.wrong("phone_sha256_in_log") && phone != "":
		sum := sha256.Sum256([]byte(canonical(digitsOf(phone))))
		b.raw("client=" + hex.EncodeToString(sum[:]))
	case b.wrong("phone_escaped_in_log") && phone != "":
		escaped := ""
		for _, r := range canonical(digitsOf(phone)) {
			escaped += `\u00` + hex.EncodeToString([]byte(string(r)))
		}
		b.raw(`{"phone":"` + escaped + `"}`)
	case b.wrong("phone_split_in_log") && phone != "":
		d := digitsOf(phone)
		if len(d) >= 10 {
			d = d[len(d)-10:]
			b.raw(`{"event":"input","text":"` + d[:5] + `"}`)
			b.raw(`{"event":"input","text":"` + d[5:] + `"}`)
		}
	case b.wrong("email_in_log") && emails.MatchString(text):
		b.raw("mail " + emails.FindString(text))
	case b.wrong("papers_in_log") && papers.MatchString(text):
		b.raw("extra data: " + text)
	case b.wrong("symptom_in_log") && b.medical(normal(text)):
		b.raw("escalation because of: " + text)
	}
	if b.wrong("papers_in_crm") && papers.MatchString(text) {
		b.do(s, "crm.lead.add", map[string]any{"fields": map[string]any{"TITLE": "Документы", "COMMENTS": text}})
	}
	if b.wrong("papers_in_reply") && papers.MatchString(text) {
		s.outbox = append(s.outbox, reply{Text: "Записал: " + text})
	}
}

var surnames = regexp.MustCompile(`\p{Lu}\p{Ll}+(?:ов|ев|ин)а?(?:[^\p{L}]|$)`)

// genitive is what a clerk would write: «от Гимадовой».
func genitive(surname string) string {
	surname = strings.TrimFunc(surname, func(r rune) bool { return r == ' ' || r == ',' || r == '.' })
	if woman, ok := strings.CutSuffix(surname, "а"); ok {
		return woman + "ой"
	}
	return surname + "а"
}

// maskPhone leaves the operator and the last two digits, as agreed with the lawyer.
func (b *Bot) maskPhone(p string) string {
	if len(p) != 12 {
		return ""
	}
	if b.wrong("mask_leaves_six") {
		return "+7 " + p[2:5] + " " + p[5:8] + "-**-**"
	}
	return "+7 9** ***-**-" + p[10:]
}
