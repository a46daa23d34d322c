// Package reports turns a run into files, one file per format. It reads the vocabulary and
// nothing else: whatever a report shows comes from the run, and the run holds no raw value
// (it was masked before it came here). Start at [Formats].
package reports

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"progon"
)

// Format is one way to write a run down.
type Format struct {
	Name  string
	File  string
	About string
	Write func(io.Writer, progon.Run) error
}

// Formats is the explicit table, in the order of the help.
func Formats() []Format {
	return []Format{
		{"json", "run.json", "весь прогон для машин; из него получаются все другие отчёты", JSON},
		{"html", "report.html", "одна страница для людей: открывается с диска, без сети", HTML},
		{"junit", "junit.xml", "для Jenkins и GitLab", JUnit},
		{"map-csv", "map.csv", "карта персональных данных: что, где, открыто или под маской", MapCSV},
		{"map-xlsx", "map.xlsx", "она же книгой Excel", MapXLSX},
		{"book", "book.html", "сами сценарии как документ для чтения и печати; прогон не нужен", Book},
		{"protocol", "protocol.html", "протокол испытаний для юриста, под подпись", Protocol},
	}
}

// Find returns a format by its name.
func Find(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Names lists the formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// Write writes the named reports into a folder and returns their paths. Each file appears
// whole or not at all.
func Write(dir string, names []string, run progon.Run) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("папка для отчётов: %w", err)
	}
	var paths []string
	done := map[string]bool{}
	for _, name := range names {
		f, ok := Find(name)
		if !ok {
			return paths, fmt.Errorf("неизвестный отчёт «%s»; известны: %s", name, strings.Join(Names(), ", "))
		}
		if done[name] {
			continue
		}
		done[name] = true
		var b bytes.Buffer
		if err := f.Write(&b, run); err != nil {
			return paths, fmt.Errorf("отчёт %s: %w", name, err)
		}
		path := filepath.Join(dir, f.File)
		if err := replace(path, b.Bytes()); err != nil {
			return paths, fmt.Errorf("отчёт %s: %w", name, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// replace puts a file in place in one step, so that nobody reads half of it.
func replace(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // is gone already where all went well
	if _, err := tmp.Write(content); err != nil {
		_ = tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
