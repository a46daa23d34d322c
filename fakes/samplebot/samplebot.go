// Package samplebot is the bot on which Progon proves itself: a real booking and lead bot
// of a small business that talks over HTTP and writes to Bitrix24. One is good; each named
// defect makes the same bot wrong in one way ([Defects]).
//
// It shares no code with the judge: a bot that used the same recognisers would have the
// same blind spots. It understands by stems and patterns of its own, without a model, and
// knows one language well and another a little. Start at [New] and Bot.chat.
package samplebot

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed portal.yaml
var portalSeed []byte

//go:embed progon.yaml
var config []byte

// Portal is the description of the portal that the bot was set up for.
func Portal() []byte { return append([]byte(nil), portalSeed...) }

// Config is the progon.yaml of the bot: it is reached like any other.
func Config() []byte { return append([]byte(nil), config...) }

// Options set the bot up.
type Options struct {
	CRM     string           // address of the inbound webhook of a Bitrix24
	Alerts  string           // address that takes alarms when the CRM itself is the trouble
	Proxy   string           // through which it reaches anybody else
	Model   string           // base address of a language model; empty means that it works without one
	Log     io.Writer        // nil means nowhere
	Clock   func() time.Time // nil means time.Now; /_bot/clock moves it
	Defect  string           // empty means the good bot
	Wording int              // which set of wordings, from 0
	Order   string           // «contacts-first» asks name and phone before the time
}

// Bot is one running bot. It is safe for concurrent use.
type Bot struct {
	options Options
	words   map[string]string
	model   *http.Client
	crm     *crmClient
	mux     *http.ServeMux

	mu         sync.Mutex
	offset     time.Duration
	settings   map[string]string
	sessions   map[string]*session
	taken      map[string]string // slot → session
	queue      []job             // what the CRM has not taken yet
	erasures   []erasure
	erased     []erasure // kept promises: a backup may undo them
	metrics    metrics
	exports    int
	modelRests time.Time   // until then the model is not asked: it did not answer
	later      func()      // what a slow bot has put off; see handover_late
	traffic    []time.Time // of the last minutes
}

type metrics struct{ dialogues, bookings, escalations int }

// New sets a bot up. An unknown defect or wording is an error.
func New(o Options) (*Bot, error) {
	if o.Defect != "" && !knownDefect(o.Defect) {
		return nil, fmt.Errorf("дефект «%s» неизвестен; список показывает progon bot --list-defects", o.Defect)
	}
	if o.Wording < 0 || o.Wording >= len(wordings) {
		return nil, fmt.Errorf("набор формулировок %d неизвестен; есть от 0 до %d", o.Wording, len(wordings)-1)
	}
	if o.Order != "" && o.Order != "contacts-first" {
		return nil, fmt.Errorf("порядок вопросов «%s» неизвестен; есть contacts-first", o.Order)
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	b := &Bot{options: o, words: wordings[o.Wording], crm: newCRM(o.CRM), mux: http.NewServeMux(), model: &http.Client{}}
	b.crm.hammers, b.crm.gives = b.wrong("key_hammered"), b.wrong("expired_is_the_end")
	b.forget()
	b.mux.HandleFunc("POST /chat", b.serveChat)
	b.mux.HandleFunc("GET /outbox", b.serveOutbox)
	b.mux.HandleFunc("POST /_bot/clock", b.serveClock)
	b.mux.HandleFunc("POST /_bot/reset", b.serveReset)
	b.mux.HandleFunc("POST /_bot/operator", b.serveOperator)
	b.mux.HandleFunc("POST /_bot/settings", b.serveSettings)
	b.mux.HandleFunc("GET /_bot/metrics", b.serveMetrics)
	b.mux.HandleFunc("POST /_bot/check", b.serveCheck)
	b.mux.HandleFunc("POST /_bot/view", b.serveView)
	b.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	return b, nil
}

// ServeHTTP implements http.Handler.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.mux.ServeHTTP(w, r) }

// wrong tells whether the bot has that defect.
func (b *Bot) wrong(defect string) bool { return b.options.Defect == defect }

// forget is the state of a bot that has just been installed.
func (b *Bot) forget() {
	b.settings = map[string]string{"версия политики": "2026-09", "бизнес": "салон"}
	b.sessions, b.taken = map[string]*session{}, map[string]string{}
	b.queue, b.erasures, b.erased, b.metrics, b.exports, b.traffic = nil, nil, nil, metrics{}, 0, nil
	b.crm.refused, b.later, b.modelRests = false, nil, time.Time{}
}

func (b *Bot) now() time.Time { return b.options.Clock().Add(b.offset).In(kazan) }

var kazan = time.FixedZone("Казань", 3*60*60)

// incoming is one message as the site sends it.
type incoming struct {
	Session   string `json:"session"`
	MessageID string `json:"message_id"`
	Type      string `json:"type"`
	Text      string `json:"text"`
	Payload   string `json:"payload"`
	File      string `json:"file"`
	Ref       string `json:"ref"`
	Channel   string `json:"channel"`
	Name      string `json:"name"`
}

// reply is one message of the bot.
type reply struct {
	Text    string   `json:"text"`
	Buttons []button `json:"buttons,omitempty"`
}

type button struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

const maxBody = 1 << 20

func (b *Bot) serveChat(w http.ResponseWriter, r *http.Request) {
	var in incoming
	if !read(w, r, &in) {
		return
	}
	if in.Session == "" {
		http.Error(w, "session is missing", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	replies := b.chat(in)
	b.mu.Unlock()
	write(w, map[string]any{"replies": replies})
}

func (b *Bot) serveOutbox(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	replies := []reply{}
	if s := b.sessions[r.URL.Query().Get("session")]; s != nil {
		replies, s.outbox = append(replies, s.outbox...), nil
	}
	write(w, map[string]any{"replies": replies})
}

func (b *Bot) serveClock(w http.ResponseWriter, r *http.Request) {
	var in struct{ Now time.Time }
	if !read(w, r, &in) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.offset = in.Now.Sub(b.options.Clock())
	if b.later != nil {
		b.later()
		b.later = nil
	}
	b.drain()
	b.erase()
	b.checkBackups()
	b.remind()
	b.promote()
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bot) serveReset(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget()
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bot) serveOperator(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Session, Role, Text string
		Return              bool
	}
	if !read(w, r, &in) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.session(in.Session, "")
	if in.Text != "" {
		s.outbox = append(s.outbox, reply{Text: in.Text})
		b.keepWords(s, in.Text)
	}
	if in.Return {
		s.handed, s.notices = false, 0
	}
	b.log("operator", s, "role", in.Role)
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bot) serveSettings(w http.ResponseWriter, r *http.Request) {
	in := map[string]string{}
	if !read(w, r, &in) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, value := range in {
		b.settings[name] = value
	}
	if _, renewed := in["ключ CRM"]; renewed {
		b.crm.refused = false
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bot) serveMetrics(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	figures := map[string]any{
		"диалоги": b.metrics.dialogues, "записи": b.metrics.bookings,
		"доля эскалаций": fmt.Sprintf("%d из %d", b.metrics.escalations, b.metrics.dialogues),
	}
	if b.wrong("metrics_name_clients") {
		figures["последние записи"] = b.names()
	}
	write(w, figures)
}

// names is what no export of figures should hold.
func (b *Bot) names() []string {
	var all []string
	for _, s := range b.inOrder() {
		if s.booked {
			all = append(all, s.name+", "+s.phone)
		}
	}
	return all
}

// inOrder lists the conversations by their ids, so that jobs do the same at every run.
func (b *Bot) inOrder() []*session {
	all := make([]*session, 0, len(b.sessions))
	for _, s := range b.sessions {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y *session) int { return strings.Compare(x.id, y.id) })
	return all
}

// serveView tells the bot that a person of the staff has opened the client's card.
func (b *Bot) serveView(w http.ResponseWriter, r *http.Request) {
	var in struct{ Session, Role string }
	if !read(w, r, &in) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.wrong("views_not_logged") {
		b.log("просмотр карточки", b.session(in.Session, ""), "role", in.Role)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bot) serveCheck(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	problems := []string{}
	abroad := b.settings["страна модели"] != "" && b.settings["страна модели"] != "Россия"
	if basis := b.settings["основание передачи за рубеж"]; abroad && (basis == "" || basis == "нет") && !b.wrong("check_sees_nothing") {
		problems = append(problems, "нет основания для передачи за рубеж")
	}
	write(w, map[string]any{"problems": problems})
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(into)
	if err != nil {
		http.Error(w, "the body is not the JSON that was expected", http.StatusBadRequest)
		return false
	}
	return true
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}
