package pii

import (
	"strings"
	"unicode/utf8"

	"github.com/kljensen/snowball/russian"
)

// HealthHit is a word of what a client said about health, found elsewhere.
type HealthHit struct {
	Start, End int
	Said       string // the word that was said, by stem
	Why        string // in Russian
}

// HealthTracer finds what a client said about health in other texts: the words by stem,
// usual paraphrases and codes of МКБ-10. It is safe for concurrent use.
type HealthTracer struct {
	stems map[string]string // stem → the group that it belongs to
	codes map[string]bool   // letters of МКБ-10 codes that fit
	any   bool
}

// healthGroups are words which tell the same fact, with the МКБ-10 chapters that say it.
var healthGroups = []struct {
	name  string
	words string
	codes string
}{
	{"диабет", "диабет диабетик сахарный инсулин глюкоза метформин гликемия сахар", "E10 E11 E12 E13 E14"},
	{"эпилепсия", "эпилепсия эпилептик судороги припадок противосудорожное", "G40 G41"},
	{"беременность", "беременность беременна беременная триместр токсикоз гестация вынашивание йөкле", "O Z32 Z33 Z34 Z35"},
	{"аллергия", "аллергия аллергик аллергическая непереносимость анафилаксия крапивница квинке", "T78 L23 L50 Z88"},
	{"давление", "давление гипертония гипертензия гипертоник гипотония тонометр", "I10 I11 I95"},
	{"сердце", "сердце сердечный кардиолог аритмия тахикардия инфаркт стенокардия ишемия кардиостимулятор", "I20 I21 I25 I49"},
	{"онкология", "онкология рак опухоль карцинома метастаз химиотерапия новообразование злокачественный", "C D0 D1 D2 D3 D4"},
	{"вич", "вич спид иммунодефицит антиретровирусный", "B20 B21 B22 B23 B24 Z21"},
	{"гепатит", "гепатит печень желтуха", "B15 B16 B17 B18 B19"},
	{"депрессия", "депрессия депрессивный антидепрессант суицид тревожность психиатр", "F32 F33 F41"},
	{"боль", "болит боль болеть болезненный ноет ломит болевой авырта", "R52"},
	{"спина", "спина поясница позвоночник остеохондроз грыжа радикулит люмбаго аркам", "M42 M51 M54"},
	{"голова", "голова головной мигрень цефалгия баш", "G43 G44 R51"},
	{"зуб", "зуб зубной стоматит кариес пульпит тешем", "K02 K04"},
	{"кожа", "сыпь дерматит экзема псориаз зуд покраснение высыпание розацеа лишай", "L20 L30 L40"},
	{"кровь", "кровь кровотечение кровит гемофилия свертываемость тромбоз антикоагулянт варфарин", "D66 D68 I80"},
	{"температура", "температура лихорадка жар озноб гипертермия", "R50"},
	{"отёк", "отёк опухло отекло опухоль припухлость распухло", "R60"},
	{"щитовидная", "щитовидка щитовидная гипотиреоз тиреоидит эутирокс", "E02 E03 E05 E06"},
	{"астма", "астма астматик бронхиальный ингалятор удушье", "J45"},
	{"грудь", "кормление лактация гв грудное", "O92 Z39"},
	{"инвалидность", "инвалид инвалидность группа", "Z73"},
	{"живот", "живот желудок гастрит язва тошнота рвота эчем", "K25 K29 R10 R11"},
	{"варикоз", "варикоз варикозный вены тромбофлебит", "I83"},
	{"герпес", "герпес простуда", "B00"},
}

// NewHealth makes a tracer of what was said.
func NewHealth(said []string) *HealthTracer {
	t := &HealthTracer{stems: map[string]string{}, codes: map[string]bool{}}
	lex := theLexicon()
	for _, s := range said {
		n := normalise(s)
		whole := strings.Fields(fold(n.text))
		against := false // the words after «аллергия на» name what it is against
		for _, w := range wordsIn(n.text) {
			stem := stemOf(w)
			group := healthGroup(stem)
			c := lex.lookup(w).class
			if against && utf8.RuneCountInString(w) > 3 && c&ctxSelf == 0 && !russian.IsStopWord(w) {
				t.any = true
				t.stems[stem] = w
			}
			against = against && utf8.RuneCountInString(w) <= 3 || group >= 0 && healthGroups[group].name == "аллергия"
			medical := c&(healthStrong|healthWeak) != 0 || c&healthPart != 0
			if group < 0 && !medical && (len(whole) > 2 || common(w, c)) {
				continue
			}
			t.any = true
			t.stems[stem] = w
			if group >= 0 {
				for _, same := range strings.Fields(healthGroups[group].words) {
					t.stems[stemOf(same)] = w
				}
				for _, code := range strings.Fields(healthGroups[group].codes) {
					t.codes[code] = true
				}
			}
		}
	}
	return t
}

// common words of a short saying («болит», «сильно болит») are left out when they carry
// nothing of health.
func common(w string, c class) bool {
	return utf8.RuneCountInString(w) < 5 || c&(ctxSelf|isCommon) != 0 || russian.IsStopWord(w)
}

func stemOf(w string) string { return russian.Stem(fold(w), false) }

func healthGroup(stem string) int {
	for i, g := range healthGroups {
		for _, w := range strings.Fields(g.words) {
			if stemOf(w) == stem {
				return i
			}
		}
	}
	return -1
}

// wordsIn splits a text into its words.
func wordsIn(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return letterCode(r) == noLetter })
}

// Find answers where a text tells what was said.
func (t *HealthTracer) Find(text string) []HealthHit {
	if t == nil || !t.any {
		return nil
	}
	n := normalise(text)
	sc := &scan{d: &Detector{}, lex: theLexicon(), text: n.text}
	sc.tokenise()
	var out []HealthHit
	for i := range sc.toks {
		tok := sc.toks[i]
		if tok.is(isDigits) {
			continue
		}
		w := sc.str(i)
		if tok.letters == 1 {
			if end, code := sc.codeAt(i); end > 0 && t.hasCode(code) {
				start, stop := n.span(int(tok.start), int(sc.toks[end].end))
				out = append(out, HealthHit{Start: start, End: stop, Why: "код МКБ-10, который называет сказанное клиентом"})
			}
			continue
		}
		if tok.letters < 3 {
			continue
		}
		said, ok := t.stems[stemOf(w)]
		if !ok || sc.class(i)&healthNot != 0 && sc.class(i)&(healthWeak|healthStrong|healthPart) == 0 {
			continue
		}
		if sc.class(i)&(healthStrong|healthWeak) == 0 && sc.class(i)&healthPart != 0 && !t.besides(sc, i) {
			continue // «массаж спины» says nothing of what hurts
		}
		why := "слово клиента о здоровье"
		if stemOf(said) != stemOf(w) {
			why = "пересказ слов клиента о здоровье"
		}
		start, end := n.span(int(tok.start), int(tok.end))
		out = append(out, HealthHit{Start: start, End: end, Said: said, Why: why})
	}
	return out
}

// besides tells whether another word of what was said stands within four words.
func (t *HealthTracer) besides(sc *scan, i int) bool {
	for k := max(0, i-4); k < len(sc.toks) && k <= i+4; k++ {
		if k == i || sc.toks[k].is(isDigits) || sc.toks[k].letters < 3 {
			continue
		}
		if _, ok := t.stems[stemOf(sc.str(k))]; ok && stemOf(sc.str(k)) != stemOf(sc.str(i)) {
			return true
		}
		if sc.class(k)&(healthStrong|healthWeak) != 0 {
			return true
		}
	}
	return false
}

// codeAt reads a code of МКБ-10 at a single letter.
func (sc *scan) codeAt(i int) (end int, code string) {
	if i+1 >= len(sc.toks) || !sc.toks[i+1].is(isDigits) || sc.gap(i) != "" || sc.toks[i+1].letters != 2 || !sc.toks[i].is(startsUpper) {
		return 0, ""
	}
	letter := sc.str(i)
	switch letter { // Russian twins of the letters of codes
	case "Е":
		letter = "E"
	case "О":
		letter = "O"
	case "С":
		letter = "C"
	case "В":
		letter = "B"
	case "М":
		letter = "M"
	case "Т":
		letter = "T"
	case "К":
		letter = "K"
	case "Н":
		letter = "H"
	}
	end = i + 1
	if i+2 < len(sc.toks) && sc.toks[i+2].is(isDigits) && sc.gap(i+1) == "." {
		end = i + 2
	}
	return end, letter + sc.str(i+1)
}

func (t *HealthTracer) hasCode(code string) bool {
	for n := len(code); n > 0; n-- {
		if t.codes[code[:n]] {
			return true
		}
	}
	return false
}

// Mask hides what the tracer finds.
func (t *HealthTracer) Mask(text string) string {
	var out strings.Builder
	from := 0
	for _, h := range t.Find(text) {
		if h.Start < from {
			continue
		}
		out.WriteString(text[from:h.Start])
		out.WriteString("[ЗДОРОВЬЕ]")
		from = h.End
	}
	out.WriteString(text[from:])
	return out.String()
}
