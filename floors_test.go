package progon_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// floor says what a package may import of this module, and why not more.
type floor struct {
	pkg    string   // a folder; "dir/..." covers all below it
	allow  []string // folders of this module, "dir/..." likewise
	reason string
}

// floors is the house from the ground up. A folder that no row covers fails the test: a
// new package must choose its place. The first row that covers a folder counts.
var floors = []floor{
	{".", nil, "the vocabulary knows nothing else"},
	{"features", nil, "features say what a bot must do, not how it is checked"},
	{"sim", []string{"."}, "the simulator knows neither godog nor the fakes"},
	{"sim/acts", nil, "what a reply does does not depend on where it came from"},
	{"sim/pii", nil, "a text goes in and spans come out"},
	{"sim/pii/trace/...", []string{"sim/pii", "sim/pii/trace/..."}, "tracing knows kinds, not clients"},
	{"sim/pii/...", []string{"sim/pii/..."}, "parts of the detector"},
	{"sim/persona/...", []string{"sim/pii", "sim/pii/trace/...", "sim/persona/..."}, "an invented client knows no bot"},
	{"sim/client/...", []string{".", "sim/acts", "sim/client/..."}, "the simulated client knows no network"},
	{"sim/excerpt", nil, "what an error may show of an unmasked text"},
	{"sim/second", []string{".", "sim/acts"}, "a second opinion is about replies, not about bots"},
	{"sim/connectors/...", []string{".", "sim", "sim/excerpt", "sim/connectors/..."}, "a connector speaks to a bot and does not judge it"},
	{"sim/launch/...", []string{".", "sim/excerpt", "sim/logs", "sim/launch/..."}, "ways to start a bot know no scenario; what it prints is one of its logs"},
	{"sim/logs/...", []string{".", "sim/logs/..."}, "logs are read, not judged"},
	{"sim/storage/...", []string{".", "sim/excerpt"}, "what a bot keeps is read, not judged"},
	{"fakes/samplebot/...", []string{"fakes/samplebot/..."}, "a bot which shares the judge's code would share its blind spots"},
	{"fakes/...", []string{".", "fakes/..."}, "fakes know neither steps nor sim"},
	{"steps/checks", []string{".", "sim/acts", "sim/pii", "sim/pii/trace"}, "judgements read the evidence only"},
	{"steps/script", []string{"."}, "reading features needs no runner"},
	{"steps/lint", []string{"steps/script"}, "the linter needs no simulator"},
	{"steps/botfile", []string{"sim/connectors", "sim/launch", "sim/storage"}, "a description of a bot runs nothing"},
	{"steps/selftest", []string{".", "fakes/samplebot", "steps", "steps/botfile", "steps/script"}, "the trial of the judge uses the judge as it is"},
	{"steps", []string{".", "features", "sim/...", "fakes/...", "steps/..."}, "steps do not write reports"},
	{"reports/...", []string{".", "reports/..."}, "reports read only the vocabulary"},
	{"cmd/...", []string{".", "features", "sim/...", "fakes/...", "steps/...", "reports/...", "cmd/..."}, "the top floor"},
}

// only names the one place of an outside library.
var only = []struct{ library, where string }{
	{"github.com/cucumber/godog", "steps"},
	{"github.com/testcontainers/testcontainers-go", "sim/launch"},
	{"github.com/brianvoe/gofakeit/v6", "sim/persona"},
	{"github.com/spf13/cobra", "cmd"},
	{"github.com/vbauerster/mpb/v8", "cmd"},
}

func TestFloors(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	imports(t, func(dir, file, imported string, test bool) {
		seen[dir] = true
		for _, o := range only {
			if (imported == o.library || strings.HasPrefix(imported, o.library+"/")) && !under(dir, o.where) && !test {
				t.Errorf("%s imports %s, which is known only in %s", file, imported, o.where)
			}
		}
		inside, ok := strings.CutPrefix(imported+"/", "progon/")
		if !ok || test {
			return
		}
		inside = strings.TrimSuffix(inside, "/")
		if inside == "" {
			inside = "."
		}
		f, ok := floorOf(dir)
		if !ok {
			return // told below
		}
		if inside != dir && !covered(inside, f.allow) {
			t.Errorf("%s imports %s: %s", file, imported, f.reason)
		}
	})
	for dir := range seen {
		if _, ok := floorOf(dir); !ok {
			t.Errorf("%s is on no floor: give it a row in floors", dir)
		}
	}
}

func TestFloorsNameExistingFolders(t *testing.T) {
	t.Parallel()
	for _, f := range floors {
		if _, err := os.Stat(strings.TrimSuffix(f.pkg, "/...")); err != nil {
			t.Errorf("floor %s: no such folder", f.pkg)
		}
	}
}

func floorOf(dir string) (floor, bool) {
	for _, f := range floors {
		if covered(dir, []string{f.pkg}) {
			return f, true
		}
	}
	return floor{}, false
}

func covered(dir string, patterns []string) bool {
	for _, p := range patterns {
		if root, all := strings.CutSuffix(p, "/..."); dir == p || (all && under(dir, root)) {
			return true
		}
	}
	return false
}

func under(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

// imports reads the sources themselves: asking the go command would be cached.
func imports(t *testing.T, visit func(dir, file, imported string, test bool)) {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || (strings.HasPrefix(d.Name(), ".") && name != ".")) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(files)
	if len(files) < 20 {
		t.Fatalf("only %d Go files found: the test looks in the wrong place", len(files))
	}
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			visit(path.Dir(name), name, imported, strings.HasSuffix(name, "_test.go"))
		}
	}
}
