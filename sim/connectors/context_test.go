package connectors_test

import "context"

// contextUntil is a context that also ends when the server does: net/http does not close
// connections that it has handed over.
func contextUntil(parent context.Context, ended <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		defer cancel()
		select {
		case <-ended:
		case <-parent.Done():
		}
	}()
	return ctx
}
