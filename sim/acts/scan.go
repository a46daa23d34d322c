package acts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind tells what a token is; one token can be several («12.03» is a date, a time and a
// number), and the patterns decide which reading matters.
type kind uint32

const (
	kindWord kind = 1 << iota
	kindNumber
	kindTime
	kindDate
	kindPhone
	kindURL
	kindEmail
	kindHandle
	kindCurrency
	kindPercent
	kindCapital // a word that begins with a capital inside a sentence: probably a name
	// By the ending alone: «приложите», «пить», «амоксициллином».
	kindImperative
	kindInfinitive
	kindFirst   // «отвечу», «ставлю»: maybe a verb in the first person
	kindPast    // «передано», «ушло»: maybe a verb in the past
	kindTherapy // «озонотерапия»
	kindDrug
)

// token is one word, number or sign of a reply. Its place is kept in bytes of the
// original text, so that the words which decided can be quoted as they were written.
type token struct {
	from, to int
	word     string // folded: lower case, ё as е, Tatar letters as Russian ones
	kind     kind
	value    float64 // of numbers
	clause   int     // grows at commas, dashes, colons and brackets
	quoted   bool    // stands between quotation marks
	glued    bool    // follows the previous token without a space: «11дә», «2к»
}

// segment is what patterns look at: a sentence, or the part of it up to «но», «однако»,
// «а пока», since such words end the reach of a refusal or a negation.
type segment struct {
	tokens   []token
	question bool
	line     int  // number of the line in the reply
	cited    bool // the client's words, repeated by the bot
}

// fold brings a letter to the form in which the lexicon is written.
func fold(r rune) rune {
	switch {
	case r >= 'а' && r <= 'я' || r >= 'a' && r <= 'z':
		return r
	case r >= 'А' && r <= 'Я':
		return r + ('а' - 'А')
	}
	r = unicode.ToLower(r)
	switch r {
	case 'ё':
		return 'е'
	case 'ә':
		return 'э'
	case 'ө':
		return 'о'
	case 'ү':
		return 'у'
	case 'җ':
		return 'ж'
	case 'ң':
		return 'н'
	case 'һ':
		return 'х'
	}
	return r
}

// lookalike maps Latin letters that are drawn like Cyrillic ones.
func lookalike(r rune) (rune, bool) {
	i := strings.IndexRune("aceopxykmthb", r)
	if i < 0 {
		return r, false
	}
	return []rune("асеорхукмтнь")[i], true
}

func foldWord(s string) string {
	var b strings.Builder
	cyrillic := false
	for _, r := range s {
		if r == 0x301 || r == 0xAD { // stress mark, soft hyphen
			continue
		}
		f := fold(r)
		cyrillic = cyrillic || f >= 'а' && f <= 'я'
		b.WriteRune(f)
	}
	if !cyrillic {
		return b.String()
	}
	return strings.Map(func(r rune) rune {
		if c, ok := lookalike(r); ok {
			return c
		}
		return r
	}, b.String())
}

// scanner turns a text into segments.
type scanner struct {
	text     string
	pos      int
	tokens   []token
	segments []segment
	clause   int
	quotes   int
	line     int
	cited    bool
	lastEnd  int
}

func scan(text string) []segment {
	s := &scanner{text: text, lastEnd: -1}
	s.startLine()
	for s.pos < len(s.text) {
		s.step()
	}
	s.end(false)
	return s.segments
}

func (s *scanner) peek(at int) rune {
	if at >= len(s.text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(s.text[at:])
	return r
}

func (s *scanner) step() {
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	switch {
	case r == '<' && s.markup():
	case r == '&' && s.entity():
	case r == '\n' || r == '\r' || r == '\u2028':
		s.end(false)
		s.pos += size
		s.line++
		s.startLine()
	case r == '\\' && s.peek(s.pos+1) == 'n': // a line break that came escaped twice
		s.end(false)
		s.pos += 2
		s.line++
		s.startLine()
	case unicode.IsDigit(r) || r == '+' && unicode.IsDigit(s.peek(s.pos+1)):
		s.number()
	case unicode.IsLetter(r) || r == '@':
		s.letters()
	case r == '.' || r == '!' || r == '?' || r == '…' || r == ';':
		s.stop(r, size)
	default:
		s.sign(r, size)
	}
}

func (s *scanner) startLine() {
	rest := strings.TrimLeft(s.text[s.pos:], " \t\u00a0")
	s.cited = strings.HasPrefix(rest, ">")
	s.quotes = 0
}

// markup skips an HTML tag; those that break lines break lines here too.
func (s *scanner) markup() bool {
	end := strings.IndexByte(s.text[s.pos:], '>')
	if end < 2 || end > 300 {
		return false
	}
	name := strings.ToLower(strings.TrimLeft(s.text[s.pos+1:s.pos+end], "/"))
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for _, breaking := range []string{"br", "p", "li", "div", "ul", "ol", "h1", "h2", "h3", "tr"} {
		if name == breaking || strings.HasPrefix(name, breaking+" ") || strings.HasPrefix(name, breaking+"/") {
			s.end(false)
			s.line++
		}
	}
	s.pos += end + 1
	return true
}

func (s *scanner) entity() bool {
	for _, e := range []string{"&nbsp;", "&laquo;", "&raquo;", "&quot;", "&mdash;", "&ndash;", "&amp;", "&lt;", "&gt;"} {
		if strings.HasPrefix(s.text[s.pos:], e) {
			switch e {
			case "&laquo;", "&raquo;", "&quot;":
				s.quotes ^= 1
			case "&mdash;", "&ndash;":
				s.clause++
			}
			s.pos += len(e)
			return true
		}
	}
	return false
}

func (s *scanner) sign(r rune, size int) {
	switch r {
	case ',', ':', '—', '–', '(', ')', '•', '|', '/':
		s.clause++
	case '-', '−':
		// A hyphen inside a word joins its halves; with spaces around it is a dash.
		if s.pos > 0 && (s.text[s.pos-1] == ' ' || s.text[s.pos-1] == '\n') {
			s.clause++
		}
	case '«', '“', '„':
		s.quotes = 1
	case '»', '”':
		s.quotes = 0
	case '"':
		s.quotes ^= 1
	case '%':
		s.add(s.pos, s.pos+size, "%", kindPercent, 0)
	case '₽', '$', '€':
		s.add(s.pos, s.pos+size, string(r), kindCurrency, 0)
	default:
		if r > 0x2190 { // emoji separate thoughts like commas
			s.clause++
		}
	}
	s.pos += size
}

func (s *scanner) add(from, to int, word string, k kind, value float64) {
	s.tokens = append(s.tokens, token{
		from: from, to: to, word: word, kind: k, value: value,
		clause: s.clause, quoted: s.quotes > 0, glued: from == s.lastEnd,
	})
	s.lastEnd = to
}

// letters reads a word, a web address, an e-mail address or a handle.
func (s *scanner) letters() {
	if to, k := address(s.text, s.pos); k != 0 {
		s.add(s.pos, to, strings.ToLower(s.text[s.pos:to]), k, 0)
		s.pos = to
		return
	}
	from := s.pos
	for s.pos < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		if !unicode.IsLetter(r) && r != 0x301 && r != 0xAD && (r != '\'' && r != '’' || s.pos == from) {
			break
		}
		s.pos += size
	}
	if s.pos == from { // a lone «@»
		s.pos++
		return
	}
	word := foldWord(s.text[from:s.pos])
	k := kindWord
	if unicode.IsUpper(s.peek(from)) && len(s.tokens) > 0 {
		k |= kindCapital
	}
	if splits(word) {
		s.cut()
	}
	s.add(from, s.pos, word, k|shape(word), 0)
}

// splits tells whether a word after a comma begins a thought of its own, which a
// refusal or a negation before it does not reach.
func splits(word string) bool {
	switch word {
	case "но", "однако", "зато", "пока", "поэтому", "лэкин", "эмма", "тем",
		"похоже", "скорее", "думаю", "попробуйте", "примите", "выпейте":
		return true
	}
	return false
}

// stop handles the signs that end sentences.
func (s *scanner) stop(r rune, size int) {
	from := s.pos
	question := false
	for s.pos < len(s.text) && strings.ContainsRune(".!?…;", s.peek(s.pos)) {
		c, n := utf8.DecodeRuneInString(s.text[s.pos:])
		question = question || c == '?'
		s.pos += n
	}
	if r == '.' && s.pos == from+size && s.abbreviation() {
		return
	}
	s.end(question)
}

// abbreviation tells whether the single full stop just read ends a shortened word
// rather than a sentence.
func (s *scanner) abbreviation() bool {
	if len(s.tokens) == 0 {
		return true
	}
	last := s.tokens[len(s.tokens)-1]
	next := s.peek(s.pos)
	spaced := next == ' ' || next == '\u00a0'
	if spaced {
		next = s.peek(s.pos + utf8.RuneLen(next))
	}
	switch last.word {
	case "ул", "г", "д", "пр", "им", "св", "стр", "корп", "кв", "эт", "просп", "пер", "наб", "обл", "тел", "каб", "стоим", "инст", "моб":
		return last.glued == false || !spaced
	case "руб", "р", "тыс", "т", "мин", "час", "ч", "коп", "шт", "сут", "нед", "мес", "макс", "сек", "млн", "доп",
		"пн", "вт", "ср", "чт", "пт", "сб", "вс", "янв", "фев", "апр", "авг", "сен", "окт", "ноя", "дек", "прим", "напр", "е", "п", "к", "др", "табл", "перс", "след":
		return !unicode.IsUpper(next) && next != 0 && next != '\n'
	}
	return last.kind&kindNumber != 0 && unicode.IsDigit(next) && !spaced
}

// cut begins a new segment inside a sentence where a clause begins: «…, но», «…, а пока».
func (s *scanner) cut() {
	at := len(s.tokens)
	if at > 0 && (s.tokens[at-1].word == "а" || s.tokens[at-1].word == "и") {
		at--
	}
	clause := s.clause
	if at < len(s.tokens) {
		clause = s.tokens[at].clause
	}
	if at == 0 || s.tokens[at-1].clause == clause {
		return
	}
	s.segments = append(s.segments, segment{tokens: s.tokens[:at:at], line: s.line, cited: s.cited})
	s.tokens = append([]token(nil), s.tokens[at:]...)
}

// tag parts a statement from the invitation that makes a question of it: «…лечат варикоз,
// запишем?».
func (s *scanner) tag() {
	last := s.tokens[len(s.tokens)-1]
	at := len(s.tokens)
	for at > 0 && s.tokens[at-1].clause == last.clause {
		at--
	}
	if at == 0 || len(s.tokens)-at > 2 {
		return
	}
	switch s.tokens[at].word {
	case "запишем", "записать", "запишу", "хотите", "попробуем", "интересно", "попробуете", "запишемся":
		s.segments = append(s.segments, segment{tokens: s.tokens[:at:at], line: s.line, cited: s.cited})
		s.tokens = append([]token(nil), s.tokens[at:]...)
	}
}

// end closes the sentence. A question mark belongs to its last segment only: «нет, но
// могу предложить 15:00, подойдёт?».
func (s *scanner) end(question bool) {
	if len(s.tokens) == 0 {
		if question && len(s.segments) > 0 && s.segments[len(s.segments)-1].line == s.line {
			s.segments[len(s.segments)-1].question = true
		}
		return
	}
	if question {
		s.tag()
	}
	s.segments = append(s.segments, segment{
		tokens: s.tokens, question: question, line: s.line, cited: s.cited,
	})
	s.tokens = nil
	s.clause++
	s.lastEnd = -1
}
