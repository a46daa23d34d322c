package reports_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"progon"
	"progon/reports"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// run is a small run with one of each kind of outcome, and with texts that would break a
// careless report.
func run() progon.Run {
	at := time.Date(2026, 9, 15, 14, 0, 0, 0, time.FixedZone("Казань", 3*60*60))
	said := func(seq int, d progon.Direction, actor progon.Actor, text string) progon.Event {
		return progon.Event{
			Seq: seq, Time: at.Add(time.Duration(seq) * time.Second), Surface: progon.SurfaceChat, Direction: d, Actor: actor, Persona: "c1",
			Kind: "text", Text: text, Message: &progon.Message{Kind: progon.MessageText, Text: text},
		}
	}
	steps := func(v progon.Verdict, fs ...progon.Finding) []progon.StepResult {
		return []progon.StepResult{
			{Keyword: "Когда", Text: "клиент пишет «привет»", Line: 5, Verdict: progon.Passed, From: 0, To: 2},
			{Keyword: "Тогда", Text: "в «журналах» нет персональных данных клиента", Line: 6, Verdict: v, Findings: fs, From: 2, To: 3},
		}
	}
	leak := progon.Finding{
		Rule: "masking.log", Text: "В журналах открыто: телефон клиента «Алсу».", Expected: "маска +7 9** ***-**-01", Got: "<script>alert(1)</script> ]]>",
		Severity: progon.Blocker, Norms: []string{"152-ФЗ ст. 19 ч. 1"}, Evidence: []int{3}, Place: "bot.log:14", Excerpt: "звонок +7 9** ***-**-01", Advice: "Маскируйте.",
	}
	r := progon.Run{
		Format: progon.FormatVersion, Version: "1.0", Bot: progon.Bot{Name: "Бот & Ко", Reach: "адрес"}, Seed: 7, Features: "0123456789abcdef", Config: "fedcba9876543210",
		Trial:   &progon.Trial{Features: "another", Defects: 131, Caught: 130, OwnRule: 129, FalseAlarms: 1, Seeds: 21},
		Started: at, Took: 1500 * time.Millisecond, Planned: 4,
		Map: []progon.Sighting{
			{Kind: "телефон", Surface: progon.SurfaceLog, Place: "bot.log", Open: 1, Masked: 2, Example: progon.Pointer{Scenario: "a.feature:5", Seq: 3}},
			{Kind: "телефон", Surface: progon.SurfaceCRM, Place: "контакт, поле PHONE", Open: 4, Example: progon.Pointer{Scenario: "a.feature:4", Seq: 3}},
			{Kind: "почта", Surface: progon.SurfaceStorage, Place: "=HYPERLINK(\"x\")", Hashed: 1, Example: progon.Pointer{Scenario: "a.feature:4", Seq: 3}},
			{Kind: "телефон", Surface: progon.SurfaceChat, Told: true, Place: "слова клиента", Open: 5, Example: progon.Pointer{Scenario: "a.feature:4", Seq: 1}},
		},
		Keys: []string{"переменная окружения CRM"},
		CRM:  progon.Usage{Methods: []string{"crm.lead.add"}, Scopes: []string{"crm"}, Unused: []string{"user"}},
	}
	for i, s := range []progon.ScenarioResult{
		{ID: "СОГ-01", Title: "Бот просит согласие", Steps: steps(progon.Passed), Norms: []string{"152-ФЗ ст. 9 ч. 1"}, Blocks: true},
		{ID: "МАС-01", Title: "Телефон в журнале", Row: "слитно", Steps: steps(progon.Failed, leak), Norms: []string{"152-ФЗ ст. 19 ч. 1"}, Blocks: true},
		{ID: "ЗАП-01", Title: "Запись", Steps: steps(progon.Skipped), Norms: []string{"152-ФЗ ст. 9 ч. 1"}},
		{ID: "ОТК-01", Title: "Сбой", Steps: steps(progon.Broken)},
	} {
		s.File, s.Line, s.Feature, s.About, s.Rule, s.Key = "a.feature", 4+i, "Согласие", "Описание.", "Сначала согласие", fmt.Sprintf("a.feature:%d", 4+i)
		s.Steps[1].Reason = map[progon.Verdict]string{progon.Skipped: "бот не заявил возможность «запись»", progon.Broken: "нет связи"}[s.Steps[1].Verdict]
		s.Clients = []progon.Client{{ID: "c1", Label: "Алсу", Values: []progon.Field{{Name: "телефон", Value: "+7 9** ***-**-01"}}}}
		s.Timeline = progon.Events{
			said(1, progon.ToBot, progon.ActorClient, "привет \x01 <b>"), said(2, progon.FromBot, progon.ActorBot, "Здравствуйте!"),
			{Seq: 3, Time: at.Add(3 * time.Second), Surface: progon.SurfaceLog, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: "file", Place: "bot.log:14", Text: "звонок +7 9** ***-**-01"},
		}
		s.Verdict, s.Reason = s.Judge()
		s.Took = 100 * time.Millisecond
		r.Scenarios = append(r.Scenarios, s)
	}
	return r
}

func TestGolden(t *testing.T) {
	t.Parallel()
	write := map[string]func(*bytes.Buffer) error{
		"console.txt": func(b *bytes.Buffer) error { return reports.Console(b, run(), reports.ConsoleOptions{}) },
	}
	for _, f := range reports.Formats() {
		if f.Name == "map-xlsx" {
			continue // see TestMapAsWorkbook
		}
		write[f.File] = func(b *bytes.Buffer) error { return f.Write(b, run()) }
	}
	for name, w := range write {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := w(&got); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "golden", name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("%s (-want +got), make golden rewrites it:\n%s", name, diff)
			}
		})
	}
}

func TestHTMLEscapesAndNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return reports.HTML(b, run()) },
		func(b *bytes.Buffer) error { return reports.Protocol(b, run()) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		if strings.Contains(page, "<script>alert") {
			t.Error("what a bot said became a script")
		}
		for _, outside := range []string{"src=", "<link", "@import", "url(", "http://", "https://"} {
			if strings.Contains(page, outside) {
				t.Errorf("the page reaches outside: %s", outside)
			}
		}
		if !strings.Contains(page, "Решить нельзя") {
			t.Error("no verdict on the page")
		}
	}
}

func TestJUnitIsValidXML(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := reports.JUnit(&b, run()); err != nil {
		t.Fatal(err)
	}
	var totals struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	if err := xml.Unmarshal(b.Bytes(), &totals); err != nil {
		t.Fatalf("not XML: %v", err)
	}
	if totals.Tests != 4 || totals.Failures != 1 || totals.Errors != 1 || totals.Skipped != 1 {
		t.Errorf("counts %+v", totals)
	}
}

func TestReadRun(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := reports.JSON(&b, run()); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	got, err := reports.ReadRun(strings.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run().Scenarios[1].Steps, got.Scenarios[1].Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	for name, tt := range map[string]struct{ text, want string }{
		"empty":   {"", "пуст или оборван"},
		"cut":     {whole[:len(whole)/2], "пуст или оборван"},
		"foreign": {`{"a":1}`, "нет номера формата"},
		"newer":   {`{"format":99}`, "более новым"},
		"not":     {"<xml/>", "это не run.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := reports.ReadRun(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWriteIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	paths, err := reports.Write(dir, []string{"json", "html", "json"}, run())
	if err != nil || len(paths) != 2 {
		t.Fatalf("paths %v, error %v", paths, err)
	}
	if _, err := reports.Write(dir, []string{"docx"}, run()); err == nil {
		t.Error("an unknown report was written")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("in the folder: %v, %v", left, err)
	}
}

func FuzzReadRun(f *testing.F) {
	f.Add(`{"format":1,"scenarios":[{"title":"a"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := reports.ReadRun(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, format := range reports.Formats() {
			var b bytes.Buffer
			if err := format.Write(&b, r); err != nil {
				t.Errorf("%s: %v", format.Name, err)
			}
		}
	})
}

func BenchmarkHTML(b *testing.B) {
	r := run()
	for len(r.Scenarios) < 1000 {
		r.Scenarios = append(r.Scenarios, r.Scenarios[:4]...)
	}
	for b.Loop() {
		var out bytes.Buffer
		if err := reports.HTML(&out, r); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}

// The book lifts out what every conversation of a chapter begins with, and shows the rows
// of a table once.
func TestBookArrangesScenarios(t *testing.T) {
	t.Parallel()
	step := func(keyword, text string) progon.StepResult { return progon.StepResult{Keyword: keyword, Text: text} }
	sc := func(id, title, row string, steps ...progon.StepResult) progon.ScenarioResult {
		return progon.ScenarioResult{ID: id, Title: title, Row: row, Feature: "Запись", Rule: "Правило", Blocks: row == "", Norms: []string{"152-ФЗ ст. 9"}, Steps: steps}
	}
	var b bytes.Buffer
	err := reports.Book(&b, progon.Run{Scenarios: []progon.ScenarioResult{
		sc("А-01", "Один", "", step("Дано", "общее начало"), step("Когда", "первое дело")),
		sc("А-02", "Два", "раз", step("Дано", "общее начало"), step("Когда", "второе дело")),
		sc("А-02", "Два", "два", step("Дано", "общее начало"), step("Когда", "второе дело")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for text, times := range map[string]int{"общее начало": 1, "первое дело": 1, "второе дело": 1, "<li>раз</li>": 1, "<li>два</li>": 1, "Всего их 2; блокируют выпуск 1": 1, "А-01, А-02": 1} {
		if n := strings.Count(b.String(), text); n != times {
			t.Errorf("«%s» stands there %d times, want %d", text, n, times)
		}
	}
}

// The workbook says what the CSV says.
func TestMapAsWorkbook(t *testing.T) {
	t.Parallel()
	var book, list bytes.Buffer
	if err := reports.MapXLSX(&book, run()); err != nil {
		t.Fatal(err)
	}
	if err := reports.MapCSV(&list, run()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.GetRows("Карта данных")
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(list.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 5 {
		t.Errorf("the workbook has %d rows; against the CSV (-csv +workbook):\n%s", len(got), diff)
	}
	if formula, err := f.GetCellFormula("Карта данных", "C4"); err != nil || formula != "" {
		t.Errorf("a place became the formula %q (%v)", formula, err)
	}
}
