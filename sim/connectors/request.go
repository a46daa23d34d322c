package connectors

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Request is the template of one request to the bot.
type Request struct {
	Method  string            `yaml:"method"` // POST where empty
	URL     string            `yaml:"url"`    // a path below the bot's address, or a whole address
	Headers map[string]string `yaml:"headers"`
	// Body is sent as JSON, Form as a form, Raw word by word: one of them.
	Body any               `yaml:"body"`
	Form map[string]string `yaml:"form"`
	Raw  string            `yaml:"raw"`
	// Basic is a user and a password for HTTP authentication.
	Basic *Basic `yaml:"basic"`
	// Sign signs the raw body, as messengers do.
	Sign *Sign `yaml:"sign"`
}

// Basic is HTTP authentication by name and password.
type Basic struct {
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

// Sign is a signature of the raw body by a common secret (HMAC).
type Sign struct {
	Header    string `yaml:"header"`
	Secret    string `yaml:"secret"`
	Algorithm string `yaml:"algorithm"` // sha256 where empty, or sha1
	Encoding  string `yaml:"encoding"`  // hex where empty, or base64
	Prefix    string `yaml:"prefix"`    // «sha256=»
}

func (r Request) check(key string) []error {
	var wrong []error
	bodies := 0
	for _, set := range []bool{r.Body != nil, len(r.Form) > 0, r.Raw != ""} {
		if set {
			bodies++
		}
	}
	if bodies > 1 {
		wrong = append(wrong, fmt.Errorf("%s: нужно что-то одно: body (JSON), form (форма) или raw (текст как есть)", key))
	}
	if r.Method != "" && strings.Trim(strings.ToUpper(r.Method), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		wrong = append(wrong, fmt.Errorf("%s.method: «%s» не метод HTTP; обычно это POST или GET", key, r.Method))
	}
	if s := r.Sign; s != nil {
		if s.Header == "" || s.Secret == "" {
			wrong = append(wrong, fmt.Errorf("%s.sign: нужны header (куда писать подпись) и secret", key))
		}
		if s.hash() == nil {
			wrong = append(wrong, fmt.Errorf("%s.sign.algorithm: неизвестный алгоритм «%s»; известны: sha256, sha1", key, s.Algorithm))
		}
		if s.Encoding != "" && s.Encoding != "hex" && s.Encoding != "base64" {
			wrong = append(wrong, fmt.Errorf("%s.sign.encoding: неизвестная запись «%s»; известны: hex, base64", key, s.Encoding))
		}
	}
	return wrong
}

func (s *Sign) hash() func() hash.Hash {
	switch s.Algorithm {
	case "", "sha256":
		return sha256.New
	case "sha1":
		return sha1.New
	}
	return nil
}

func (s *Sign) sign(body []byte) string {
	mac := hmac.New(s.hash(), []byte(s.Secret))
	mac.Write(body)
	if s.Encoding == "base64" {
		return s.Prefix + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return s.Prefix + hex.EncodeToString(mac.Sum(nil))
}

// withEnv puts variables of the environment into the places where secrets belong.
func (r Request) withEnv(key string, env func(string) (string, bool)) (Request, error) {
	var missing []error
	fill := func(where, s string) string {
		filled, absent := putEnv(s, env)
		for _, name := range absent {
			missing = append(missing, fmt.Errorf("%s.%s: переменная окружения %s не задана", key, where, name))
		}
		return filled
	}
	r.URL, r.Raw = fill("url", r.URL), fill("raw", r.Raw)
	r.Headers = mapped(r.Headers, func(k, v string) string { return fill("headers."+k, v) })
	r.Form = mapped(r.Form, func(k, v string) string { return fill("form."+k, v) })
	r.Body = everyString(r.Body, func(s string) string { return fill("body", s) })
	if r.Basic != nil {
		r.Basic = &Basic{fill("basic.user", r.Basic.User), fill("basic.password", r.Basic.Password)}
	}
	if r.Sign != nil {
		signed := *r.Sign
		signed.Secret = fill("sign.secret", signed.Secret)
		r.Sign = &signed
	}
	return r, errors.Join(missing...)
}

func mapped(in map[string]string, by func(k, v string) string) map[string]string {
	if in == nil {
		return nil
	}
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[k] = by(k, v)
	}
	return out
}

// payload is what is sent, and its type.
func (r Request) payload(values values) ([]byte, string, error) {
	switch {
	case r.Body != nil:
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false) // as other clients send it
		if err := enc.Encode(putAll(r.Body, values)); err != nil {
			return nil, "", fmt.Errorf("connector.body: не складывается в JSON: %w", err)
		}
		return bytes.TrimSuffix(text.Bytes(), []byte("\n")), "application/json", nil
	case len(r.Form) > 0:
		form := url.Values{}
		for name, v := range r.Form {
			form.Set(name, put(v, values, nil))
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
	case r.Raw != "":
		return []byte(put(r.Raw, values, nil)), "text/plain; charset=utf-8", nil
	}
	return nil, "", nil
}

// build makes the request of one message.
func (r Request) build(ctx context.Context, base string, values values) (*http.Request, error) {
	text, contentType, err := r.payload(values)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if text != nil {
		body = bytes.NewReader(text)
	}
	method := strings.ToUpper(r.Method)
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, address(base, r.URL, values), body)
	if err != nil {
		return nil, fmt.Errorf("connector.url: неверный адрес «%s»", r.URL)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("User-Agent", "Progon")
	for name, v := range r.Headers {
		req.Header.Set(name, put(v, values, nil))
	}
	if r.Basic != nil {
		req.SetBasicAuth(r.Basic.User, r.Basic.Password)
	}
	if r.Sign != nil {
		req.Header.Set(r.Sign.Header, r.Sign.sign(text))
	}
	return req, nil
}

// address puts values into a path, escaped, and the bot's address before it.
func address(base, path string, values values) string {
	before, after, query := strings.Cut(path, "?")
	path = put(before, values, url.PathEscape)
	if query {
		path += "?" + put(after, values, url.QueryEscape)
	}
	for _, scheme := range []string{"http://", "https://", "ws://", "wss://"} {
		if strings.HasPrefix(path, scheme) {
			return path
		}
	}
	if path != "" && !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "?") {
		path = "/" + path
	}
	return strings.TrimSuffix(base, "/") + path
}
