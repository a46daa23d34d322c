package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"progon/sim/pii"
)

func piiCommand(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "pii",
		Short: "персональные данные: найти в тексте, проследить путь",
		Long:  `Ищет персональные данные в журналах, выгрузках и переписках.`,
	}
	c.AddCommand(piiScanCommand(s), piiTraceCommand(s))
	return c
}

type scanFlags struct {
	jsonl, mask bool
	source      string
	allow       []string
}

// sources are where a text may come from, and how strictly it is read.
var sources = map[string]pii.Profile{
	"log": pii.ProfileLog, "crm": pii.ProfileCRM, "chat": pii.ProfileChat, "model": pii.ProfileModel,
}

func piiScanCommand(s streams) *cobra.Command {
	var f scanFlags
	c := &cobra.Command{
		Use:   "scan [ФАЙЛ|-]",
		Short: "найти персональные данные в тексте, журнале, выгрузке",
		Long: `Читает текст любой величины и называет открытые персональные данные: телефоны, имена,
документы, карты, адреса, ключи и токены, сведения о здоровье. Сами данные не
печатаются, только их маски.

С --jsonl читает по строке {"id": …, "text": "…", "source": "log"} и на каждую пишет
{"id": …, "spans": [{"start", "end", "kind", "score", "severity", "why", "masked"}]};
места считаются в знаках, а не в байтах. С --mask пишет тот же текст, в котором всё
найденное скрыто. Если файл не назван или назван «-», читается стандартный ввод.
Код 1 значит, что открытые данные найдены.`,
		Example: `  progon pii scan bot.log
  progon pii scan --mask chat.txt > chat-masked.txt
  progon pii scan --jsonl < lines.jsonl
  progon pii scan --allow "+7 843 200-00-00" --allow info@salon.ru crm.csv`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageErrorf("укажите один файл или «-», а не %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return piiScan(s, f, args) },
	}
	fl := c.Flags()
	fl.BoolVar(&f.jsonl, "jsonl", false, "строка JSON на входе и на выходе")
	fl.BoolVar(&f.mask, "mask", false, "написать текст, в котором всё найденное скрыто")
	fl.StringVar(&f.source, "source", "log", "откуда текст: log, crm, chat, model")
	fl.StringArrayVar(&f.allow, "allow", nil, "открытые данные самой организации, о которых молчать; можно повторять")
	return c
}

func piiScan(s streams, f scanFlags, args []string) error {
	profile, ok := sources[f.source]
	switch {
	case !ok:
		return usageErrorf("--source: неизвестно «%s»; известны: log, crm, chat, model", f.source)
	case f.jsonl && f.mask:
		return usageErrorf("--jsonl и --mask вместе не работают: в ответе --jsonl маски уже есть")
	}
	in, name, size := s.in, "стандартный ввод", int64(0)
	if len(args) == 1 && args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return usageErrorf("не удалось открыть файл: %w", err)
		}
		defer func() { _ = file.Close() }() // only read: nothing to lose
		if st, err := file.Stat(); err == nil {
			if st.IsDir() {
				return usageErrorf("«%s» — папка, а нужен файл", args[0])
			}
			size = st.Size()
		}
		in, name = file, args[0]
	}
	in, stop := watched(s.err, in, size)
	defer stop()

	out := bufio.NewWriterSize(s.out, 1<<16)
	var found int
	var err error
	if f.jsonl {
		found, err = scanLines(in, out, f, name)
	} else {
		r := &scanReport{out: out, name: name, mask: f.mask, counts: map[pii.Kind]int{}, detector: pii.NewDetector(profile).Allow(f.allow...)}
		err = r.read(in)
		if err == nil && !f.mask {
			r.summary()
		}
		found = r.found
	}
	stop()
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if found > 0 {
		return failed()
	}
	return nil
}

// bigFile is the size from which a person wants to see that something happens.
const bigFile = 8 << 20

// watched shows progress on a terminal while a big file is read. Stop may be called twice.
func watched(w io.Writer, in io.Reader, size int64) (io.Reader, func()) {
	screen, ok := w.(*os.File)
	if size < bigFile || !ok || !term.IsTerminal(int(screen.Fd())) {
		return in, func() {}
	}
	p := mpb.New(mpb.WithOutput(w), mpb.WithWidth(48))
	bar := p.AddBar(size, mpb.PrependDecorators(decor.Name("читаю "), decor.CountersKibiByte("% .0f из % .0f")),
		mpb.AppendDecorators(decor.AverageSpeed(decor.SizeB1024(0), "% .0f"), decor.Name(", осталось "), decor.AverageETA(decor.ET_STYLE_MMSS)))
	proxy, err := bar.ProxyReader(in)
	if err != nil {
		return in, func() {}
	}
	done := false
	return proxy, func() {
		if !done {
			done = true
			bar.Abort(false)
			p.Wait()
		}
	}
}

// scanLine is one line of the input of --jsonl.
type scanLine struct {
	ID     json.RawMessage `json:"id"`
	Text   *string         `json:"text"`
	Source string          `json:"source"`
}

type spanLine struct {
	Start    int          `json:"start"`
	End      int          `json:"end"`
	Kind     pii.Kind     `json:"kind"`
	Score    float64      `json:"score"`
	Severity pii.Severity `json:"severity"`
	Why      string       `json:"why"`
	Masked   string       `json:"masked"`
}

// maxScanLine bounds one line of JSON, so that a file without line breaks cannot fill the
// memory.
const maxScanLine = 64 << 20

// scanLines answers each line with the spans of its text.
func scanLines(in io.Reader, out *bufio.Writer, f scanFlags, name string) (found int, err error) {
	detectors := map[pii.Profile]*pii.Detector{}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<16), maxScanLine)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; lines.Scan(); n++ {
		raw := bytes.TrimPrefix(bytes.TrimSpace(lines.Bytes()), []byte("\ufeff"))
		if len(raw) == 0 {
			continue
		}
		var line scanLine
		if err := json.Unmarshal(raw, &line); err != nil || line.Text == nil {
			return found, usageErrorf("%s, строка %d: нужна строка JSON вида {\"id\": …, \"text\": \"…\"}", name, n)
		}
		profile, ok := sources[strings.ToLower(line.Source)]
		if !ok {
			profile = sources[f.source]
		}
		if detectors[profile] == nil {
			detectors[profile] = pii.NewDetector(profile).Allow(f.allow...)
		}
		spans := []spanLine{}
		for _, s := range detectors[profile].Find(*line.Text) {
			start, end := pii.RuneSpan(*line.Text, s)
			spans = append(spans, spanLine{start, end, s.Kind, float64(int(s.Score*100+0.5)) / 100, s.Severity, s.Why, s.Masked})
		}
		found += len(spans)
		if line.ID == nil {
			line.ID = json.RawMessage("null")
		}
		if err := enc.Encode(struct {
			ID    json.RawMessage `json:"id"`
			Spans []spanLine      `json:"spans"`
		}{line.ID, spans}); err != nil {
			return found, fmt.Errorf("не удалось записать ответ: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return found, usageErrorf("не удалось прочитать %s: %w", name, err)
	}
	return found, nil
}

// scanReport reads a text in pieces and tells what is found in it.
type scanReport struct {
	out      *bufio.Writer
	name     string
	mask     bool
	detector *pii.Detector
	counts   map[pii.Kind]int
	found    int
	line     int // lines before the piece
	lines    int // lines with findings
	last     int // the last of them
}

// A piece is read at once; its tail is read again with the next one, so that a value on
// the border is found. Nothing that is found is longer than the tail.
const (
	pieceSize = 256 << 10
	tailSize  = 8 << 10
)

func (r *scanReport) read(in io.Reader) error {
	buf := make([]byte, 0, pieceSize+tailSize)
	for {
		n, err := io.ReadFull(in, buf[len(buf):min(cap(buf), len(buf)+pieceSize)])
		buf = buf[:len(buf)+n]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return usageErrorf("не удалось прочитать %s: %w", r.name, err)
		}
		text := string(buf)
		done := r.piece(text, last)
		if last {
			return nil
		}
		buf = buf[:copy(buf[:cap(buf)], text[done:])]
	}
}

// piece tells what is in a piece and answers how much of it is finished.
func (r *scanReport) piece(text string, last bool) int {
	done := len(text)
	if !last {
		done = tailStart(text)
	}
	spans := r.detector.Find(text)
	for _, s := range spans {
		if s.Start < done && s.End > done && s.End-done < tailSize/2 {
			done = s.End
		}
	}
	at, written := 0, 0 // for counting lines and for writing the masked text
	var masked strings.Builder
	for i, s := range spans {
		if s.Start >= done {
			break
		}
		r.found++
		r.counts[s.Kind]++
		r.line += strings.Count(text[at:s.Start], "\n")
		at = s.Start
		if r.line+1 != r.last {
			r.last = r.line + 1
			r.lines++
		}
		if !r.mask {
			_, _ = fmt.Fprintf(r.out, "%s:%d: %s: %s\n    %s\n", r.name, r.line+1, pii.Russian(s.Kind), s.Masked, excerpt(text, spans, i))
			continue
		}
		if s.Start >= written {
			masked.WriteString(text[written:s.Start])
			masked.WriteString(s.Masked)
			written = s.End
		}
	}
	r.line += strings.Count(text[at:done], "\n")
	if r.mask {
		if written < done {
			masked.WriteString(text[written:done])
		}
		_, _ = r.out.WriteString(r.detector.Mask(masked.String()))
	}
	return max(done, written)
}

// tailStart finds where the tail of a piece begins: at a line, else at a blank, else
// between two characters.
func tailStart(text string) int {
	from := max(0, len(text)-tailSize)
	if k := strings.IndexByte(text[from:], '\n'); k >= 0 && k < tailSize/2 {
		return from + k + 1
	}
	if k := strings.IndexByte(text[from:], ' '); k >= 0 && k < tailSize/2 {
		return from + k + 1
	}
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	return from
}

// excerpt shows the line about a finding with everything found in it masked.
func excerpt(text string, spans []pii.Span, i int) string {
	const about = 120
	s := spans[i]
	from := strings.LastIndexByte(text[:s.Start], '\n') + 1
	to := len(text)
	if k := strings.IndexByte(text[s.End:], '\n'); k >= 0 {
		to = s.End + k
	}
	cutFrom, cutTo := false, false
	if s.Start-from > about {
		from, cutFrom = s.Start-about, true
	}
	if to-s.End > about {
		to, cutTo = s.End+about, true
	}
	// never cut inside another finding: half of a value is not masked
	for _, o := range spans {
		if o.Start < from && o.End > from {
			from = o.End
		}
		if o.Start < to && o.End > to {
			to = o.Start
		}
	}
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	for to > from && to < len(text) && !utf8.RuneStart(text[to]) {
		to--
	}
	var b strings.Builder
	if cutFrom {
		b.WriteString("…")
	}
	at := from
	for _, o := range spans {
		if o.Start < at || o.End > to {
			continue
		}
		b.WriteString(text[at:o.Start])
		b.WriteString(o.Masked)
		at = o.End
	}
	if at < to {
		b.WriteString(text[at:to])
	}
	if cutTo {
		b.WriteString("…")
	}
	return strings.TrimSpace(strings.Map(printable, b.String()))
}

// printable keeps control characters of a log away from the terminal.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

func (r *scanReport) summary() {
	if r.found == 0 {
		_, _ = fmt.Fprintf(r.out, "%s: открытых персональных данных не найдено, строк: %d\n", r.name, r.line+1)
		return
	}
	_, _ = fmt.Fprintf(r.out, "\nнайдено: %d, строк с находками: %d\n", r.found, r.lines)
	for _, k := range pii.Kinds() {
		if n := r.counts[k]; n > 0 {
			_, _ = fmt.Fprintf(r.out, "  %6d  %s\n", n, pii.Russian(k))
		}
	}
}
