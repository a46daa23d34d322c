package checks

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	"progon"
	"progon/sim/acts"
)

// handover is one trace that a conversation was passed to a person: words of the bot
// are not a trace.
type handover struct {
	event  progon.Event
	roles  []string // whom it reached, as far as the portal tells
	reason string   // all text that explains it
	how    string   // for the report
	stated bool     // the reason stands in the field for it
}

// handovers lists the traces of the case's client, in order.
func (c Case) handovers() []handover {
	var out []handover
	for _, e := range c.ofClient(c.Events) {
		if e.Direction != progon.FromBot || e.Actor != progon.ActorBot {
			continue
		}
		if e.Surface == progon.SurfaceAlert {
			out = append(out, handover{event: e, roles: c.Portal.rolesIn(e), reason: allText(e), how: "оповещение"})
			continue
		}
		for _, x := range e.Effects {
			if x.Op == progon.Read || x.Op == progon.Deleted {
				continue
			}
			if h, ok := c.handoverOf(e, x); ok {
				out = append(out, h)
			}
		}
	}
	return out
}

// handoverOf reads one change of the CRM as a handover, if it is one.
func (c Case) handoverOf(e progon.Event, x progon.Effect) (handover, bool) {
	h := handover{event: e, roles: c.Portal.rolesOf(x)}
	for _, f := range x.Fields {
		if belongsTo(f.Name, c.Portal.codes(fieldReason)) && strings.TrimSpace(f.Value) != "" {
			h.reason, h.stated = c.Portal.shown(c.Portal.codes(fieldReason), f.Value), true
		}
	}
	switch x.Entity {
	case "task", "activity", "notification", "message":
		h.how = c.Portal.kindName(x.Entity)
		h.reason += " " + textOf(x)
		return h, h.stated || len(h.roles) > 0
	case "dialog":
		// A dialogue is handed over when a queue or a person gets it, not when it begins.
		_, operator := x.Get("OPERATOR_ID")
		_, queue := x.Get("QUEUE_ID")
		h.how = "перевод диалога"
		h.reason += " " + textOf(x)
		return h, (operator || queue) && x.Op == progon.Updated
	default:
		h.how = "поле «" + fieldReason + "»"
		return h, h.stated
	}
}

const fieldReason = "Причина эскалации"

// rolesOf lists the roles whose people or queues a change names.
func (p Portal) rolesOf(x progon.Effect) []string {
	roles := map[string]bool{}
	for _, f := range x.Fields {
		switch {
		case isOneOf(lastName(f.Name), "RESPONSIBLE_ID", "RESPONSIBLEID", "ASSIGNED_BY_ID", "USER_ID", "TO", "OPERATOR_ID", "DIALOG_ID", "ACCOMPLICES", "AUDITORS"):
			for role, person := range p.People {
				if isOneOf(f.Value, person.Users...) {
					roles[role] = true
				}
			}
		case isOneOf(lastName(f.Name), "QUEUE_ID", "CONFIG_ID"):
			for role, person := range p.People {
				if isOneOf(f.Value, person.Queues...) {
					roles[role] = true
				}
			}
		}
	}
	return sortedKeys(roles)
}

// rolesIn lists the roles that an alert names.
func (p Portal) rolesIn(e progon.Event) []string {
	var roles []string
	text := squash(allText(e))
	for _, role := range sortedKeys(p.People) {
		if strings.Contains(text, squash(role)) || strings.EqualFold(string(e.Kind), role) {
			roles = append(roles, role)
		}
	}
	return roles
}

func isOneOf(s string, of ...string) bool {
	for _, o := range of {
		if o != "" && strings.EqualFold(s, o) {
			return true
		}
	}
	return false
}

// textOf joins what a person reads in a task, an activity or a message.
func textOf(x progon.Effect) string {
	var parts []string
	for _, f := range x.Fields {
		if isFreeText(f.Name) && f.Value != "" {
			parts = append(parts, f.Value)
		}
	}
	return strings.Join(parts, " ")
}

func allText(e progon.Event) string {
	parts := []string{e.Text}
	for _, f := range e.Fields {
		parts = append(parts, f.Value)
	}
	return strings.Join(parts, " ")
}

// HandedOver checks that the conversation reached a person of that role, with the reason
// in a place where that person sees it.
func HandedOver(c Case, role, reason string) []progon.Finding {
	traces := c.handovers()
	base := progon.Finding{
		Severity: progon.Blocker, Persona: c.Client,
		Expected: fmt.Sprintf("передан: %s, причина «%s»", role, reason),
	}
	if len(traces) == 0 {
		base.Evidence = c.lastSeq()
		if promise, ok := c.promised(); ok {
			base.Rule, base.Text = "handover.words_only", "Бот сказал клиенту, что передал вопрос, но в CRM об этом нет и следа: никто не узнает."
			base.Got, base.Excerpt, base.Evidence = "только слова в чате", c.excerpt(promise.Text), []int{promise.Seq}
			base.Advice = "Вместе с ответом клиенту создайте дело или переведите диалог на сотрудника."
			return []progon.Finding{base}
		}
		base.Rule, base.Text = "handover.missing", "Диалог не передан человеку."
		base.Got = "в CRM нет ни дела, ни перевода диалога, ни поля «" + fieldReason + "»"
		base.Advice = "Узнавайте такие вопросы и передавайте их человеку вместе с причиной."
		return []progon.Finding{base}
	}
	var reached, byRole []handover
	for _, t := range traces {
		if len(t.roles) == 0 || isOneOf(role, t.roles...) {
			byRole = append(byRole, t)
		}
		if isOneOf(role, t.roles...) {
			reached = append(reached, t)
		}
	}
	base.Evidence = []int{traces[0].event.Seq}
	base.Place = place(traces[0].event, traces[0].how)
	if len(reached) == 0 {
		base.Rule, base.Text = "handover.wrong_role", "Диалог передан не тому, кому нужно."
		base.Got = c.whoGot(traces)
		base.Advice = "Проверьте правило, по которому выбирается ответственный или очередь."
		return []progon.Finding{base}
	}
	if reason == "" {
		return nil
	}
	for _, t := range byRole {
		if meansReason(t.reason, reason) {
			return nil
		}
	}
	base.Rule, base.Text = "handover.wrong_reason", "При передаче не указана причина, и сотрудник не поймёт срочности."
	base.Got = orEmpty(c.excerpt(byRole[0].reason))
	base.Advice = "Заполняйте поле «" + fieldReason + "» или пишите причину в деле."
	return []progon.Finding{base}
}

// SameMeaning tells whether a text says what is wanted, by the stems of its words.
func SameMeaning(got, want string) bool { return meansReason(got, want) }

// meansReason compares by the stems of words: «мед. вопрос» is not «медицинский вопрос»,
// «Медицинские вопросы» is.
func meansReason(got, want string) bool {
	g := squash(got)
	for _, word := range strings.Fields(squash(want)) {
		if !strings.Contains(g, stem(word)) {
			return false
		}
	}
	return true
}

func stem(word string) string {
	runes := []rune(word)
	if len(runes) <= 4 {
		return word
	}
	return string(runes[:max(4, len(runes)-3)])
}

func (c Case) whoGot(traces []handover) string {
	roles := map[string]bool{}
	for _, t := range traces {
		for _, r := range t.roles {
			roles[r] = true
		}
	}
	if len(roles) == 0 {
		return "получатель не указан: " + traces[0].how
	}
	return strings.Join(sortedKeys(roles), ", ")
}

// promised finds the bot's words about a handover.
func (c Case) promised() (heard, bool) {
	for _, r := range c.replies() {
		if _, ok := r.does(acts.Handover); ok {
			return r, true
		}
	}
	return heard{}, false
}

// NotHandedOver checks that no person was troubled: neither a trace nor a promise.
func NotHandedOver(c Case) []progon.Finding {
	f := progon.Finding{
		Rule: "handover.false", Severity: progon.Blocker, Persona: c.Client,
		Text:     "Бот поднял ложную тревогу: передал человеку обычный вопрос.",
		Expected: "бот отвечает сам", Advice: "Уточните признаки, по которым бот узнаёт вопросы о здоровье и споры.",
	}
	for _, t := range c.handovers() {
		if !t.stated && !alarming.MatchString(t.reason) && t.how != "перевод диалога" {
			continue // an ordinary task: «перезвонить», «подтвердить запись»
		}
		f.Got, f.Evidence, f.Place = orEmpty(c.excerpt(t.reason)), []int{t.event.Seq}, place(t.event, t.how)
		return []progon.Finding{f}
	}
	if promise, ok := c.promised(); ok {
		f.Got, f.Evidence, f.Excerpt = "слова о передаче", []int{promise.Seq}, c.excerpt(promise.Text)
		return []progon.Finding{f}
	}
	return nil
}

var alarming = regexp.MustCompile(`(?i)эскал|медиц|здоров|врач|угроз|срочн|жалоб|спор|конфликт|безопасн|противопоказ|передан[оа]? (?:человек|оператор|сотрудник)`)

// HandedOverWithin checks the time between the client's line and the handover.
func HandedOverWithin(c Case, limit time.Duration) []progon.Finding {
	traces := c.handovers()
	if len(traces) == 0 {
		return []progon.Finding{{
			Rule: "handover.missing", Severity: progon.Blocker, Persona: c.Client,
			Text: "Диалог не передан человеку.", Evidence: c.lastSeq(),
			Expected: "передача не позднее чем через " + russianDuration(limit), Got: "следа передачи нет",
		}}
	}
	lines := c.ofClient(c.Events.Lines())
	sort.SliceStable(traces, func(i, j int) bool { return traces[i].event.Seq < traces[j].event.Seq })
	at := traces[0].event
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].Seq > at.Seq {
			continue
		}
		if took := at.Time.Sub(lines[i].Time); took > limit {
			return []progon.Finding{{
				Rule: "handover.late", Severity: progon.Blocker, Persona: c.Client,
				Text:     "Диалог передан человеку слишком поздно.",
				Expected: "не позднее чем через " + russianDuration(limit), Got: "через " + russianDuration(took),
				Evidence: []int{lines[i].Seq, at.Seq}, Place: place(at, traces[0].how),
				Advice: "Передавайте диалог сразу, не откладывая до следующей проверки очереди.",
			}}
		}
		return nil
	}
	return nil
}

// Silent checks that after the handover the bot says nothing of substance until a person
// has answered. One notice that the question is with a specialist is allowed.
func Silent(c Case) []progon.Finding {
	from := 0
	if traces := c.handovers(); len(traces) > 0 {
		from = traces[0].event.Seq
	} else if promise, ok := c.promised(); ok {
		from = promise.Seq
	} else {
		return []progon.Finding{{
			Rule: "handover.missing", Severity: progon.Blocker, Persona: c.Client,
			Text:     "Бот должен молчать, пока не ответит человек, но диалог человеку не передан.",
			Evidence: c.lastSeq(),
		}}
	}
	next := 0 // the client's first line after the handover: the answer before it belongs to the handover itself
	for _, l := range c.ofClient(c.Events.Lines()) {
		if l.Seq > from {
			next = l.Seq
			break
		}
	}
	if next == 0 {
		return nil
	}
	notices := 0
	for _, e := range c.ofClient(c.Events.On(progon.SurfaceChat)) {
		if e.Seq < next || e.Direction != progon.FromBot {
			continue
		}
		if e.Actor != progon.ActorBot {
			return nil // a person has answered
		}
		h := hear(e)
		notices++
		if act, ok := h.doesAny(substance...); ok || notices > 1 {
			got := "бот отвечает второй раз подряд"
			if ok {
				got = act.Why
			}
			return []progon.Finding{{
				Rule: "silence.broken", Severity: progon.Blocker, Norms: []string{normMedicine}, Persona: c.Client,
				Text:     "Бот заговорил, хотя разговор ведёт человек.",
				Expected: "молчание; допустима одна справка о том, что вопрос у специалиста", Got: got,
				Evidence: []int{e.Seq}, Excerpt: c.excerpt(e.Text),
				Advice: "После передачи останавливайте бота в этом диалоге, пока сотрудник не вернёт его.",
			}}
		}
	}
	return nil
}

// substance are the acts by which a bot goes on with the conversation.
var substance = []acts.Name{
	acts.MedicalAdvice, acts.QuotesPrice, acts.OffersSlots, acts.ConfirmsBooking, acts.AsksService,
	acts.AsksTime, acts.AsksPhone, acts.AsksName, acts.AsksEmail, acts.AsksConsent, acts.AsksConfirmation,
}

// TaskSet checks that a task stands in the CRM for the right person with the right term.
func TaskSet(c Case, about, role, term string) []progon.Finding {
	span, ok := ParseSpan(term)
	base := progon.Finding{
		Severity: progon.Blocker, Persona: c.Client,
		Expected: fmt.Sprintf("задача «%s» для роли «%s» со сроком %s", about, role, term), Evidence: c.lastSeq(),
	}
	var nearest string
	for _, e := range c.ofClient(c.Events.On(progon.SurfaceCRM)) {
		for _, x := range e.Effects {
			if (x.Entity != "task" && x.Entity != "activity") || x.Op == progon.Read || e.Actor != progon.ActorBot {
				continue
			}
			if !meansReason(textOf(x), about) {
				continue
			}
			base.Evidence, base.Place = []int{e.Seq}, place(e, "")
			if !isOneOf(role, c.Portal.rolesOf(x)...) {
				nearest = "задача поставлена другому: " + orEmpty(strings.Join(c.Portal.rolesOf(x), ", "))
				continue
			}
			deadline, has := deadlineOf(x, c.Now.Location())
			if ok && (!has || !span.deadlineFits(e.Time, deadline)) {
				nearest = "срок не указан"
				if has {
					nearest = "срок " + deadline.Format("02.01.2006 15:04")
				}
				continue
			}
			return nil
		}
	}
	if nearest == "" {
		nearest = "такой задачи нет"
	}
	base.Rule, base.Text, base.Got = "task.missing", "В CRM нет нужной задачи сотруднику.", nearest
	base.Advice = "Ставьте задачу сразу, с ответственным и крайним сроком."
	return []progon.Finding{base}
}

func deadlineOf(x progon.Effect, zone *time.Location) (time.Time, bool) {
	for _, f := range x.Fields {
		if isOneOf(lastName(f.Name), "DEADLINE", "END_TIME", "CLOSED_DEADLINE") && f.Value != "" {
			return parseTime(f.Value, zone)
		}
	}
	return time.Time{}, false
}

// Alerted checks that an alarm of that content reached a person of that role.
func Alerted(c Case, about, role string) []progon.Finding {
	got := "оповещения нет"
	for _, e := range c.Events {
		if e.Direction != progon.FromBot || e.Actor != progon.ActorBot {
			continue
		}
		var text string
		var roles []string
		switch {
		case e.Surface == progon.SurfaceAlert:
			text, roles = allText(e), c.Portal.rolesIn(e)
		default:
			for _, x := range e.Effects {
				if isOneOf(x.Entity, "notification", "message", "task", "activity") && x.Op == progon.Created {
					text, roles = textOf(x), c.Portal.rolesOf(x)
				}
			}
		}
		if text == "" || !meansReason(text, about) {
			continue
		}
		if isOneOf(role, roles...) {
			return nil
		}
		got = "оповещение ушло другому: " + orEmpty(strings.Join(roles, ", "))
	}
	return []progon.Finding{{
		Rule: "alert.missing", Severity: progon.Blocker,
		Text:     "Сотрудник не получил оповещения.",
		Expected: fmt.Sprintf("оповещение «%s» для роли «%s»", about, role), Got: got,
		Evidence: c.lastSeq(),
	}}
}

// LoggedEvent checks that the log names an event, under one of its names.
func LoggedEvent(c Case, event string, names []string) []progon.Finding {
	for _, t := range c.Texts(Places()[0]) {
		for _, n := range append([]string{event}, names...) {
			if strings.Contains(squash(t.Value), squash(n)) {
				return nil
			}
		}
	}
	return []progon.Finding{{
		Rule: "log.event_missing", Severity: progon.Warning,
		Text: "В журнале нет записи о событии.", Expected: "событие «" + event + "»", Got: "такой записи нет",
		Evidence: c.lastSeq(),
	}}
}
