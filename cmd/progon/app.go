package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes. They are part of the contract with CI and stand at the end of --help.
const (
	exitPassed       = 0
	exitFailed       = 1   // the gate is red
	exitUsage        = 2   // wrong use; also: nothing selected, nothing checked
	exitSurroundings = 3   // Docker, port, bot did not start: the bot was not judged
	exitInterrupted  = 130 // reports of what was finished are written
)

const exitHelp = `Коды завершения:
  0    все проверки пройдены
  1    бот не прошёл проверку
  2    неверный вызов: флаг, файл, настройка; ничего не выбрано или не проверено
  3    не удалось проверить: бот не запущен или не отвечает, нет Docker, занят порт
  130  прервано (Ctrl-C); отчёты о том, что успели, записаны`

// streams are where a command reads and writes. Results go to out, everything else
// (progress, warnings, errors) to err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// exitError carries an exit code to run. Its text, if any, is shown to the user.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageErrorf is a mistake of the caller: exit 2.
func usageErrorf(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// surroundingsError says that the bot could not be judged: exit 3.
func surroundingsError(err error) error { return &exitError{exitSurroundings, err} }

// failed ends a command with exit 1 without another word: the output has said it.
func failed() error { return &exitError{exitFailed, nil} }

// commands is the explicit table of subcommands, in the order of --help.
func commands(s streams) []*cobra.Command {
	return []*cobra.Command{
		runCommand(s),
		lintCommand(s),
		stepsCommand(s),
		reportCommand(s),
		gateCommand(s),
		botCommand(s),
		selftestCommand(s),
		actsCommand(s),
		piiCommand(s),
		fakeCommand(s),
	}
}

func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	s := streams{in, out, errw}
	root := &cobra.Command{
		Use:   "progon",
		Short: "Прогон: репетиция чат-бота перед запуском",
		Long: `Прогон играет клиентов салона, клиники или студии: ведёт с ботом разговоры
пускового испытания и проверяет, что персональные данные замаскированы, согласие
получено и записано, а медицинские вопросы переданы человеку.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	root.SetArgs(args)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageErrorf("%w", err) })
	for _, c := range commands(s) {
		c.Long += "\n\n" + exitHelp
		root.AddCommand(c)
	}

	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitPassed
	}
	if text := err.Error(); text != "" {
		_, _ = fmt.Fprintln(errw, "progon:", text)
	}
	var exit *exitError
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitUsage
	}
}
