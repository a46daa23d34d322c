package acts

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// number reads a run of digits with what belongs to it: «11:30», «12.03», «1 500»,
// «3,5», «+7 900 000-00-01», «8(900)000-00-01».
func (s *scanner) number() {
	from := s.pos
	if to := phone(s.text, from); to > from {
		s.add(from, to, s.text[from:to], kindPhone, 0)
		s.pos = to
		return
	}
	if s.text[s.pos] == '+' {
		s.pos++
	}
	if !isDigit(s.text, s.pos) { // digits of another script
		_, size := utf8.DecodeRuneInString(s.text[s.pos:])
		s.pos += size
		return
	}
	start := s.pos
	s.pos = digits(s.text, s.pos)
	whole := s.text[start:s.pos]
	k := kindNumber
	value := parse(whole)
	if s.pos < len(s.text) && isDigit(s.text, s.pos+1) {
		end := digits(s.text, s.pos+1)
		part := s.text[s.pos+1 : end]
		switch sep := s.text[s.pos]; {
		case sep == ':' && len(part) == 2 && value < 24 && part < "60":
			k, s.pos = kindTime, end
			if isDigit(s.text, s.pos+1) && s.text[s.pos] == ':' { // seconds
				s.pos = digits(s.text, s.pos+1)
			}
		case (sep == '.' || sep == '/') && len(whole) <= 2 && len(part) <= 2 && value <= 31 && parse(part) <= 59 && parse(part) > 0:
			k, s.pos = s.dotted(value, part, end)
			value = parse(whole + "." + part)
		case sep == '.' && len(part) == 3 && len(whole) <= 3:
			s.pos = end
			value = value*1000 + parse(part)
		case sep == ',' || sep == '.':
			s.pos = end
			value = parse(whole + "." + part)
		case sep == '-' && len(whole) == 4 && len(part) == 2 && isDigit(s.text, end+1) && s.text[end] == '-':
			k, s.pos = kindDate, digits(s.text, end+1) // 2026-03-12
		}
	}
	if k == kindNumber {
		value = s.thousands(whole, value)
	}
	s.add(from, s.pos, s.text[from:s.pos], k, value)
}

// dotted decides what «12.03» can be.
func (s *scanner) dotted(first float64, part string, end int) (kind, int) {
	k := kindNumber
	if first >= 1 && parse(part) <= 12 {
		k |= kindDate
	}
	if first < 24 && len(part) == 2 && parse(part) < 60 {
		k |= kindTime
	}
	if k&kindDate != 0 && end+1 < len(s.text) && (s.text[end] == '.' || s.text[end] == '/') && isDigit(s.text, end+1) {
		k, end = kindDate, digits(s.text, end+1)
	}
	return k, end
}

// thousands joins groups of three digits that follow after a single space.
func (s *scanner) thousands(whole string, value float64) float64 {
	if len(whole) > 3 || strings.HasPrefix(whole, "0") {
		return value
	}
	for s.pos < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		if r != ' ' && r != '\u00a0' && r != '\u202f' && r != '\u2009' {
			break
		}
		group := s.pos + size
		end := digits(s.text, group)
		if end-group != 3 {
			break
		}
		// «16 000 рублей» but not «10:00 200»: a clock time after the group is not one.
		if end < len(s.text) && (s.text[end] == ':' || s.text[end] == '-') {
			break
		}
		value = value*1000 + parse(s.text[group:end])
		s.pos = end
	}
	return value
}

func isDigit(s string, at int) bool { return at < len(s) && s[at] >= '0' && s[at] <= '9' }

func digits(s string, at int) int {
	for isDigit(s, at) {
		at++
	}
	return at
}

func parse(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}

// phone returns the end of a telephone number that begins at from, or from. Masked
// digits count as digits: «+7 9** ***-**-01».
func phone(s string, from int) int {
	count, real, end, at := 0, 0, from, from
	if at < len(s) && s[at] == '+' {
		at++
	} else if s[at] != '8' && s[at] != '7' {
		return from
	}
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch {
		case r >= '0' && r <= '9':
			count++
			real++
			at += size
			end = at
			if count > 11 {
				return from
			}
			continue
		case r == '*' || r == 'Х' || r == 'X' || r == 'х' || r == 'x':
			count++
			at += size
			end = at
			if count > 11 {
				return from
			}
			continue
		case r == ' ' || r == '\u00a0' || r == '(' || r == ')' || r == '-' || r == '–':
			if count == 11 && real > 3 {
				return end
			}
			at += size
			continue
		}
		break
	}
	if count == 11 && real > 3 { // «+7 ХХХ…» shows a format, not a number
		return end
	}
	return from
}

// address recognises e-mail addresses, handles and web addresses.
func address(s string, from int) (int, kind) {
	end := from
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		if r == utf8.RuneError || unicode.IsSpace(r) || strings.ContainsRune("<>«»\"'()[],;!", r) {
			break
		}
		end += size
	}
	run := strings.TrimRight(s[from:end], ".:?…*_~`")
	lower := strings.ToLower(run)
	switch {
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"), strings.HasPrefix(lower, "www."):
		return from + len(run), kindURL
	case strings.HasPrefix(run, "@") && len(run) > 3 && run[1] < utf8.RuneSelf:
		return from + len(run), kindHandle
	case strings.HasPrefix(run, "@"):
		return from, 0
	case strings.Contains(run, "@") && strings.Contains(run[strings.Index(run, "@"):], "."):
		return from + len(run), kindEmail
	}
	for _, zone := range []string{".ru", ".com", ".рф", ".me", ".net", ".org", ".tatar"} {
		i := strings.Index(lower, zone)
		if i > 0 && len(lower) == len(run) && (i+len(zone) == len(lower) || lower[i+len(zone)] == '/') {
			return from + len(run), kindURL
		}
	}
	return from, 0
}
