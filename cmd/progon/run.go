package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"progon"
	"progon/fakes/samplebot"
	"progon/features"
	"progon/reports"
	"progon/sim/second"
	"progon/steps"
	"progon/steps/botfile"
	"progon/steps/script"
)

// version is set by the linker in releases.
var version = "dev"

type runFlags struct {
	config, out, tags, defect, order string
	seed                             uint64
	parallel, repeat, variants       int
	wording                          int
	reports                          []string
	second, secondModel, replay      string
	timeout                          time.Duration
}

func runCommand(s streams) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [ПУТЬ…]",
		Short: "сыграть сценарии с ботом и написать отчёт",
		Long: `Играет сценарии с ботом и пишет отчёты. Без путей берёт встроенные сценарии, без
progon.yaml встроенного образцового бота. Путь — файл .feature или папка с ними.`,
		Example: `  progon run                                  все сценарии со встроенным ботом
  progon run --config progon.yaml             все сценарии с вашим ботом
  progon run --tags "@медицина" --parallel 4  только медицинские, в четыре потока
  progon run --defect phone_in_log            образцовый бот с дефектом: прогон краснеет
  progon run --repeat 5                       каждый сценарий пять раз`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rehearse(cmd.Context(), s, f, args)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "настройка бота; без неё берётся progon.yaml из этой папки, а если его нет, встроенный бот")
	fl.StringVar(&f.out, "out", "progon-out", "папка для отчётов")
	fl.StringVar(&f.tags, "tags", "", `какие сценарии играть: "@медицина and not @предупреждение"`)
	fl.StringVar(&f.defect, "defect", "", "включить дефект встроенного бота; список: progon bot --list-defects")
	fl.IntVar(&f.wording, "wording", 0, "набор формулировок встроенного бота, с нуля")
	fl.StringVar(&f.order, "order", "", "порядок вопросов встроенного бота")
	fl.Uint64Var(&f.seed, "seed", 1, "из чего выдумываются клиенты: то же число — те же разговоры")
	fl.IntVar(&f.parallel, "parallel", min(runtime.NumCPU()*2, 8), "сколько сценариев играть одновременно")
	fl.IntVar(&f.repeat, "repeat", 1, "сколько раз сыграть каждый сценарий")
	fl.IntVar(&f.variants, "variants", 0, "сколько ещё раз сыграть его другими словами клиента")
	fl.StringSliceVar(&f.reports, "report", []string{"html", "junit"}, "какие отчёты писать кроме run.json: "+strings.Join(reportNames(), ", "))
	fl.StringVar(&f.second, "second-url", "", "адрес языковой модели (протокол OpenAI) для второго мнения об ответах бота; ключ берётся из PROGON_SECOND_KEY")
	fl.StringVar(&f.secondModel, "second-model", "", "имя этой модели")
	fl.StringVar(&f.replay, "second-replay", "", "взять вторые мнения из прежнего run.json, не обращаясь к модели")
	fl.DurationVar(&f.timeout, "timeout", 0, "прервать прогон через это время")
	return cmd
}

func reportNames() []string {
	var names []string
	for _, f := range reports.Formats() {
		names = append(names, f.Name)
	}
	return names
}

func rehearse(ctx context.Context, s streams, f runFlags, paths []string) error {
	if err := f.check(); err != nil {
		return err
	}
	book, err := readBook(paths)
	if err != nil {
		return usageErrorf("%w", err)
	}
	bot, err := readBot(f)
	if err != nil {
		return usageErrorf("%w", err)
	}
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	judge, err := f.judge()
	if err != nil {
		return err
	}
	progress := newProgress(s.err)
	run, err := steps.Run(ctx, steps.Options{
		Book: book, Bot: bot, Tags: f.tags, Seed: f.seed, Parallel: f.parallel,
		Repeat: f.repeat, Variants: f.variants, Version: version, Second: judge,
		Planned: progress.start, Done: progress.done,
	})
	progress.stop()
	if run == nil {
		return usageErrorf("%w", err)
	}
	run.Options = f.options(paths)
	written, writeErr := reports.Write(f.out, append([]string{"json"}, f.reports...), *run)
	if writeErr != nil {
		return surroundingsError(fmt.Errorf("не удалось записать отчёты: %w", writeErr))
	}
	if err := reports.Console(s.out, *run, reports.ConsoleOptions{Colour: isTerminal(s.out)}); err != nil {
		return surroundingsError(fmt.Errorf("не удалось напечатать итог: %w", err))
	}
	printPaths(s.out, written)
	return outcome(run, err)
}

// outcome turns a run into an exit code.
func outcome(run *progon.Run, err error) error {
	switch {
	case run.Interrupted:
		return &exitError{exitInterrupted, errors.New("прогон прерван; отчёты о сыгранном записаны")}
	case err != nil:
		return surroundingsError(err)
	}
	switch run.Verdict() {
	case progon.Passed:
		return nil
	case progon.Failed:
		return failed()
	case progon.Broken:
		return surroundingsError(errors.New("часть сценариев не удалось проверить: причины в отчёте"))
	default:
		return usageErrorf("не проверено ничего: все выбранные сценарии пропущены; причины в отчёте")
	}
}

// printPaths ends with the page that a person will open.
func printPaths(w io.Writer, written []string) {
	last := ""
	for _, p := range written {
		if strings.HasSuffix(p, ".html") && last == "" {
			last = p
			continue
		}
		_, _ = fmt.Fprintln(w, p)
	}
	if last != "" {
		_, _ = fmt.Fprintln(w, last)
	}
}

// judge is who gives second opinions: nobody, a model, or an earlier run.
func (f runFlags) judge() (*second.Judge, error) {
	if f.second == "" && f.replay == "" {
		return nil, nil
	}
	if f.second != "" && f.secondModel == "" {
		return nil, usageErrorf("--second-model: не сказано, какую модель спрашивать по адресу --second-url")
	}
	o := second.Options{URL: f.second, Model: f.secondModel, Key: os.Getenv("PROGON_SECOND_KEY")}
	if f.replay != "" {
		earlier, err := loadRun(f.replay)
		if err != nil {
			return nil, err
		}
		o.Known = earlier.Opinions
	}
	return second.New(o), nil
}

func (f runFlags) check() error {
	switch {
	case f.parallel < 1:
		return usageErrorf("--parallel: нужно число от 1, а не %d", f.parallel)
	case f.repeat < 1:
		return usageErrorf("--repeat: нужно число от 1, а не %d", f.repeat)
	case f.variants < 0:
		return usageErrorf("--variants: нужно число от 0, а не %d", f.variants)
	case f.seed == 0:
		return usageErrorf("--seed: нужно число от 1: ноль значил бы «каждый раз по-новому»")
	}
	for _, name := range f.reports {
		known := false
		for _, n := range reportNames() {
			known = known || n == name
		}
		if !known {
			return usageErrorf("--report: неизвестный отчёт «%s»; известны: %s", name, strings.Join(reportNames(), ", "))
		}
	}
	return nil
}

// options are what is needed to repeat the run.
func (f runFlags) options(paths []string) []progon.Field {
	out := []progon.Field{
		{Name: "parallel", Value: fmt.Sprint(f.parallel)}, {Name: "repeat", Value: fmt.Sprint(f.repeat)},
	}
	for _, o := range []progon.Field{
		{Name: "tags", Value: f.tags}, {Name: "defect", Value: f.defect}, {Name: "order", Value: f.order},
		{Name: "features", Value: strings.Join(paths, " ")},
	} {
		if o.Value != "" {
			out = append(out, o)
		}
	}
	if f.variants > 0 {
		out = append(out, progon.Field{Name: "variants", Value: fmt.Sprint(f.variants)})
	}
	return out
}

// readBook reads the built-in features, or those under the given paths.
func readBook(paths []string) (*script.Book, error) {
	var files []script.File
	if len(paths) == 0 {
		builtIn, err := script.Read(features.Files, ".")
		if err != nil {
			return nil, err
		}
		files = builtIn
	}
	for _, p := range paths {
		more, err := readPath(p)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: не найдено ни одного файла .feature", strings.Join(paths, ", "))
	}
	book, err := script.Parse(files)
	if err != nil {
		return nil, err
	}
	return book, nil
}

func readPath(p string) ([]script.File, error) {
	clean := filepath.Clean(p)
	dir, base := filepath.Dir(clean), filepath.Base(clean)
	if info, err := os.Stat(clean); err == nil && info.IsDir() {
		dir, base = clean, "."
	} else if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: нет такого файла или папки", p)
	}
	files, err := script.Read(os.DirFS(dir), base)
	if err != nil {
		return nil, err
	}
	for i := range files {
		files[i].Path = filepath.ToSlash(filepath.Join(dir, files[i].Path))
	}
	return files, nil
}

// readBot reads the configuration: the given one, progon.yaml of this folder, or that of
// the built-in sample bot.
func readBot(f runFlags) (*botfile.File, error) {
	path := f.config
	if path == "" && f.defect == "" && f.wording == 0 && f.order == "" {
		if _, err := os.Stat("progon.yaml"); err == nil {
			path = "progon.yaml"
		}
	}
	var bot *botfile.File
	var err error
	if path != "" {
		bot, err = botfile.Load(path)
	} else {
		bot, err = botfile.Parse(samplebot.Config())
	}
	if err != nil {
		return nil, err
	}
	if f.defect == "" && f.wording == 0 && f.order == "" {
		return bot, nil
	}
	if bot.Bot.Sample == nil {
		return nil, errors.New("--defect, --wording и --order действуют только на встроенного бота")
	}
	bot.Bot.Sample = &botfile.Sample{Defect: f.defect, Wording: f.wording, Order: f.order}
	if f.defect != "" && !knownDefect(f.defect) {
		return nil, fmt.Errorf("--defect: неизвестный дефект «%s»; список: progon bot --list-defects", f.defect)
	}
	return bot, nil
}

func knownDefect(name string) bool {
	for _, d := range samplebot.Defects() {
		if d.Name == name {
			return true
		}
	}
	return false
}

// progress shows how far a run has come: a bar on a terminal, plain lines elsewhere.
type progress struct {
	w   io.Writer
	bar *mpb.Bar
	all *mpb.Progress

	mu      sync.Mutex
	planned int
	played  int
	bad     int
	told    time.Time
}

func newProgress(w io.Writer) *progress { return &progress{w: w, told: time.Now()} }

func (p *progress) start(planned int) {
	p.planned = planned
	if !isTerminal(p.w) {
		_, _ = fmt.Fprintf(p.w, "сценариев: %d\n", planned)
		return
	}
	p.all = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(48))
	p.bar = p.all.AddBar(int64(planned),
		mpb.PrependDecorators(decor.Name("прогон "), decor.CountersNoUnit("%d из %d")),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS)),
	)
}

func (p *progress) done(r progon.ScenarioResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.played++
	failed := r.Verdict == progon.Failed || r.Verdict == progon.Broken
	if failed {
		p.bad++
	}
	if p.bar != nil {
		p.bar.Increment()
		return
	}
	if failed {
		_, _ = fmt.Fprintf(p.w, "%s: %s %s\n", r.Verdict.Russian(), r.ID, r.Title)
	}
	// A long run says now and then that it is alive.
	if time.Since(p.told) > 5*time.Second || p.played == p.planned {
		p.told = time.Now()
		_, _ = fmt.Fprintf(p.w, "сыграно %d из %d\n", p.played, p.planned)
	}
}

func (p *progress) stop() {
	if p.bar == nil {
		return
	}
	if !p.bar.Completed() {
		p.bar.Abort(false)
	}
	p.all.Wait()
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
