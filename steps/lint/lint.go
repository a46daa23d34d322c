// Package lint finds the traps of feature files: what the parser passes over in silence
// and what a lawyer would stumble on. It reads text and parsed documents, and knows
// neither godog nor the simulator.
package lint

import (
	"bytes"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"progon/steps/script"
)

// Problem is one trap, with the place and what to do about it.
type Problem struct {
	File string
	Line int
	Rule string // stable name: «no-id»
	Text string
}

// String is the form that editors understand.
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %s [%s]", p.File, p.Line, p.Text, p.Rule)
}

// Options are what the linter cannot know by itself.
type Options struct {
	// Step says what is wrong with a step, or nothing; nil switches the check off.
	Step func(script.Step) string
	// Personal finds personal data in a text and names their kind; nil switches it off.
	Personal func(text string) (kind string, found bool)
	// Capabilities are the names that @нужно may use; nil switches the check off.
	Capabilities []string
	// Catalogue demands number, norm and severity of every scenario.
	Catalogue bool
}

// Check reads the files and returns all problems, in order. A file that does not parse is
// a problem too; the rest of the files is checked nevertheless.
func Check(files []script.File, o Options) []Problem {
	var found []Problem
	for _, f := range files {
		found = append(found, lines(f)...)
	}
	var parsed []script.File
	for _, f := range files {
		if _, err := script.Parse([]script.File{f}); err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				found = append(found, parseProblem(f.Path, line))
			}
			continue
		}
		parsed = append(parsed, f)
	}
	book, err := script.Parse(parsed)
	if err == nil {
		found = append(found, scenarios(book, o)...)
	}
	sort.SliceStable(found, func(i, j int) bool {
		if found[i].File != found[j].File {
			return found[i].File < found[j].File
		}
		return found[i].Line < found[j].Line
	})
	return found
}

var parsedPlace = regexp.MustCompile(`^(.*?):(\d+)(?::\d+)?: (.*)$`)

func parseProblem(file, text string) Problem {
	p := Problem{File: file, Line: 1, Rule: "parse", Text: text}
	if m := parsedPlace.FindStringSubmatch(text); m != nil {
		_, _ = fmt.Sscan(m[2], &p.Line)
		p.Text = m[3]
	}
	return p
}

var (
	// lostStep is a line which a person reads as a step and the parser as prose.
	lostStep = regexp.MustCompile(`(?i)^\s*(дано|допустим|пусть|когда|если|тогда|то|затем|и|к тому же|также|но|а)\s*[,:\x{00A0}\t]|^\s*(дано|когда|тогда)\s`)
	keyword  = regexp.MustCompile(`^\s*(Дано|Допустим|Пусть|Когда|Если|Тогда|То|Затем|И|К тому же|Также|Но|А|Иначе) \S|^\s*\* `)
	discour  = regexp.MustCompile(`^\s*(А|То|Если|Затем|Пусть|Допустим|Также|Иначе|К тому же) \S`)
	heading  = regexp.MustCompile(`^\s*(Функция|Функционал|Функциональность|Свойство|Фича|Правило|Предыстория|Контекст|Сценарий|Структура сценария|Шаблон сценария|Пример|Примеры|Значения)\s*:`)
	header   = regexp.MustCompile(`^\s*#\s*language:\s*ru\s*$`)
	trailing = regexp.MustCompile(`\s#\s`)
	fullStop = regexp.MustCompile(`[^.…][.;]\s*$`)
)

// lines finds what shows only in the text of a file.
func lines(f script.File) []Problem {
	var found []Problem
	add := func(line int, rule, format string, args ...any) {
		found = append(found, Problem{f.Path, line, rule, fmt.Sprintf(format, args...)})
	}
	content := f.Content
	if bytes.HasPrefix(content, []byte("\xef\xbb\xbf")) {
		add(1, "bom", "файл начинается с невидимой метки порядка байтов; сохраните его как UTF-8 без BOM")
		content = content[3:]
	}
	if len(bytes.TrimSpace(content)) == 0 {
		add(1, "empty", "файл пуст")
		return found
	}
	all := strings.Split(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n")
	if !header.MatchString(all[0]) {
		add(1, "language", "первая строка должна быть «# language: ru»: по ней редакторы узнают язык")
	}
	inText, inSteps := false, false
	for i, line := range all {
		n := i + 1
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, `"""`) || strings.HasPrefix(trimmed, "```"):
			inText = !inText
			continue
		case inText, trimmed == "", strings.HasPrefix(trimmed, "#"), strings.HasPrefix(trimmed, "@"), strings.HasPrefix(trimmed, "|"):
			continue
		case heading.MatchString(line):
			kind := heading.FindStringSubmatch(line)[1]
			inSteps = strings.HasPrefix(kind, "Сценарий") || strings.Contains(kind, "сценария") || kind == "Контекст" || kind == "Предыстория"
			switch kind {
			case "Значения":
				add(n, "keyword", "вместо «Значения:» пишите «Примеры:»: разборщик этого слова не понимает")
			case "Пример":
				add(n, "keyword", "«Пример:» начинает новый сценарий; если нужна таблица значений, пишите «Примеры:»")
			}
			continue
		}
		step := inSteps && keyword.MatchString(line)
		if strings.ContainsRune(outsideQuotes(line), '\u00a0') && inSteps {
			add(n, "nbsp", "в строке стоит неразрывный пробел: фраза не будет узнана")
		}
		if inSteps && !step && lostStep.MatchString(line) {
			add(n, "lost-step", "строка похожа на шаг, но шагом не станет: после ключевого слова с прописной буквы должен идти пробел")
			continue
		}
		if !step {
			continue
		}
		if discour.MatchString(line) {
			add(n, "keyword", "пишите Дано, Когда, Тогда, И, Но: остальные ключевые слова легко спутать с обычными")
		}
		if trailing.MatchString(line) {
			add(n, "comment", "замечание после # в конце шага станет частью фразы; поставьте его на отдельную строку")
		}
		if fullStop.MatchString(line) {
			add(n, "full-stop", "в конце шага точка не нужна: с ней фраза не будет узнана")
		}
		if strings.Contains(trimmed, "  ") {
			add(n, "spaces", "внутри шага два пробела подряд")
		}
		if word, ok := mixedAlphabet(outsideQuotes(trimmed)); ok {
			add(n, "alphabet", "в слове «%s» смешаны русские и латинские буквы", word)
		}
	}
	return found
}

func outsideQuotes(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch r {
		case '«':
			depth++
		case '»':
			depth--
		}
		if depth == 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func mixedAlphabet(s string) (string, bool) {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		var cyrillic, latin bool
		for _, r := range word {
			cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
			latin = latin || unicode.Is(unicode.Latin, r)
		}
		if cyrillic && latin {
			return word, true
		}
	}
	return "", false
}
