package steps

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"progon"
	"progon/sim/acts"
	"progon/sim/client"
	"progon/steps/checks"
)

func clientSentences() []sentence {
	return []sentence{
		{pattern: "клиент пишет «хочу на маникюр завтра»", do: clientWrites,
			about: "слова клиента; {телефон}, {имя}, {почта} подставляет Прогон, {здоровье: …} отмечает сведения о здоровье"},
		{pattern: "клиент «Ильнур» пишет «а что у Алсу?»", do: namedClientWrites},
		{pattern: "клиент пишет подряд:", table: "сообщения по одному в строке", do: clientWritesBurst},
		{pattern: "клиент нажимает «Согласен»", do: clientPresses,
			about: "если такой кнопки нет, клиент пишет это слово"},
		{pattern: "клиент даёт согласие", do: clientConsents, needs: "согласие",
			about: "кнопкой или словами, смотря по тому, как спросил бот"},
		{pattern: "клиент отказывается от согласия", do: clientRefuses, needs: "согласие"},
		{pattern: "клиент присылает «голосовое» с текстом «запишите на брови»", do: clientSends,
			about: "голосовое, фото, файл, стикер"},
		{pattern: "клиент исправляет последнее сообщение на «8 900 {телефон: хвост}»", do: clientEdits, needs: "правка",
			example: "клиент исправляет последнее сообщение на «{телефон}»"},
		{pattern: "клиент удаляет последнее сообщение", do: clientDeletes, needs: "правка"},
		{pattern: "клиент приходит из канала «VK»", do: clientComes, about: "новый разговор того же человека в другом канале"},
		{pattern: "клиент записывается на «маникюр» на «завтра 11:00»", do: clientBooks, goal: true, needs: "запись",
			about: "клиент сам отвечает на вопросы бота, в каком бы порядке они ни шли, даёт согласие и выбирает время"},
		{pattern: "клиент, который пишет телефон «со скобками», записывается на «маникюр» на «завтра 11:00»", do: clientBooksWriting, goal: true, needs: "запись",
			about: "как написать телефон: слитно, с восьмёркой, со скобками, с пробелами, через дефис, словами…"},
		{pattern: "клиент «Ильнур» записывается на «маникюр» на «завтра 11:00»", do: namedClientBooks, goal: true, needs: "запись"},
		{pattern: "клиент «Ильнур» пытается записаться на «маникюр» на «завтра 11:00»", do: namedClientTries, goal: true, needs: "запись",
			about: "удастся ли, покажут следующие фразы"},
		{pattern: "клиент, который не даёт согласия, пытается записаться на «маникюр»", do: refuserBooks, goal: true, needs: "запись"},
		{pattern: "клиент оставляет заявку на «маникюр»", do: clientLeavesLead, goal: true, needs: "лиды",
			about: "то же, что запись, но довольно и того, что заявка принята"},
		{pattern: "клиент переносит запись на «пятница 19:30»", do: clientMoves, goal: true, needs: "перенос"},
		{pattern: "клиент отменяет запись", do: clientCancels, goal: true, needs: "перенос"},
		{pattern: "клиент задаёт медицинский вопрос «можно, если {здоровье: болит голова}?» посреди записи на «маникюр»", do: clientInterrupts, goal: true, needs: "запись",
			about: "слова о здоровье отмечают; разговор кончается там, где бот передаёт его человеку"},
		{pattern: "клиент задаёт вопрос «сколько стоит?» посреди записи на «маникюр»", do: clientInterrupts, goal: true, needs: "запись"},
	}
}

func clientWrites(ctx context.Context, w *world, in input) error {
	return w.write(ctx, w.client(), in.at(0))
}

func namedClientWrites(ctx context.Context, w *world, in input) error {
	w.current = w.guest(in.at(0))
	return w.write(ctx, w.current, in.at(1))
}

// write says one line of a client, with its values put in, and waits for the answer.
func (w *world) write(ctx context.Context, g *guest, line string) error {
	text, err := w.fill(g, line)
	if err != nil {
		return err
	}
	w.burstFrom = 0
	return w.say(ctx, g, progon.Message{Kind: progon.MessageText, Text: text})
}

// fill puts the values of a client into its line and keeps what it says about health.
func (w *world) fill(g *guest, line string) (string, error) {
	filled, err := w.cast.Fill(g.person, line)
	if err != nil {
		return "", broken("%w", err)
	}
	w.health = append(w.health, filled.Health...)
	w.recast() // a line may bring a new person into the cast
	return filled.Text, nil
}

// say sends a message. A bot that breaks the protocol ends the scenario: what would come
// after it proves nothing.
func (w *world) say(ctx context.Context, g *guest, m progon.Message) error {
	if _, err := w.simulator.Say(ctx, w.session(g), m); err != nil {
		return w.botFailed(ctx, err)
	}
	return nil
}

func (w *world) botFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return broken("прогон прерван")
	}
	w.found(progon.Finding{
		Rule: "chat.protocol", Severity: progon.Blocker,
		Text: "Бот не смог принять сообщение клиента.", Expected: "сообщение принято", Got: err.Error(),
		Evidence: []int{w.timeline.Len()},
		Advice:   "Посмотрите журнал бота в этот момент; если ошибка в описании подключения, поправьте раздел connector в progon.yaml.",
	})
	return errStop
}

func clientWritesBurst(ctx context.Context, w *world, in input) error {
	g := w.client()
	from := w.timeline.Len()
	var messages []progon.Message
	for i, r := range in.table {
		if i == 0 && strings.EqualFold(strings.TrimSpace(r[0]), "сообщение") {
			continue
		}
		text, err := w.fill(g, r[0])
		if err != nil {
			return err
		}
		messages = append(messages, progon.Message{Kind: progon.MessageText, Text: text})
	}
	w.burstFrom = from
	if _, err := w.simulator.Burst(ctx, w.session(g), messages); err != nil {
		return w.botFailed(ctx, err)
	}
	return nil
}

// clientComes lets the client begin a conversation on another channel. The one before stays
// as it was.
func clientComes(_ context.Context, w *world, in input) error {
	g := w.client()
	if g.session != nil {
		g.before, g.session = append(g.before, g.session), nil
	}
	w.channel = in.at(0)
	w.note("клиент «%s» приходит из канала «%s»", g.person.Label, in.at(0))
	return nil
}

func clientPresses(ctx context.Context, w *world, in input) error {
	g := w.client()
	w.burstFrom = 0
	if b, ok := w.button(g, func(title string) bool { return sameTitle(title, in.at(0)) }); ok {
		return w.say(ctx, g, press(b))
	}
	return w.write(ctx, g, in.at(0))
}

func press(b progon.Button) progon.Message {
	return progon.Message{Kind: progon.MessageButton, Text: b.Title, Payload: b.Payload}
}

// button finds a button in what the bot said last to this client.
func (w *world) button(g *guest, fits func(title string) bool) (progon.Button, bool) {
	if g.session == nil {
		return progon.Button{}, false
	}
	replies := w.evidence().Events.Replies().Of(g.person.ID)
	for i := len(replies) - 1; i >= 0; i-- {
		m := replies[i].Message
		if m == nil || len(m.Buttons) == 0 {
			continue
		}
		for _, b := range m.Buttons {
			if fits(b.Title) {
				return b, true
			}
		}
		return progon.Button{}, false
	}
	return progon.Button{}, false
}

func sameTitle(a, b string) bool {
	clean := func(s string) string {
		return strings.ToLower(strings.Trim(strings.ReplaceAll(s, "ё", "е"), " \t✅❌👍👎.!—-"))
	}
	return clean(a) == clean(b)
}

func clientConsents(ctx context.Context, w *world, _ input) error {
	return w.answerConsent(ctx, w.client(), true)
}

func clientRefuses(ctx context.Context, w *world, _ input) error {
	return w.answerConsent(ctx, w.client(), false)
}

// answerConsent gives or refuses consent by the button for it or in plain words.
func (w *world) answerConsent(ctx context.Context, g *guest, yes bool) error {
	w.burstFrom = 0
	if b, ok := w.button(g, func(title string) bool { return client.Consents(title) == yes && client.AboutConsent(title) }); ok {
		return w.say(ctx, g, press(b))
	}
	words := "не согласен"
	if g.person.Female() {
		words = "не согласна"
	}
	if yes {
		words = strings.TrimPrefix(words, "не ")
	}
	return w.say(ctx, g, progon.Message{Kind: progon.MessageText, Text: words})
}

// obtainConsent leads a conversation until the bot has asked for consent and got it.
func (w *world) obtainConsent(ctx context.Context, g *guest) error {
	agent, err := w.agent(g, client.Options{Goal: client.Book, Consent: client.Gives})
	if err != nil {
		return err
	}
	given := false
	err = w.converse(ctx, g, agent, func(heard []acts.Reply) bool {
		if given {
			return true
		}
		for _, r := range heard {
			if _, ok := acts.Has(acts.Hear(r), acts.AsksConsent); ok {
				given = true // the agent answers this turn, then we are done
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	if !given {
		w.found(checks.ConsentAskedFirst(w.evidence())...)
		return errStop
	}
	return nil
}

func clientSends(ctx context.Context, w *world, in input) error {
	g := w.client()
	kinds := map[string]struct {
		kind       progon.MessageKind
		capability string
	}{
		"голосовое": {progon.MessageVoice, "голос"}, "фото": {progon.MessagePhoto, "фото"},
		"файл": {progon.MessageFile, "файлы"}, "стикер": {progon.MessageSticker, "стикеры"},
	}
	k, ok := kinds[strings.ToLower(in.at(0))]
	if !ok {
		return broken("«%s» прислать нельзя; известны: голосовое, фото, файл, стикер", in.at(0))
	}
	if !w.suite.Bot.Has(k.capability) {
		return notChecked("бот не заявил возможность «%s» (раздел can в progon.yaml)", k.capability)
	}
	text, err := w.fill(g, in.at(1))
	if err != nil {
		return err
	}
	m := progon.Message{Kind: k.kind, Text: text}
	if k.kind == progon.MessageFile {
		m.File, m.Text = text, ""
	}
	w.burstFrom = 0
	return w.say(ctx, g, m)
}

func clientEdits(ctx context.Context, w *world, in input) error {
	g := w.client()
	text, err := w.fill(g, in.at(0))
	if err != nil {
		return err
	}
	return w.again(ctx, g, progon.Message{Kind: progon.MessageEdit, Text: text})
}

func clientDeletes(ctx context.Context, w *world, _ input) error {
	return w.again(ctx, w.client(), progon.Message{Kind: progon.MessageDelete})
}

// again changes the last message of a client.
func (w *world) again(ctx context.Context, g *guest, m progon.Message) error {
	lines := w.timeline.Events().Lines().Of(g.person.ID)
	if len(lines) == 0 || lines[len(lines)-1].Message == nil {
		return broken("менять нечего: клиент ещё ничего не написал")
	}
	m.Ref = lines[len(lines)-1].Message.ID
	return w.say(ctx, g, m)
}

func clientBooks(ctx context.Context, w *world, in input) error {
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Gives}, map[string]string{"service": in.at(0), "time": in.at(1)}, true)
}

func clientBooksWriting(ctx context.Context, w *world, in input) error {
	phone, err := w.client().person.Value("телефон: " + in.at(0))
	if err != nil {
		return broken("%w", err)
	}
	facts := map[string]string{"service": in.at(1), "time": in.at(2), "phone": phone}
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Gives}, facts, true)
}

func namedClientBooks(ctx context.Context, w *world, in input) error {
	w.current = w.guest(in.at(0))
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Gives}, map[string]string{"service": in.at(1), "time": in.at(2)}, true)
}

func namedClientTries(ctx context.Context, w *world, in input) error {
	w.current = w.guest(in.at(0))
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Gives}, map[string]string{"service": in.at(1), "time": in.at(2)}, false)
}

func refuserBooks(ctx context.Context, w *world, in input) error {
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Refuses}, map[string]string{"service": in.at(0), "time": "завтра 11:00"}, false)
}

func clientLeavesLead(ctx context.Context, w *world, in input) error {
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Gives}, map[string]string{"service": in.at(0), "time": "завтра 11:00"}, false)
}

func clientMoves(ctx context.Context, w *world, in input) error {
	return w.pursue(ctx, client.Options{Goal: client.Move, Consent: client.Gives}, map[string]string{"time": in.at(0)}, true)
}

func clientCancels(ctx context.Context, w *world, _ input) error {
	return w.pursue(ctx, client.Options{Goal: client.Cancel, Consent: client.Gives}, nil, true)
}

func clientInterrupts(ctx context.Context, w *world, in input) error {
	g := w.client()
	question, err := w.fill(g, in.at(0))
	if err != nil {
		return err
	}
	return w.pursue(ctx, client.Options{Goal: client.Book, Consent: client.Gives, Interjections: []string{question}},
		map[string]string{"service": in.at(1), "time": "завтра 11:00"}, false)
}

// pursue lets the simulated client follow its goal by itself.
func (w *world) pursue(ctx context.Context, o client.Options, facts map[string]string, must bool) error {
	g := w.client()
	o.Facts = facts
	agent, err := w.agent(g, o)
	if err != nil {
		return err
	}
	w.burstFrom = 0
	if err := w.converse(ctx, g, agent, nil); err != nil {
		return err
	}
	stop := agent.Stopped()
	g.goal, g.stopped = agent.Goal(), stop.Russian
	if m := w.manner(); m != client.Plain {
		g.goal += ", пишет: " + string(m)
	}
	w.note("клиент «%s»: %s", g.person.Label, stop.Russian)
	if must && !agent.Reached() {
		w.found(progon.Finding{
			Rule: "goal.not_reached", Severity: progon.Blocker, Persona: g.person.ID,
			Text:     "Клиент не добился своего в разговоре с ботом.",
			Expected: agent.Goal(), Got: stop.Russian, Evidence: []int{w.timeline.Len()},
			Advice: "Прочитайте разговор: на каком вопросе клиент и бот перестали понимать друг друга.",
		})
		return errStop
	}
	return nil
}

// agent makes the simulated client that speaks for a person of the cast.
func (w *world) agent(g *guest, o client.Options) (*client.Client, error) {
	facts := map[string]string{}
	for key, name := range map[string]string{
		"name": "имя", "surname": "фамилия", "full_name": "имя и фамилия", "phone": "телефон", "email": "почта", "birth_date": "дата рождения",
	} {
		value, err := g.person.Value(name)
		if err != nil {
			return nil, broken("%w", err)
		}
		facts[key] = value
	}
	facts["service"], facts["time"] = "маникюр", "завтра 11:00"
	for k, v := range o.Facts {
		facts[k] = v
	}
	o.Facts = facts
	o.Seed, o.Manner = w.ownSeed(), w.manner()
	o.Now, o.Ear = w.lane.clock.Now().In(kazan), w.suite.ear
	o.Female = g.person.Female()
	agent, err := client.New(o)
	if err != nil {
		return nil, broken("%w", err)
	}
	return agent, nil
}

// manner is how the client writes in this pass: plainly, or with --variants in another
// way each time. The seed decides with which way a scenario begins.
func (w *world) manner() client.Manner {
	if w.result.Variant == 0 {
		return client.Plain
	}
	all := client.Manners()[1:]
	return all[(w.ownSeed()%uint64(len(all))+uint64(w.result.Variant))%uint64(len(all))]
}

// ownSeed is the seed of this scenario: clients of two scenarios speak differently. Each
// round through all manners has other words again.
func (w *world) ownSeed() uint64 {
	h := fnv.New64a()
	round := w.result.Variant / len(client.Manners())
	_, _ = fmt.Fprintf(h, "%d/%s/%d", w.suite.Seed, w.scenario.Key, round)
	return h.Sum64()
}

// converse lets an agent and the bot talk until the agent is done. enough may end it
// earlier: it sees each turn of the bot before the agent answers.
func (w *world) converse(ctx context.Context, g *guest, agent *client.Client, enough func([]acts.Reply) bool) error {
	say, done := agent.Open(), false
	for {
		var replies []acts.Reply
		for _, u := range say {
			heard, err := w.utter(ctx, g, u)
			if err != nil {
				return err
			}
			replies = append(replies, heard...)
		}
		if done || (enough != nil && enough(replies)) {
			return nil
		}
		say, done = agent.Hear(replies)
		if len(say) == 0 {
			return nil
		}
	}
}

func (w *world) utter(ctx context.Context, g *guest, u client.Utterance) ([]acts.Reply, error) {
	m := progon.Message{Kind: progon.MessageText, Text: u.Text}
	if u.Button != "" {
		m = progon.Message{Kind: progon.MessageButton, Text: u.Button}
		if b, ok := w.button(g, func(title string) bool { return title == u.Button }); ok {
			m = press(b)
		}
	}
	turn, err := w.simulator.Say(ctx, w.session(g), m)
	if err != nil {
		return nil, w.botFailed(ctx, err)
	}
	var heard []acts.Reply
	for _, r := range turn {
		heard = append(heard, acts.Reply{Text: r.Text, Buttons: r.ButtonTitles()})
	}
	return heard, nil
}

// times reads «3 раза».
func times(text string) (int, bool) {
	number, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.Atoi(number)
	return n, err == nil && n > 0 && n <= 1000 && (rest == "" || strings.HasPrefix(rest, "раз"))
}
