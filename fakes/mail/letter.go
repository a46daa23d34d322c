package mail

import (
	"bytes"
	"encoding/base64"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// letter is what a person sees of a message.
type letter struct {
	subject  string
	text     string
	attached []attachment
}

type attachment struct {
	name string
	text string // empty where it is not text
}

const (
	deepest  = 8
	maxParts = 100
)

// read never fails: what is not a letter is all text.
func read(raw []byte) letter {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return letter{text: readable(raw, "")}
	}
	l := letter{subject: header(m.Header.Get("Subject"))}
	left := maxParts
	l.part(textproto.MIMEHeader(m.Header), m.Body, deepest, &left)
	l.text = strings.TrimSpace(l.text)
	return l
}

// header opens «=?utf-8?B?…?=».
func header(text string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, in io.Reader) (io.Reader, error) {
		content, err := io.ReadAll(in)
		return strings.NewReader(readable(content, charset)), err
	}}
	if open, err := d.DecodeHeader(text); err == nil {
		return open
	}
	return text
}

// part reads one part and those in it.
func (l *letter) part(h textproto.MIMEHeader, body io.Reader, depth int, left *int) {
	*left--
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind == "" {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" && depth > 0 {
		parts := multipart.NewReader(body, params["boundary"])
		plain := false
		for *left > 0 {
			p, err := parts.NextRawPart()
			if err != nil {
				return // the end, or a letter that is cut off
			}
			inner, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")) // empty is plain
			if kind == "multipart/alternative" && plain && inner == "text/html" {
				continue // the same once more
			}
			plain = plain || inner == "text/plain" || inner == ""
			l.part(p.Header, p, depth-1, left)
		}
		return
	}
	content := decoded(h.Get("Content-Transfer-Encoding"), body)
	disposition, named, _ := mime.ParseMediaType(h.Get("Content-Disposition")) // most parts have none
	name := header(named["filename"])
	if name == "" {
		name = header(params["name"])
	}
	isText := strings.HasPrefix(kind, "text/") || kind == "application/json"
	text := ""
	if isText {
		text = readable(content, params["charset"])
	}
	switch {
	case disposition == "attachment" || name != "" || !isText:
		l.attached = append(l.attached, attachment{name, text})
	case kind == "text/html":
		l.text += plainText(text) + "\n"
	default:
		l.text += text + "\n"
	}
}

// decoded undoes the transfer encoding; what is broken stays as it is.
func decoded(encoding string, in io.Reader) []byte {
	raw, _ := io.ReadAll(in) // a letter that is cut off gives what it has
	in = bytes.NewReader(raw)
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		in = base64.NewDecoder(base64.StdEncoding, in)
	case "quoted-printable":
		in = quotedprintable.NewReader(in)
	}
	content, err := io.ReadAll(in)
	if err != nil && len(content) == 0 {
		return raw
	}
	return content
}

// readable is a text in UTF-8, whatever charset it was in.
func readable(content []byte, charset string) string {
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		if e, err := htmlindex.Get(charset); err == nil {
			if open, err := e.NewDecoder().Bytes(content); err == nil {
				return string(open)
			}
		}
	}
	if utf8.Valid(content) {
		return string(content)
	}
	return strings.ToValidUTF8(string(content), "\uFFFD")
}

var (
	unseen = regexp.MustCompile(`(?is)<(?:style|script)\b.*?</(?:style|script)\s*>|<!--.*?-->`)
	breaks = regexp.MustCompile(`(?i)<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	blank  = regexp.MustCompile(`[ \t]*\n\s*`)
)

// plainText is HTML as a person reads it, roughly.
func plainText(text string) string {
	text = unseen.ReplaceAllString(text, "")
	text = breaks.ReplaceAllString(text, "\n")
	text = html.UnescapeString(tags.ReplaceAllString(text, ""))
	return strings.TrimSpace(blank.ReplaceAllString(text, "\n"))
}
