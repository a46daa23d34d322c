package steps

import (
	"errors"
	"fmt"
)

// A step ends in one of four ways: it did what it says (nil, with or without findings),
// it could not go on because of the bot, it could not be checked with this bot, or
// Progon and its surroundings failed.

// errStop ends a scenario because of the bot: the findings have been noted already.
var errStop = errors.New("дальше сценарий не имеет смысла: предыдущий шаг не выполнен")

// notCheckedError says that a scenario cannot be checked with this bot, and why.
type notCheckedError struct{ reason string }

func (e *notCheckedError) Error() string { return e.reason }

func notChecked(format string, args ...any) error {
	return &notCheckedError{fmt.Sprintf(format, args...)}
}

// unseenError says that one sentence cannot be checked with this bot; the rest of the
// scenario can.
type unseenError struct{ reason string }

func (e *unseenError) Error() string { return e.reason }

func unseen(format string, args ...any) error {
	return &unseenError{fmt.Sprintf(format, args...)}
}

// brokenError says that Progon or its surroundings are wrong: the bot was not judged.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

func broken(format string, args ...any) error {
	return &brokenError{fmt.Errorf(format, args...)}
}
