package pii

import (
	"math/bits"
	"sort"
	"strings"
	"sync"
)

// class is a set of things that a word may mean to the recognisers.
type class uint64

// The classes of words. Those that begin with ctx speak for a kind, those with not speak
// against all numbers.
const (
	ctxPhone     class = 1 << iota
	ctxPhoneWeak       // номер: of what is not said
	ctxName            // фамилия, зовут
	ctxBirth           // родился, д.р.
	ctxPassport        // паспорт, серия
	ctxForeign         // загран
	ctxSNILS           //
	ctxINN             //
	ctxOMS             // полис
	ctxLicence         // водительское
	ctxPlate           // госномер, машина
	ctxVIN             //
	ctxCard            // карта
	ctxCardCode        // CVC
	ctxAccount         // счёт
	ctxBIK             //
	ctxOGRN            //
	ctxAddress         // адрес, живу
	ctxStreet          // улица
	ctxHouse           // дом
	ctxFlat            // квартира
	ctxCity            // names of cities
	ctxGeo             // координаты, lat
	ctxHandle          // телеграм, ник
	ctxIP              //
	ctxDevice          // imei
	ctxOTP             // код, смс
	ctxOTPStrong       // смс, подтверждение
	ctxSecret          // пароль, token
	ctxSelf            // я, мне, клиентка
	notNumber          // заказ, order, id: the number beside it is theirs
	notVersion         // версия, build
	notMoney           // руб, цена
	notTime            // часов, timestamp
	notPerson          // words that make a name a place or a firm: улица, театр, ООО
	isBusiness         // салон, мы находимся
	isMonth            //
	isNumeral          // number words
	isFirst            // a first name in some case
	isPet              // a diminutive
	isAmbiguous        // a first name that is a common word too
	isPatronymic       // улы, кызы
	isSurname          // a surname that has no usual ending
	isCommon           // a common word with the ending of a surname
	isLatinFirst       // a first name in Latin letters
	healthStrong       // диабет, беременна
	healthWeak         // болит, температура
	healthPart         // спина, голова
	healthNot          // лечебный, анализ: service names
	healthOwn          // у меня, жалуется
	isDoc              // СТС, ОСАГО: documents without a kind
	isStaff            // мастер, врач, администратор
	isWeekday          // and other words of appointments
	isBooking          // запись, приём
)

// word is what the lexicon knows about one entry.
type word struct {
	class class
	value int // number words: the number; months: 1–12
}

// lexicon answers for a word, letter by letter, while the text is being read. Nodes are
// packed: a bit for each of 64 letters and the place of the first child.
type lexicon struct {
	nodes []node
	words []word
}

type node struct {
	letters uint64
	first   uint32
	exact   uint16 // index into words, 0 = none
	stem    uint16 // the same for words that go on after this letter
}

// step follows one letter; 0 is the end of all ways.
func (l *lexicon) step(n uint32, letter uint8) uint32 {
	nd := &l.nodes[n]
	bit := uint64(1) << letter
	if nd.letters&bit == 0 {
		return 0
	}
	return nd.first + uint32(bits.OnesCount64(nd.letters&(bit-1)))
}

// maxTail is how many letters may follow a stem: endings, not another word.
const maxTail = 5

// lookup reads a whole word. The tokeniser does the same while it reads.
func (l *lexicon) lookup(s string) word {
	n, stem, stemAt, i := uint32(1), uint16(0), 0, 0
	for _, r := range s {
		code := letterCode(r)
		if code == noLetter {
			return word{}
		}
		if n != 0 {
			n = l.step(n, code)
			if n != 0 && l.nodes[n].stem != 0 {
				stem, stemAt = l.nodes[n].stem, i
			}
		}
		i++
	}
	if n != 0 && l.nodes[n].exact != 0 {
		return l.words[l.nodes[n].exact]
	}
	if stem != 0 && i-1-stemAt <= maxTail {
		return l.words[stem]
	}
	return word{}
}

const noLetter = 255

// letterCode folds a letter to 0–63: Latin, Russian (ё as е), Tatar.
func letterCode(r rune) uint8 {
	switch {
	case r >= 'a' && r <= 'z':
		return uint8(r - 'a')
	case r >= 'A' && r <= 'Z':
		return uint8(r - 'A')
	case r >= 'а' && r <= 'я':
		return uint8(r-'а') + 26
	case r >= 'А' && r <= 'Я':
		return uint8(r-'А') + 26
	case r == 'ё' || r == 'Ё':
		return 'е' - 'а' + 26
	}
	switch r {
	case 'ә', 'Ә':
		return 58
	case 'ө', 'Ө':
		return 59
	case 'ү', 'Ү':
		return 60
	case 'җ', 'Җ':
		return 61
	case 'ң', 'Ң':
		return 62
	case 'һ', 'Һ':
		return 63
	}
	return noLetter
}

// builder collects entries before they are packed.
type builder struct {
	exact, stem map[string]*word
}

func newBuilder() *builder {
	return &builder{exact: map[string]*word{}, stem: map[string]*word{}}
}

// add puts words of one class in; a trailing * makes a stem of a word.
func (b *builder) add(c class, list string) {
	for _, w := range strings.Fields(list) {
		b.put(w, c, 0)
	}
}

func (b *builder) put(w string, c class, value int) {
	table := b.exact
	if s, ok := strings.CutSuffix(w, "*"); ok {
		table, w = b.stem, s
	}
	w = fold(w)
	if table[w] == nil {
		table[w] = &word{}
	}
	table[w].class |= c
	if value != 0 {
		table[w].value = value
	}
}

// stemClass is what the longest stem of a word says.
func (b *builder) stemClass(w string) class {
	runes := []rune(w)
	for n := len(runes); n > 1 && len(runes)-n <= maxTail; n-- {
		if s := b.stem[string(runes[:n])]; s != nil {
			return s.class
		}
	}
	return 0
}

// fold makes a word comparable: lower case, ё as е.
func fold(s string) string {
	if folded(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToLower(s), "ё", "е")
}

// folded tells whether a string of Latin and Russian letters is folded already: most words
// are.
func folded(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x80:
			if c >= 'A' && c <= 'Z' {
				return false
			}
		case c == 0xD0:
			if i++; i == len(s) || s[i] < 0xB0 {
				return false
			}
		case c == 0xD1:
			if i++; i == len(s) || s[i] > 0x8F {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// pack turns the collected words into the trie. A word that is both exact and the
// continuation of a stem has the classes of both.
func (b *builder) pack() *lexicon {
	type draft struct {
		children    map[uint8]*draft
		exact, stem *word
	}
	root := &draft{}
	insert := func(w string) *draft {
		d := root
		for _, r := range w {
			code := letterCode(r)
			if code == noLetter {
				return &draft{}
			}
			if d.children == nil {
				d.children = map[uint8]*draft{}
			}
			if d.children[code] == nil {
				d.children[code] = &draft{}
			}
			d = d.children[code]
		}
		return d
	}
	for w, e := range b.stem {
		insert(w).stem = e
	}
	for w, e := range b.exact {
		e.class |= b.stemClass(w)
		insert(w).exact = e
	}
	lex := &lexicon{nodes: make([]node, 2), words: make([]word, 1)}
	index := map[word]uint16{}
	number := func(w *word) uint16 {
		if w == nil {
			return 0
		}
		n, ok := index[*w]
		if !ok {
			n = uint16(len(lex.words))
			lex.words = append(lex.words, *w)
			index[*w] = n
		}
		return n
	}
	type item struct {
		d  *draft
		at uint32
	}
	queue := []item{{root, 1}}
	for len(queue) > 0 {
		it := queue[0]
		queue = queue[1:]
		codes := make([]int, 0, len(it.d.children))
		for c := range it.d.children {
			codes = append(codes, int(c))
		}
		sort.Ints(codes)
		first := uint32(len(lex.nodes))
		var letters uint64
		for k, c := range codes {
			letters |= 1 << c
			lex.nodes = append(lex.nodes, node{})
			queue = append(queue, item{it.d.children[uint8(c)], first + uint32(k)})
		}
		lex.nodes[it.at] = node{letters, first, number(it.d.exact), number(it.d.stem)}
	}
	return lex
}

// theLexicon is built at first use and never changes afterwards.
var theLexicon = sync.OnceValue(func() *lexicon {
	b := newBuilder()
	addContext(b)
	addNames(b)
	addHealth(b)
	return b.pack()
})
