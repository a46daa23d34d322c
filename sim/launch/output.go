package launch

import (
	"os"

	"progon/sim/logs"
)

// output is one stream that the bot prints to.
type output struct {
	in    *os.File
	lines *logs.Lines
	pipe
	done chan struct{} // closed when nothing more will come
}

func newOutput(in *os.File, lines *logs.Lines) *output {
	return &output{in: in, lines: lines, done: make(chan struct{})}
}

// follow reads until the last process that could write has ended.
func (o *output) follow() {
	go func() {
		defer close(o.done)
		o.read(o.in, o.lines)
	}()
}

// sync tells what has been printed so far.
func (o *output) sync() {
	o.now(o.in, o.lines)
	o.lines.Flush()
}

func (o *output) close() { _ = o.in.Close() } // it was only read
