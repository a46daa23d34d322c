package trace

import "strings"

// hidden replaces what no canary's mask may stand for.
const hidden = "[СКРЫТО]"

// Mask replaces every hit by the mask of its canary. It is total: nothing is found in its
// result.
func (t *Tracer) Mask(text string) string {
	// A replacement may bring together what was apart, so it is repeated; what resists is
	// hidden without its mask, and in the end without its surroundings.
	for round := range 6 {
		hits := t.Find(text)
		if len(hits) == 0 {
			return text
		}
		text = replace(text, hits, round > 2)
	}
	if len(t.Find(text)) > 0 {
		return hidden
	}
	return text
}

// replace puts masks in the places of hits. Hits that overlap become one.
func replace(text string, hits []Hit, bare bool) string {
	var out strings.Builder
	at := 0
	for i := 0; i < len(hits); {
		h := hits[i]
		start, end, mask := h.Start, h.End, h.Canary.Mask
		for i++; i < len(hits) && hits[i].Start < end; i++ {
			end = max(end, hits[i].End)
		}
		if mask == "" || bare {
			mask = hidden
		}
		if start < at {
			start = at
		}
		out.WriteString(text[at:start])
		out.WriteString(mask)
		at = end
	}
	out.WriteString(text[at:])
	return out.String()
}

// MaskAcross is Mask for parts which only together hold a value.
func (t *Tracer) MaskAcross(parts []string) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = t.Mask(p)
	}
	for range 4 {
		hits := t.FindAcross(out)
		if len(hits) == 0 {
			return out
		}
		for _, h := range hits {
			for k := len(h.Parts) - 1; k >= 0; k-- {
				piece := h.Parts[k]
				if s := out[piece.Index]; piece.End <= len(s) {
					out[piece.Index] = s[:piece.Start] + "***" + s[piece.End:]
				}
			}
		}
	}
	for i := range out {
		out[i] = hidden
	}
	return out
}
