package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"progon"
)

// JSON writes the whole run.
func JSON(w io.Writer, run progon.Run) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(run)
}

// ReadRun reads a run that was written by JSON. A foreign or newer file is told as such.
func ReadRun(r io.Reader) (progon.Run, error) {
	var run progon.Run
	if err := json.NewDecoder(r).Decode(&run); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return run, fmt.Errorf("это не run.json: ошибка JSON на байте %d", syntax.Offset)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return run, errors.New("файл пуст или оборван; прогон пишет run.json заново")
		}
		return run, fmt.Errorf("это не run.json: %w", err)
	}
	switch {
	case run.Format == 0:
		return run, errors.New("это не run.json Прогона: нет номера формата")
	case run.Format > progon.FormatVersion:
		return run, fmt.Errorf("run.json записан более новым Прогоном (формат %d, этот понимает %d); обновите Прогон", run.Format, progon.FormatVersion)
	}
	return run, nil
}
