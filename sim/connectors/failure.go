package connectors

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"progon/sim"
	"progon/sim/excerpt"
)

// shownRunes is how much of a wrong answer an error shows.
const shownRunes = 80

// names lists the fields of an object.
func names(object map[string]any) string {
	var out []string
	for k := range object {
		out = append(out, "«"+excerpt.Of(k, shownRunes)+"»")
	}
	sort.Strings(out)
	if len(out) > 8 {
		out = append(out[:8], "…")
	}
	return strings.Join(out, ", ")
}

// refused says that the bot answered with another status than it should.
func refused(status int, body []byte, said string) error {
	f := &sim.Failure{Status: status, Raw: body}
	f.Text = fmt.Sprintf("бот ответил %d (%s), а ожидался успешный ответ 200", status, http.StatusText(status))
	switch {
	case status >= 300 && status < 400:
		f.Text += ": он пересылает на другой адрес; укажите его в bot.url или connector.url"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.Text += ": проверьте ключ в connector.headers"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		f.Text += ": проверьте connector.url и method"
	case status == http.StatusTooManyRequests:
		f.Text += ": бот считает, что сообщений слишком много"
	}
	return withExcerpt(f, body, said)
}

// withExcerpt shows the beginning of what came.
func withExcerpt(f *sim.Failure, body []byte, said string) error {
	if len(body) > 4096 {
		body = body[:4096]
	}
	if shown := excerpt.Of(excerpt.Without(string(body), said), shownRunes); shown != "" {
		f.Text += "; начало ответа: «" + shown + "»"
	}
	return f
}

// unreachable says what to check when a request has failed.
func unreachable(at *url.URL, err error) error {
	where := at.Scheme + "://" + at.Host
	if isTimeout(err) {
		return &sim.Failure{Text: fmt.Sprintf("бот не ответил вовремя (%s): проверьте, не завис ли он, и connector.timeout", where), Err: cause(err)}
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return &sim.Failure{Text: fmt.Sprintf("бот недоступен (%s): проверьте, запущен ли он и тот ли это адрес (%v)", where, cause(err)), Err: cause(err)}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}

// cause drops the address from an error of net/http: it may hold what a client said.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// misuse recognises answers that tell of a wrong setting in a well-known builder of bots.
func misuse(parsed any) error {
	object, ok := parsed.(map[string]any)
	if !ok {
		return nil
	}
	if object["message"] == "Workflow was started" {
		return &sim.Failure{Text: "n8n только подтвердил запуск («Workflow was started»): в узле Webhook выберите Respond → «Using Respond to Webhook node» или «When last node finishes»"}
	}
	return nil
}
