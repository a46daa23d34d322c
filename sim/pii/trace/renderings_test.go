package trace

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"progon/sim/pii"
)

// The encoders here are written apart from the search: they use the standard library and
// tables of their own, so that they do not share its mistakes.

var (
	phone    = Canary{Owner: "а", Kind: pii.Phone, Name: "телефон", Value: "+7 954 765-43-21", Mask: "+7 9** ***-**-21"}
	email    = Canary{Owner: "а", Kind: pii.Email, Name: "почта", Value: "alsu.safiullina17@example.com", Mask: "a***@e***.com"}
	fullName = Canary{Owner: "а", Kind: pii.Name, Name: "полное имя", Value: "Алсу Рашидовна Сафиуллина", Mask: "А*** Р*** С***"}
	birth    = Canary{Owner: "а", Kind: pii.BirthDate, Name: "дата рождения", Value: "12.03.1989", Mask: "**.**.1989"}
	passport = Canary{Owner: "а", Kind: pii.Passport, Name: "паспорт", Value: "92 15 000111", Mask: "** ** ****11"}
	snils    = Canary{Owner: "а", Kind: pii.SNILS, Name: "СНИЛС", Value: "112-233-445 95", Mask: "***-***-*** 95"}
	card     = Canary{Owner: "а", Kind: pii.Card, Name: "карта", Value: "2204 3210 5550 0177", Mask: "**** **** **** ****"}
	address  = Canary{Owner: "а", Kind: pii.Address, Name: "адрес", Value: "г. Казань, ул. Репетиционная, д. 12, кв. 5", Mask: "г. Казань, ***"}
	handle   = Canary{Owner: "а", Kind: pii.Handle, Name: "ник", Value: "@alsu_safi4821", Mask: "@a***"}
	plate    = Canary{Owner: "а", Kind: pii.Plate, Name: "номер машины", Value: "А001АА116", Mask: "******116"}
	man      = Canary{Owner: "б", Kind: pii.Name, Name: "имя и фамилия", Value: "Ринат Хайруллин", Mask: "Р*** Х***"}
)

type encoder struct {
	name   string
	encode func(string) string
}

// wrappings are encodings that any text may wear.
var wrappings = []encoder{
	{"JSON с \\u", func(s string) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
		return b.String()
	}},
	{"JSON только не ASCII", asciiJSON},
	{"JSON в JSON", func(s string) string { b, _ := json.Marshal(asciiJSON(s)); return string(b) }},
	{"URL", url.QueryEscape},
	{"URL, всё", func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, "%%%02x", s[i])
		}
		return b.String()
	}},
	{"URL, путь", url.PathEscape},
	{"URL дважды", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
	{"URL cp1251", func(s string) string { return url.QueryEscape(in(charmap.Windows1251, s)) }},
	{"%u", func(s string) string { return strings.ReplaceAll(allU(s), `\u`, "%u") }},
	{"HTML", html.EscapeString},
	{"HTML десятичные", func(s string) string { return each(s, "&#%d;") }},
	{"HTML шестнадцатеричные", func(s string) string { return each(s, "&#x%X;") }},
	{"quoted-printable", func(s string) string {
		var b bytes.Buffer
		w := quotedprintable.NewWriter(&b)
		_, _ = io.WriteString(w, s)
		_ = w.Close()
		return b.String()
	}},
	{"RFC 2047 B", func(s string) string { return mime.BEncoding.Encode("utf-8", s) }},
	{"RFC 2047 Q", func(s string) string { return mime.QEncoding.Encode("utf-8", s) }},
	{"base64", b64},
	{"base64 без дополнения", func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }},
	{"base64 url", func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }},
	{"base64 сдвиг 1", func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(" " + s + " и так далее"))
	}},
	{"base64 сдвиг 2", func(s string) string { return base64.StdEncoding.EncodeToString([]byte("> " + s + "; ещё")) }},
	{"base64 дважды", func(s string) string { return b64(b64(s)) }},
	{"base64 без начала", func(s string) string {
		return b64("длинное начало, которое потеряно: " + s)[17:]
	}},
	{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"HEX", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
	{"\\x", func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		}
		return b.String()
	}},
	{"восьмеричные", func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, `\%03o`, s[i])
		}
		return b.String()
	}},
	{"gzip+base64", func(s string) string { return b64(packed(s, "gzip")) }},
	{"zlib+base64", func(s string) string { return b64(packed(s, "zlib")) }},
	{"deflate+base64", func(s string) string { return b64(packed(s, "flate")) }},
	{"gzip+hex", func(s string) string { return hex.EncodeToString([]byte(packed(s, "gzip"))) }},
	{"base32", func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) }},
	{"UTF-16 base64", func(s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return base64.StdEncoding.EncodeToString(b)
	}},
	{"байты cp1251", func(s string) string { return in(charmap.Windows1251, s) }},
	{"байты koi8-r", func(s string) string { return in(charmap.KOI8R, s) }},
	{"UTF-8 как latin1", func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			b.WriteRune(rune(s[i]))
		}
		return b.String()
	}},
	{"UTF-8 как cp1251", func(s string) string {
		out, _ := charmap.Windows1251.NewDecoder().String(s)
		return out
	}},
}

var bytewise = map[string]bool{
	"URL": true, "URL, всё": true, "URL дважды": true, "quoted-printable": true, "base64": true, "base64 без дополнения": true, "base64 url": true,
	"base64 дважды": true, "hex": true, "HEX": true, "\\x": true, "восьмеричные": true, "gzip+base64": true, "zlib+base64": true, "gzip+hex": true,
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func asciiJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 128 {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
	}
	return b.String()
}

func allU(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04X`, u)
	}
	return b.String()
}

func each(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func in(set *charmap.Charmap, s string) string {
	out, err := set.NewEncoder().String(s)
	if err != nil {
		return s
	}
	return out
}

func packed(s, how string) string {
	var b bytes.Buffer
	var w io.WriteCloser
	switch how {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	default:
		w, _ = flate.NewWriter(&b, 6)
	}
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// frames are places where a rendering may stand. Some of them are unfit for raw bytes.
var frames = []string{
	"%s",
	"2026-11-23T12:00:01.123Z INFO client=%s trace=4f2a9c8e1b7d4c3a9e8f7a6b5c4d3e2f took=12ms",
	`{"level":"info","msg":"получено сообщение","payload":"%s","ts":1767225600123}`,
	"сохранили %s в карточку, смотрите лид 12",
	"https://bot.example/hook?q=%s&sign=1",
	"ошибка: %s",
}

func TestEveryWrapping(t *testing.T) {
	t.Parallel()
	all := []Canary{phone, email, fullName, birth, passport, snils, card, address, handle, plate, man}
	tracer := New(all)
	cases, missed := 0, 0
	check := func(t *testing.T, c *Canary, text, how string) {
		t.Helper()
		cases++
		for _, h := range tracer.Find(text) {
			if *canaryKey(h.Canary) == *canaryKey(c) {
				return
			}
		}
		missed++
		if missed < 60 {
			t.Errorf("%s: %s не найден: %q", how, c.Name, text)
		}
	}
	for i := range all {
		c := &all[i]
		for _, f := range frames {
			check(t, c, fmt.Sprintf(f, c.Value), "открыто")
			for _, w := range wrappings {
				check(t, c, fmt.Sprintf(f, w.encode(c.Value)), w.name)
			}
		}
		for _, w1 := range wrappings {
			for _, w2 := range wrappings {
				// Bytes that are no UTF-8 can only be put into an encoding of bytes, and
				// nobody breaks a text twice.
				if strings.Contains(w1.name, "байты") && !bytewise[w2.name] || strings.Contains(w1.name, " как ") && strings.Contains(w2.name, " как ") {
					continue
				}
				check(t, c, fmt.Sprintf(frames[1], w2.encode(w1.encode(c.Value))), w1.name+" → "+w2.name)
			}
		}
	}
	t.Logf("%d случаев, не найдено %d", cases, missed)
}

type key struct{ owner, name string }

func canaryKey(c *Canary) *key { return &key{c.Owner, c.Name} }

func TestDigests(t *testing.T) {
	t.Parallel()
	tracer := New([]Canary{phone, email, passport})
	sums := map[string]func(string) []byte{
		"md5":    func(s string) []byte { h := md5.Sum([]byte(s)); return h[:] },
		"sha1":   func(s string) []byte { h := sha1.Sum([]byte(s)); return h[:] },
		"sha256": func(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] },
	}
	for _, form := range []string{"+79547654321", "79547654321", "89547654321", "9547654321", "+7 954 765-43-21", "alsu.safiullina17@example.com", "9215000111"} {
		for name, sum := range sums {
			for _, text := range []string{hex.EncodeToString(sum(form)), strings.ToUpper(hex.EncodeToString(sum(form))), base64.StdEncoding.EncodeToString(sum(form)), base64.RawURLEncoding.EncodeToString(sum(form)), "user:" + hex.EncodeToString(sum(form)) + ";"} {
				if len(tracer.Find("id="+text+" ok")) == 0 {
					t.Errorf("%s от %d-значной записи не найден: %s", name, len(form), text)
				}
			}
		}
	}
	for _, form := range []string{"+79547654322", "salt+79547654321", "alsu@example.com"} {
		for name, sum := range sums {
			if hits := tracer.Find("id=" + hex.EncodeToString(sum(form))); len(hits) != 0 {
				t.Errorf("%s чужого значения принят за %s", name, hits[0].Canary.Name)
			}
		}
	}
}
