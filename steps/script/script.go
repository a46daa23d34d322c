// Package script reads feature files: which scenarios there are, under which rule, with
// which number, norms and severity. It knows the Gherkin parser and nothing that runs:
// the linter, the book for the lawyer and the runner all read features through it.
package script

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"progon"
)

// Language is the dialect of all features.
const Language = "ru"

// File is one feature file as it stands on disk.
type File struct {
	Path    string // with forward slashes, as reports show it
	Content []byte
}

// Scenario is one executable conversation: a scenario, or one row of an outline.
type Scenario struct {
	Key     string // unique and stable: «soglasie.feature:21», «medicina.feature:40#3»
	ID      string // number in the catalogue: «СОГ-01»
	Title   string
	Row     string // values of the example row
	Feature string
	About   string
	Rule    string
	File    string
	Line    int
	Tags    []string // own and inherited, with @
	Norms   []string
	Basis   []string // sections of the requirement
	Blocks  bool
	Draft   bool
	Needs   []string // capabilities which the bot must have declared
	Steps   []Step

	// pickle is the identity inside one parse; see Book.Find.
	pickle string
}

// Step is one sentence.
type Step struct {
	Keyword string
	Text    string
	Line    int
	Table   [][]string
}

// Book is a parsed set of feature files.
type Book struct {
	Files     []File
	Documents []*messages.GherkinDocument
	Scenarios []Scenario

	byPickle map[string]int
}

// Read collects the feature files under the given paths of a file system, sorted by
// path. A path may be a file or a folder.
func Read(fsys fs.FS, paths ...string) ([]File, error) {
	var files []File
	seen := map[string]bool{}
	for _, p := range paths {
		p = path.Clean(p)
		err := fs.WalkDir(fsys, p, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() || seen[name] || (!strings.HasSuffix(name, ".feature") && name != p) {
				return nil
			}
			seen[name] = true
			content, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			files = append(files, File{Path: name, Content: content})
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: нет такого файла или папки", p)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: не удалось прочитать: %w", p, err)
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	return files, nil
}

// Parse parses the files. The error names file and line of every mistake.
func Parse(files []File) (*Book, error) {
	b := &Book{Files: files, byPickle: map[string]int{}}
	// One source of ids for all files, in this order: godog numbers its pickles in the
	// same way, and that is how a running scenario is found again in the book.
	newID := (&messages.Incrementing{}).NewId
	var broken []error
	for _, f := range files {
		doc, err := gherkin.ParseGherkinDocumentForLanguage(bytes.NewReader(f.Content), Language, newID)
		if err != nil {
			broken = append(broken, parseError(f.Path, err))
			continue
		}
		doc.Uri = f.Path
		b.Documents = append(b.Documents, doc)
		pickles := gherkin.Pickles(*doc, f.Path, newID)
		if doc.Feature == nil {
			continue
		}
		index := indexOf(doc)
		rows := map[string]int{}
		for _, p := range pickles {
			s := index.scenario(f.Path, p, rows)
			b.byPickle[s.pickle] = len(b.Scenarios)
			b.Scenarios = append(b.Scenarios, s)
		}
	}
	return b, errors.Join(broken...)
}

// Find returns the scenario that a runner's pickle stands for.
func (b *Book) Find(pickleID, name string) (Scenario, bool) {
	i, ok := b.byPickle[pickleID]
	if !ok || b.Scenarios[i].Title != name {
		return Scenario{}, false
	}
	return b.Scenarios[i], true
}

// Hash identifies the content of all files.
func (b *Book) Hash() string {
	h := sha256.New()
	for _, f := range b.Files {
		_, _ = fmt.Fprintf(h, "%s %d\n", f.Path, len(f.Content))
		_, _ = h.Write(f.Content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Result starts the result of a scenario with all that the features say about it.
func (s Scenario) Result() progon.ScenarioResult {
	r := progon.ScenarioResult{
		ID: s.ID, Key: s.Key, Title: s.Title, Row: s.Row,
		Feature: s.Feature, About: s.About, Rule: s.Rule,
		File: s.File, Line: s.Line, Tags: s.Tags, Norms: s.Norms, Blocks: s.Blocks,
	}
	for _, st := range s.Steps {
		r.Steps = append(r.Steps, progon.StepResult{
			Keyword: st.Keyword, Text: st.Text, Table: st.Table, Line: st.Line,
			Verdict: progon.Skipped,
		})
	}
	return r
}

// parseError rewrites the parser's «Parser errors: (3:1): expected…» as «file:3:1: …».
func parseError(file string, err error) error {
	text := strings.TrimPrefix(err.Error(), "Parser errors:")
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var row, col int
		rest := line
		if n, _ := fmt.Sscanf(line, "(%d:%d):", &row, &col); n == 2 {
			rest = strings.TrimSpace(line[strings.Index(line, "):")+2:])
			lines = append(lines, fmt.Sprintf("%s:%d:%d: файл не разобран: %s", file, row, col, inRussian(rest)))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: файл не разобран: %s", file, inRussian(rest)))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// inRussian translates the few sentences that the Gherkin parser knows.
func inRussian(text string) string {
	if _, got, ok := strings.Cut(text, ", got "); ok {
		return "здесь не ожидалась строка " + strings.Trim(got, "'\"") +
			" (ключевое слово написано с ошибкой или стоит не на месте?)"
	}
	if strings.Contains(text, "inconsistent cell count") {
		return "в строках таблицы разное число ячеек"
	}
	if strings.Contains(text, "unexpected end of file") {
		return "файл оборвался"
	}
	return text
}
