package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"progon"
	"progon/reports"
)

func reportCommand(s streams) *cobra.Command {
	var formats []string
	var out, trial string
	cmd := &cobra.Command{
		Use:   "report RUN.JSON | report --format book [ПУТЬ…]",
		Short: "сделать отчёты из записанного прогона, книгу из сценариев",
		Long: `Делает отчёты из run.json, ничего не запуская. Книге (book) прогон не нужен: она делается
из файлов .feature, без путей — из встроенных сценариев.

Отчёты:
` + describeFormats(),
		Example: `  progon report progon-out/run.json --format html,protocol --out отчёты
  progon report progon-out/run.json --format console
  progon report --format book`,
		RunE: func(_ *cobra.Command, args []string) error {
			run, err := reported(args, formats)
			if err != nil {
				return err
			}
			if trial != "" {
				if run.Trial, err = readTrial(trial); err != nil {
					return usageErrorf("--trial: %w", err)
				}
			}
			var files []string
			for _, f := range formats {
				if f != "console" {
					files = append(files, f)
					continue
				}
				if err := reports.Console(s.out, run, reports.ConsoleOptions{Colour: isTerminal(s.out)}); err != nil {
					return surroundingsError(err)
				}
			}
			for _, f := range files {
				if _, ok := reports.Find(f); !ok {
					return usageErrorf("--format: неизвестный отчёт «%s»; известны: console, %s", f, strings.Join(reports.Names(), ", "))
				}
			}
			written, err := reports.Write(out, files, run)
			if err != nil {
				return surroundingsError(err)
			}
			for _, p := range written {
				_, _ = fmt.Fprintln(s.out, p)
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&formats, "format", []string{"html"}, "какие отчёты: console, "+strings.Join(reports.Names(), ", "))
	cmd.Flags().StringVar(&out, "out", ".", "папка для отчётов")
	cmd.Flags().StringVar(&trial, "trial", "", "приложить проверку самого судьи: файл от «progon selftest --json»")
	return cmd
}

// readTrial reads what a trial of the judge came to; the rows stay where they are.
func readTrial(path string) (*progon.Trial, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var t progon.Trial
	if err := json.Unmarshal(data, &t); err != nil || t.Defects == 0 {
		return nil, fmt.Errorf("%s: это не матрица; её печатает «progon selftest --json»", path)
	}
	return &t, nil
}

// reported is the run to report on. For the book alone it is made of the scenarios.
func reported(args, formats []string) (progon.Run, error) {
	fromRun := len(args) == 1 && strings.HasSuffix(args[0], ".json")
	if fromRun || !slices.Equal(formats, []string{"book"}) {
		if err := exactlyOneRun(nil, args); err != nil {
			return progon.Run{}, err
		}
		return loadRun(args[0])
	}
	book, err := readBook(args)
	if err != nil {
		return progon.Run{}, usageErrorf("%w", err)
	}
	if len(book.Scenarios) == 0 {
		return progon.Run{}, usageErrorf("%s: в файлах нет ни одного сценария", strings.Join(args, ", "))
	}
	run := progon.Run{Format: progon.FormatVersion, Version: version, Features: book.Hash()}
	for _, sc := range book.Scenarios {
		run.Scenarios = append(run.Scenarios, sc.Result())
	}
	return run, nil
}

func describeFormats() string {
	lines := []string{"  console   итог на экран"}
	for _, f := range reports.Formats() {
		lines = append(lines, fmt.Sprintf("  %-9s %s (%s)", f.Name, f.About, f.File))
	}
	return strings.Join(lines, "\n")
}

func gateCommand(s streams) *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "gate RUN.JSON",
		Short: "решить по записанному прогону, можно ли выпускать бота",
		Long: `Читает run.json и отвечает кодом завершения: 0 — выпускать можно, 1 — нельзя. Со --strict
нельзя и при предупреждениях, и если хоть что-то не проверено.`,
		Example: `  progon gate progon-out/run.json
  progon gate --strict progon-out/run.json`,
		Args: exactlyOneRun,
		RunE: func(_ *cobra.Command, args []string) error {
			run, err := loadRun(args[0])
			if err != nil {
				return err
			}
			if err := reports.Console(s.out, run, reports.ConsoleOptions{Colour: isTerminal(s.out)}); err != nil {
				return surroundingsError(err)
			}
			if err := outcome(&run, brokenRun(run)); err != nil {
				return err
			}
			c := run.Counts()
			if strict && (c[progon.Failed] > 0 || c[progon.Skipped]+c[progon.Draft] > 0) {
				_, _ = fmt.Fprintln(s.out, "Со --strict выпускать нельзя: есть предупреждения или непроверенное.")
				return failed()
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "не выпускать и при предупреждениях и непроверенном")
	return cmd
}

func brokenRun(run progon.Run) error {
	if run.Broken == "" {
		return nil
	}
	return fmt.Errorf("бот не проверен: %s", run.Broken)
}

func exactlyOneRun(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageErrorf("нужен ровно один файл run.json; его пишет progon run в папку --out")
	}
	return nil
}

func loadRun(path string) (progon.Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return progon.Run{}, usageErrorf("%s: не удалось открыть: %w", path, err)
	}
	defer func() { _ = f.Close() }()
	run, err := reports.ReadRun(f)
	if err != nil {
		return run, usageErrorf("%s: %w", path, err)
	}
	return run, nil
}
