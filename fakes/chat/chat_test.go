package chat_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"progon"
	"progon/fakes/chat"
)

func TestBookGivesEachClientOneNumber(t *testing.T) {
	t.Parallel()
	var b, again chat.Book
	seen := map[int64]string{}
	for _, id := range []string{"chat-1", "chat-2", "chat-3", ""} {
		n := b.Number(chat.Client{ID: id})
		if n <= 0 || n != b.Number(chat.Client{ID: id, Name: "Алсу"}) || n != again.Number(chat.Client{ID: id}) {
			t.Errorf("%q has number %d, and another later", id, n)
		}
		if other, taken := seen[n]; taken {
			t.Errorf("%q and %q share %d", id, other, n)
		}
		seen[n] = id
		if c, ok := b.Client(n); !ok || c.ID != id || c.Name != "Алсу" {
			t.Errorf("Client(%d) = %+v, %v", n, c, ok)
		}
	}
	if _, ok := b.Client(7); ok {
		t.Error("a number that nobody has belongs to somebody")
	}
	b.Leave("chat-1")
	if !b.Left("chat-1") || b.Left("chat-2") {
		t.Error("the wrong client has left")
	}
}

func TestBoxKeepsOrderAndBounds(t *testing.T) {
	t.Parallel()
	b := chat.NewBox()
	var writers sync.WaitGroup
	for range 20_000 {
		writers.Go(func() { b.Put(chat.Heard{Client: "c", Message: &progon.Message{Text: "а"}}) })
	}
	writers.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	told := 0
	for range 10_001 {
		h, err := b.Take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if h.Failed != nil {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the flood was told %d times, want once", told)
	}
	brief, stop := context.WithTimeout(ctx, 10*time.Millisecond)
	defer stop()
	if _, err := b.Take(brief); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an empty box gave %v", err)
	}
	var waiters sync.WaitGroup
	for range 3 {
		waiters.Go(func() {
			if _, err := b.Take(ctx); !errors.Is(err, chat.ErrClosed) {
				t.Errorf("a closed box gave %v", err)
			}
		})
	}
	b.Close()
	waiters.Wait()
}

func TestCourier(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		answers []int
		status  int // of the failure, 0 for none
		calls   int
	}{
		{"taken at once", []int{200}, 0, 1},
		{"another success", []int{204}, 0, 1},
		{"taken again", []int{500, 503, 200}, 0, 3},
		{"never taken", []int{500, 500, 404}, 404, 3},
		{"a redirect is no success", []int{304, 304, 304}, 304, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			calls, attempts := 0, 0
			bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.answers[calls])
				calls++
			}))
			defer bot.Close()
			courier := chat.Courier{Again: []time.Duration{time.Millisecond, time.Millisecond}}
			_, err := courier.Deliver(t.Context(), bot.URL, []byte("{}"), func(n int, _ *http.Request) { attempts += n })
			var f *chat.Failure
			if got := errors.As(err, &f); got != (c.status != 0) || (got && f.Status != c.status) {
				t.Errorf("Deliver = %v, want a failure with %d", err, c.status)
			}
			if calls != c.calls || attempts != calls*(calls-1)/2 {
				t.Errorf("%d calls with attempts adding up to %d, want %d calls", calls, attempts, c.calls)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		var f *chat.Failure
		if _, err := (&chat.Courier{}).Deliver(t.Context(), "http://127.0.0.1:1/", nil, nil); !errors.As(err, &f) || f.Err == nil {
			t.Errorf("Deliver = %v, want a failure with its cause", err)
		}
	})
}
