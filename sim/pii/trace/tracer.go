package trace

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"sort"
	"strings"
)

// Hit is one place where a canary was found.
type Hit struct {
	Canary *Canary
	// Rendering says in Russian how the value was written: «только цифры».
	Rendering string
	// Path are the encodings that had to be undone, outermost first: «base64», «JSON».
	Path []string
	// Start and End bound the place in bytes of the searched text.
	Start, End int
}

// Tracer looks for canaries. It does not change and is safe for concurrent use.
type Tracer struct {
	canaries []Canary
}

// New prepares a search for the canaries.
func New(canaries []Canary) *Tracer { return &Tracer{canaries: append([]Canary(nil), canaries...)} }

// Find returns where canaries are in a text, in order.
func (t *Tracer) Find(text string) []Hit {
	hits := t.find(text, 0)
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].Start < hits[j].Start })
	return hits
}

var encoded = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}=*|(?:[^\s"]*%[0-9A-Fa-f]{2}[^\s"]*)|(?:(?:\\u[0-9a-fA-F]{4})[^"\n]*)`)

func (t *Tracer) find(text string, depth int) []Hit {
	hits := t.plain(text)
	if depth == 2 {
		return hits
	}
	for _, at := range encoded.FindAllStringIndex(text, -1) {
		token := text[at[0]:at[1]]
		for _, d := range decodings(token) {
			for _, h := range t.find(d.text, depth+1) {
				h.Path = append([]string{d.name}, h.Path...)
				h.Start, h.End = at[0], at[1]
				hits = append(hits, h)
			}
		}
	}
	return hits
}

type decoding struct{ name, text string }

func decodings(token string) []decoding {
	var all []decoding
	if s, err := url.QueryUnescape(token); err == nil && s != token {
		all = append(all, decoding{"URL", s})
	}
	var s string
	if strings.Contains(token, `\u`) && json.Unmarshal([]byte(`"`+token+`"`), &s) == nil && s != token {
		all = append(all, decoding{"JSON", s})
	}
	raw := strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(token)
	for cut := 0; cut < 4 && cut < len(raw); cut++ {
		piece := raw[cut:]
		piece = piece[:len(piece)-btoi(len(piece)%4 == 1)]
		if b, err := base64.RawStdEncoding.DecodeString(piece); err == nil {
			all = append(all, decoding{"base64", string(b)})
		}
	}
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plain looks for values as they are, their declared forms, and their digits.
func (t *Tracer) plain(text string) []Hit {
	var hits []Hit
	lower := strings.ToLower(text)
	digits, at := digitsOf(text)
	for i := range t.canaries {
		c := &t.canaries[i]
		if d, _ := digitsOf(c.Value); len(d) >= 8 && len(d)*2 > len(c.Value) {
			if len(d) == 11 && c.Kind == "phone" {
				d = d[1:]
			}
			for from := 0; ; {
				j := strings.Index(digits[from:], d)
				if j < 0 {
					break
				}
				j += from
				from = j + len(d)
				hits = append(hits, Hit{Canary: c, Rendering: "цифры", Start: at[j], End: at[j+len(d)-1] + 1})
			}
			continue
		}
		for _, form := range append([]string{c.Value}, c.Forms...) {
			low := strings.ToLower(form)
			if j := strings.Index(lower, low); low != "" && j >= 0 && len(lower) == len(text) {
				hits = append(hits, Hit{Canary: c, Rendering: "как есть", Start: j, End: j + len(low)})
				break
			}
		}
	}
	return hits
}

func digitsOf(text string) (string, []int) {
	var d []byte
	var at []int
	for i := 0; i < len(text); i++ {
		if text[i] >= '0' && text[i] <= '9' {
			d, at = append(d, text[i]), append(at, i)
		}
	}
	return string(d), at
}

// FindAcross finds values that lie in several parts and in no single one.
func (t *Tracer) FindAcross(parts []string) []Hit {
	var across []Hit
	for _, h := range t.plain(strings.Join(parts, "")) {
		from := 0
		for _, p := range parts {
			if h.Start < from+len(p) {
				if h.End > from+len(p) {
					across = append(across, h)
				}
				break
			}
			from += len(p)
		}
	}
	return across
}

// Mask replaces every hit by the canary's mask.
func (t *Tracer) Mask(text string) string {
	for range 1000 {
		hits := t.Find(text)
		if len(hits) == 0 {
			return text
		}
		h := hits[0]
		for _, other := range hits {
			if other.End-other.Start > h.End-h.Start && other.Start <= h.Start {
				h = other
			}
		}
		text = text[:h.Start] + h.Canary.Mask + text[h.End:]
	}
	return "[СКРЫТО]"
}

// MaskAcross is [Tracer.Mask] for parts which only together hold a value.
func (t *Tracer) MaskAcross(parts []string) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = t.Mask(p)
	}
	if len(t.FindAcross(out)) > 0 {
		for i, p := range out {
			if d, _ := digitsOf(p); d != "" {
				out[i] = "[СКРЫТО]"
			}
		}
	}
	return out
}
