package steps

import (
	"net/url"
	"strings"

	"progon"
	"progon/sim/pii"
	"progon/sim/pii/trace"
)

// sealer masks everything that leaves a scenario: after it, no report can hold a raw
// value, however the report is written.
type sealer struct {
	tracer   *trace.Tracer
	detector *pii.Detector
	secrets  []string
	own      []string
}

// text masks one string.
func (s sealer) text(in string) string {
	if in == "" {
		return ""
	}
	for _, secret := range s.secrets {
		if len(secret) < 8 {
			continue
		}
		for _, form := range []string{secret, url.QueryEscape(secret), strings.ReplaceAll(secret, "/", `\/`)} {
			in = strings.ReplaceAll(in, form, "[СЕКРЕТ]")
		}
	}
	in = s.tracer.Mask(in)
	return s.unplanted(in)
}

// unplanted masks what was not planted and yet is plainly somebody's: a bot may have been
// connected to real data by mistake. The business's own public phones stay readable.
func (s sealer) unplanted(in string) string {
	var out strings.Builder
	from := 0
	for _, span := range s.detector.Find(in) {
		if span.Start < from || span.Score < 0.8 || !certain[span.Kind] || s.isOwn(in[span.Start:span.End]) {
			continue
		}
		out.WriteString(in[from:span.Start])
		out.WriteString(span.Masked)
		from = span.End
	}
	out.WriteString(in[from:])
	return out.String()
}

var certain = map[pii.Kind]bool{
	pii.Phone: true, pii.Email: true, pii.Card: true, pii.SNILS: true, pii.INN: true,
	pii.Passport: true, pii.OMS: true, pii.Secret: true, pii.BankAccount: true,
}

func (s sealer) isOwn(value string) bool {
	digits := onlyDigits(value)
	for _, own := range s.own {
		if strings.EqualFold(own, value) || (len(digits) >= 10 && tail(onlyDigits(own), 10) == tail(digits, 10)) {
			return true
		}
	}
	return false
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func tail(s string, n int) string {
	if len(s) > n {
		return s[len(s)-n:]
	}
	return s
}

func (s sealer) fields(in []progon.Field) []progon.Field {
	out := make([]progon.Field, len(in))
	for i, f := range in {
		out[i] = progon.Field{Name: s.text(f.Name), Value: s.text(f.Value)}
	}
	return out
}

// events masks a timeline and drops what went over the wire. What lies in several lines
// or messages is masked part by part.
func (s sealer) events(in progon.Events) progon.Events {
	out := make(progon.Events, len(in))
	for i, e := range in {
		e.Raw = nil
		e.Text, e.Place, e.Gap = s.text(e.Text), s.text(e.Place), s.text(e.Gap)
		e.Kind, e.Conversation, e.Error = s.text(e.Kind), s.text(e.Conversation), s.text(e.Error)
		e.Fields, e.Answer = s.fields(e.Fields), s.fields(e.Answer)
		effects := make([]progon.Effect, len(e.Effects))
		for j, x := range e.Effects {
			x.Fields = s.fields(x.Fields)
			effects[j] = x
		}
		e.Effects = effects
		if e.Message != nil {
			m := *e.Message
			m.Text, m.File, m.Payload = s.text(m.Text), s.text(m.File), s.text(m.Payload)
			m.Buttons = append([]progon.Button(nil), m.Buttons...)
			for j, b := range m.Buttons {
				m.Buttons[j] = progon.Button{Title: s.text(b.Title), Payload: s.text(b.Payload), URL: s.text(b.URL)}
			}
			e.Message = &m
		}
		out[i] = e
	}
	return s.acrossMessages(out)
}

// acrossMessages masks the parts of a value which only together are one.
func (s sealer) acrossMessages(in progon.Events) progon.Events {
	groups := map[string][]int{}
	for i, e := range in {
		if e.Text != "" {
			key := string(e.Surface) + "\x00" + string(e.Direction) + "\x00" + e.Persona
			groups[key] = append(groups[key], i)
		}
	}
	for _, group := range groups {
		parts := make([]string, len(group))
		for j, i := range group {
			parts[j] = in[i].Text
		}
		for j, masked := range s.tracer.MaskAcross(parts) {
			if masked == parts[j] {
				continue
			}
			e := &in[group[j]]
			e.Text = masked
			if e.Message != nil {
				e.Message.Text = masked
			}
		}
	}
	return in
}

func (s sealer) findings(in []progon.Finding) []progon.Finding {
	out := make([]progon.Finding, len(in))
	for i, f := range in {
		f.Text, f.Expected, f.Got = s.text(f.Text), s.text(f.Expected), s.text(f.Got)
		f.Place, f.Excerpt, f.Advice = s.text(f.Place), s.text(f.Excerpt), s.text(f.Advice)
		out[i] = f
	}
	return out
}

// result masks a whole scenario in place.
func (s sealer) result(r *progon.ScenarioResult) {
	r.Reason = s.text(r.Reason)
	r.Timeline = s.events(r.Timeline)
	r.Findings = s.findings(r.Findings)
	for i := range r.Steps {
		r.Steps[i].Reason = s.text(r.Steps[i].Reason)
		r.Steps[i].Findings = s.findings(r.Steps[i].Findings)
	}
}
