package trace

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"progon/sim/pii/trace/names"
)

// mixed reads a word that holds letters of two scripts or invisible marks, and returns its
// end. Both readings are looked up: all letters Cyrillic, all letters Latin.
func (p *pass) mixed(start int) int {
	var cyr, lat, plain uint64
	n, latin, cyrillics, marks := 0, 0, 0, 0
	cyrOK, latOK := true, true
	i, end := start, start
	for i < len(p.text) {
		code, size := foldOf(p.text, i)
		if code == 0 {
			if size = invisible(p.text, i); size == 0 {
				break
			}
			marks++
			i += size
			continue
		}
		r := rune(code)
		plain = step(plain, code)
		if r < utf8.RuneSelf {
			latin++
			lat = step(lat, code)
			twin, ok := toCyrTwin[r]
			cyrOK = cyrOK && ok
			cyr = step(cyr, uint16(foldLetter(twin)))
		} else {
			cyrillics++
			cyr = step(cyr, code)
			twin, ok := toLatinTwin[r]
			latOK = latOK && ok
			lat = step(lat, uint16(twin))
		}
		i += size
		n++
		end = i
	}
	if n == 0 {
		return start
	}
	switch {
	case latin == 0 || cyrillics == 0:
		if marks == 0 {
			return end
		}
		skeleton := uint64(0)
		if cyrillics == 0 {
			skeleton = skeletonHash(lettersOf(p.text[start:end]))
		}
		p.word(plain, skeleton, start, end, n)
	default:
		// One reading is taken for the word, the other is only looked up.
		p.foreign = true
		skeleton := skeletonHash(latinTwins(lower(p.text[start:end])))
		if !latOK || cyrOK && cyrillics >= latin {
			p.word(cyr, 0, start, end, n)
			if latOK {
				p.lookUp(lat, skeleton, start, end)
			}
		} else {
			p.word(lat, skeleton, start, end, n)
			if cyrOK {
				p.lookUp(cyr, 0, start, end)
			}
		}
		p.foreign = false
		if !cyrOK && !latOK || n > 8 {
			p.parts(start, end)
		}
	}
	return end
}

// parts looks up the one-script parts of a mixed word: «tелефонAlsu».
func (p *pass) parts(start, end int) {
	for i := start; i < end; {
		from, h, n := i, uint64(0), 0
		first, _ := foldOf(p.text, i)
		for i < end {
			code, size := foldOf(p.text, i)
			if code == 0 || (code < utf8.RuneSelf) != (first < utf8.RuneSelf) {
				break
			}
			h, n = step(h, code), n+1
			i += size
		}
		if n == 0 {
			i++
			continue
		}
		p.lookUp(h, skeletonHash(p.text[from:i]), from, i)
	}
}

// word takes in a word: looks it up, alone and written together with the one before it.
func (p *pass) word(h, skeleton uint64, start, end, letters int) {
	p.lookUp(h, skeleton, start, end)
	x := &p.t.words
	if p.escapedAt == start && start > 0 {
		p.lookUp(together(step(0, p.escaped), h, letters), skeletonHash(p.text[start-1:end]), start-1, end)
	}
	if p.nWords > 0 {
		if last := &p.words[(p.nWords-1)%keptWords]; start-last.end <= 3 && start > last.start {
			if key := finish(together(last.hash, h, letters), saltWord); x.maybe(key) {
				p.joined(key, last, start, end)
			}
			if skeleton != 0 && last.skeleton != 0 && joint(p.text[last.end:start]) {
				if key := finish(skeletonHash(p.text[last.start:end]), saltSkeleton); x.maybe(key) {
					p.spelled(key, last.start, end)
				}
			}
		}
	}
	if p.count > 0 && letters >= 4 {
		if g := p.last(0); start-g.end <= 24 && g.end <= start && g.end-g.start <= 3 {
			p.houseBefore(h, skeleton, g, start, end)
		}
	}
	p.words[p.nWords%keptWords] = word{h, skeleton, start, end, letters}
	p.nWords++
	if letters <= 4 {
		p.short(start, end, letters)
	} else if letters >= 8 && !p.foreign {
		if letters >= 12 && p.text[start] >= utf8.RuneSelf {
			p.longWord(start, end)
		}
		// A capital inside a word is rare enough to look for it in long words only.
		for i := start + 1; i < end; i++ {
			if c := p.text[i]; c >= 'A' && c <= 'Z' || c == 0xD0 && p.text[i+1] >= 0x90 && p.text[i+1] <= 0xAF {
				p.humps(start, end)
				break
			}
		}
	}
}

// lookUp asks for a word as it is and, if it is a Latin one, by its skeleton.
func (p *pass) lookUp(h, skeleton uint64, start, end int) {
	x := &p.t.words
	if key := finish(h, saltWord); x.maybe(key) {
		p.named(key, start, end, start)
	}
	if skeleton != 0 && end-start > shortestSkeleton {
		if key := finish(skeleton, saltSkeleton); x.maybe(key) {
			p.spelled(key, start, end)
		}
	}
}

// joint tells signs inside a transliterated name: «Gali-Akhmetova», «Il'nur».
func joint(gap string) bool {
	switch gap {
	case "-", "'", "`", "’", "ʼ", "ʹ":
		return true
	}
	return false
}

// humps looks up the parts of «AlsuRashidovnaSafiullina».
func (p *pass) humps(start, end int) {
	text := p.text
	from := start
	for i := start; i < end; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if i > from && unicode.IsUpper(r) {
			if before, _ := utf8.DecodeLastRuneInString(text[:i]); unicode.IsLower(before) {
				p.hump(from, i)
				from = i
			}
		}
		i += size
	}
	if from > start {
		p.hump(from, end)
	}
}

func (p *pass) hump(start, end int) {
	part := p.text[start:end]
	p.lookUp(wordHash(part), skeletonHash(part), start, end)
}

// spelled confirms transliterations letter by letter.
func (p *pass) spelled(key uint64, start, end int) {
	x := &p.t.words
	shown := 0
	latin := ""
	for e := x.first(key); e >= 0 && shown < mostNamesakes; e = x.entries[e].next {
		found := &x.entries[e]
		if found.class != asSkeleton {
			continue
		}
		if latin == "" {
			latin = latinTwins(lettersOf(p.text[start:end]))
		}
		s := &p.t.spellings[found.aux]
		for form := range strings.SplitSeq(s.forms, "|") {
			if !names.SpelledAs(form, latin) {
				continue
			}
			if word := (entry{canary: found.canary, class: asLatin, aux: s.aux | wordAux(latin, 0)}); p.plausible(&word, start, end) {
				shown++
				p.emit(&word, start, end)
			}
			break
		}
	}
}

// short notes words of one or few letters: parts of a word that was spaced out, letters
// that stand for digits.
func (p *pass) short(start, end, letters int) {
	if letters == 1 && p.text[start]|0x20 == 'd' && end+1 < len(p.text) && (p.text[end] == '0' || p.text[end] == '1') && !isAlnum(p.text[end+1]) {
		p.byteList(start, 16) // «d0 90 d0 bb»
	}
	again := p.spaced > 0 && start < p.spacedTo // the other reading of a mixed word
	if !again && letters == 1 && !p.besideDigit(start, end) || !again && p.text[start] >= utf8.RuneSelf && (p.spaced > 0 && start > 0 && p.text[start-1] == '-' || end < len(p.text) && p.text[end] == '-') {
		if p.spaced > 0 && !spacedGap(p.text[p.spacedTo:start]) {
			p.flushSpaced()
		}
		if p.spaced == 0 {
			p.spacedFrom = start
		}
		p.spaced++
		p.spacedTo = end
	}
	if r, _ := utf8.DecodeRuneInString(p.text[start:]); standsForDigit(r) != 0 && start >= p.looked {
		near := p.count > 0 && start-p.groups[(p.count-1)%keptGroups].end <= 3
		for j := end; !near && j < len(p.text) && j <= end+3; j++ {
			near = p.text[j] >= '0' && p.text[j] <= '9'
		}
		if near {
			p.lookalikes(start)
		}
	}
}

// spacedGap tells what may stand between letters that were spaced out: a sign or two, and
// digits which are spaced out themselves.
func spacedGap(gap string) bool {
	digits := 0
	for i := range len(gap) {
		if gap[i]-'0' <= 9 {
			digits++
			if i == 0 || i == len(gap)-1 || gap[i-1] != ' ' || gap[i+1] != ' ' {
				return false
			}
		}
	}
	return len(gap) <= 3 || digits > 0 && len(gap) <= 12
}

func (p *pass) besideDigit(start, end int) bool {
	return start > 0 && p.text[start-1]-'0' <= 9 || end < len(p.text) && p.text[end]-'0' <= 9
}

// joined confirms a name that was written in two words.
func (p *pass) joined(key uint64, last *word, start, end int) {
	if p.t.words.first(key) < 0 {
		return
	}
	gap := p.text[last.end:start]
	if gap == " " && (last.letters < 3 && little[lower(p.text[last.start:last.end])] || end-start < 3) {
		return // «на сыров…» is a preposition and a word
	}
	p.split = true
	p.named(key, last.start, end, last.start)
	p.split = false
}

// little are words of one or two letters which stand before others.
var little = wordSet("а и но в во на по за до от об о у с со к ко не ни из то же ли бы я ты он мы вы их им ту та те мо ну")

// named reports the canaries which a word gives away. The anchor of a sequence starts at
// at.
func (p *pass) named(key uint64, start, end, at int) {
	x := &p.t.words
	shown := 0
	for e := x.first(key); e >= 0; e = x.entries[e].next {
		found := &x.entries[e]
		switch found.class {
		case asNumeral:
			p.numeral(start, end)
		case asPunycode:
			p.punycode(start)
		case asMonth:
			p.month(start, end, int(found.aux))
		case asSequence:
			s := &p.t.sequences[found.aux]
			if from, to, ok := s.matches(p.text, at); ok {
				p.emit(found, from, to)
			}
		default:
			if found.class >= asNumber || shown == mostNamesakes || !p.plausible(found, start, end) {
				continue
			}
			shown++
			p.emit(found, start, end)
		}
	}
}

// mostNamesakes is how many owners of one value are reported. A name that more people
// share tells nobody from nobody: one of them stands for all.
const mostNamesakes = 8

// plausible spares common words and other people's names.
func (p *pass) plausible(e *entry, start, end int) bool {
	if e.aux&1 != 0 {
		if r, _ := utf8.DecodeRuneInString(p.text[start:]); !unicode.IsUpper(r) {
			return false
		}
		if start > 0 && isAlnum(p.text[start-1]) || end < len(p.text) && p.text[end]-'0' <= 9 {
			return false // three letters inside a code
		}
	}
	if who := e.aux >> 1; who > 0 {
		owner := &p.t.persons[who-1]
		if e.class == asForename {
			return owner.beside(p.text, start, end)
		}
		return !owner.namesake(p.text, start, end)
	}
	return true
}
