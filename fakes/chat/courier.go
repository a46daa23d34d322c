package chat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Courier brings updates to a bot's webhook as a platform does: again, when the bot did not
// take them.
type Courier struct {
	Client *http.Client // nil means one of its own
	// Timeout is how long the platform waits for an acknowledgement.
	Timeout time.Duration
	// Again are the pauses before further attempts. Platforms wait for minutes; a fake
	// that did would only make a defect slow to see.
	Again []time.Duration
	// Taken tells whether an answer acknowledges the update; nil means any 2xx.
	Taken func(status int, body []byte) bool
}

// maxAnswer bounds what is read of a bot's answer.
const maxAnswer = 1 << 20

// Answer is what the bot's server said to an update.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Deliver posts a body until it is taken. Attempt numbers, from 0, are given to dress.
func (c *Courier) Deliver(ctx context.Context, url string, body []byte, dress func(attempt int, r *http.Request)) (Answer, error) {
	var answer Answer
	var err error
	for attempt := range len(c.Again) + 1 {
		if attempt > 0 {
			timer := time.NewTimer(c.Again[attempt-1])
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return answer, ctx.Err()
			}
		}
		if answer, err = c.once(ctx, url, body, attempt, dress); ctx.Err() != nil {
			return answer, ctx.Err()
		}
		if err == nil && c.taken(answer) {
			return answer, nil
		}
	}
	if err != nil {
		return answer, &Failure{Text: "вебхук бота не отвечает: проверьте, запущен ли бот и верен ли адрес, который он сообщил платформе", Err: err}
	}
	return answer, &Failure{
		Text:   fmt.Sprintf("вебхук бота не принял сообщение: код ответа %d, попыток %d; посмотрите журнал бота", answer.Status, len(c.Again)+1),
		Status: answer.Status, Raw: answer.Body,
	}
}

func (c *Courier) taken(a Answer) bool {
	if c.Taken != nil {
		return c.Taken(a.Status, a.Body)
	}
	return a.Status >= 200 && a.Status < 300
}

func (c *Courier) once(ctx context.Context, url string, body []byte, attempt int, dress func(int, *http.Request)) (Answer, error) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, errors.New("адрес вебхука не разбирается")
	}
	r.Header.Set("Content-Type", "application/json")
	if dress != nil {
		dress(attempt, r)
	}
	client := c.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	answered, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return Answer{Status: res.StatusCode, Header: res.Header, Body: answered}, err
}
