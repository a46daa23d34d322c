package samplebot

import (
	"strings"
	"time"
)

// session is one conversation.
type session struct {
	id, channel string
	seen        map[string]bool // numbers of messages that were dealt with

	consent   consentState
	asked     string // the text that was shown
	askedN    int
	agreedAt  time.Time
	agreedBy  string // «нажата кнопка «Согласен»» or the client's words
	agreedTo  string // version of the policy
	handed    bool
	notices   int
	escalated bool

	stage   stage
	service *service
	slot    time.Time
	wanted  string // what the client said about the time, when it was not free
	name    string
	phone   string
	email   string
	digits  string // a phone that comes in parts
	started bool

	booked    bool
	contactID string
	leadID    string
	outbox    []reply
	silentFor int
	child     bool // the visit is for somebody's child
	lastAt    time.Time
	wiped     bool // the conversation itself was forgotten

	question  question  // a small one, beside the booking
	bookedAt  time.Time // when the visit was agreed upon
	reminded  bool
	newsAsked bool
	news      bool // the client wants to hear of offers
	newsAt    time.Time
	promoted  bool
	burst     int // messages in a row
	noShows   int
	diagnosis string
	missed    int // how often the service was not understood
}

// question is a small question beside the booking; whatever else the client says instead
// is no answer to it.
type question int

const (
	noQuestion question = iota
	aboutNews
	aboutPhoto
)

type consentState int

const (
	consentUnknown consentState = iota
	consentAsked
	consentGiven
	consentRefused
	consentWithdrawn
)

// stage is what the bot waits for.
type stage int

const (
	idle stage = iota
	wantsService
	wantsTime
	wantsName
	wantsPhone
	wantsYes
	wantsNewTime
)

func (b *Bot) session(id, channel string) *session {
	s := b.sessions[id]
	if s == nil {
		s = &session{id: id, channel: channel, seen: map[string]bool{}}
		b.sessions[id] = s
		b.metrics.dialogues++
		b.log("dialogue", s, "channel", channel)
	}
	if channel != "" {
		s.channel = channel
	}
	return s
}

// chat answers one message. It is called with the lock held.
func (b *Bot) chat(in incoming) []reply {
	b.drain()
	s := b.session(in.Session, in.Channel)
	if in.MessageID != "" && in.Type != "edit" && in.Type != "delete" {
		if s.seen[in.MessageID] && !b.wrong("duplicate_on_redelivery") {
			b.log("повтор отброшен", s)
			return []reply{}
		}
		if s.seen[in.MessageID] {
			s.leadID = "" // the defect: the repeated message is a new request
			b.saveLead(s)
			return []reply{}
		}
		s.seen[in.MessageID] = true
	}
	text := strings.TrimSpace(in.Text)
	if b.wrong("name_lost_after_pause") && s.name != "" && b.now().Sub(s.lastAt) > time.Hour {
		s.name = "Клиент"
	}
	if s.burst++; b.now().Sub(s.lastAt) > 5*time.Second {
		s.burst = 1
	}
	s.lastAt, s.wiped = b.now(), false
	b.watchTraffic()
	b.logMessage(s, in.Type, text, in.File)
	switch in.Type {
	case "edit":
		b.take(s, text, false)
		return one(b.say("edited"))
	case "delete":
		b.log("сообщение удалено", s)
		return []reply{}
	case "sticker":
		if s.consent == consentAsked {
			return b.askConsent(s)
		}
		return one(b.say("sticker"))
	}
	replies := b.reply(s, in, text)
	b.careless(s, in)
	return replies
}

func (b *Bot) reply(s *session, in incoming, text string) []reply {
	if (in.Type == "file" || in.Type == "photo") && text == "" {
		return one(b.say("file"))
	}
	if in.Type == "" || in.Type == "text" || in.Type == "voice" {
		b.consult(s, text)
	}
	low := normal(text)
	if in.Type == "photo" && s.consent == consentGiven && !s.handed && !redFlag(low) && !b.medical(low) {
		return b.offerPublishing(s)
	}
	return b.answer(s, text, in.Type == "button")
}

func one(text string) []reply { return []reply{{Text: text}} }

// watchTraffic tells the person on duty about an unusual stream of messages, once.
func (b *Bot) watchTraffic() {
	const usual, window = 30, 5 * time.Minute
	now := b.now()
	kept := b.traffic[:0]
	for _, t := range b.traffic {
		if now.Sub(t) < window {
			kept = append(kept, t)
		}
	}
	b.traffic = append(kept, now)
	if len(b.traffic) == usual+1 && !b.wrong("flood_not_reported") {
		b.notify(roleIT, "Необычный поток обращений в чате")
	}
}

// answer decides what a message is about. What concerns life and health comes first, then
// what only a person may decide, then the conversation about booking.
func (b *Bot) answer(s *session, text string, pressed bool) []reply {
	low := normal(text)
	if b.settings["блокировка интеграции"] == "включена" && !b.wrong("block_ignored") {
		return one(b.say("blocked"))
	}
	if redFlag(low) {
		return b.emergency(s)
	}
	if s.handed {
		return b.whileHanded(s, low)
	}
	if b.medical(low) {
		if b.wrong("medical_advice") {
			return one("Не переживайте, ничего страшного. Примите ибупрофен 400 мг два раза в день и мажьте больное место мазью.")
		}
		return b.handMedical(s, text)
	}
	if r, ok := b.hearQuestion(s, text, low); ok {
		return r
	}
	if m, ok := b.matterOf(low); ok {
		return b.handMatter(s, m, text)
	}
	if r, ok := b.refuseTricks(s, low); ok {
		return r
	}
	if isIdentity(low) {
		if b.wrong("claims_human") {
			return one("Я живой человек, администратор Алина. Чем могу помочь?")
		}
		return one(b.say("is_bot"))
	}
	return b.book(s, text, low, pressed)
}

// whileHanded keeps silent: a person leads the conversation. One notice is allowed.
func (b *Bot) whileHanded(s *session, low string) []reply {
	if b.wrong("talks_after_handover") {
		return one("Приём стоит 1500 ₽. Записать вас на завтра в 11:00?")
	}
	s.silentFor++
	if b.wrong("talks_on_third") && s.silentFor >= 3 {
		return one("Приём стоит 1500 ₽. На какой день вас записать?")
	}
	if s.notices > 0 {
		return []reply{}
	}
	s.notices++
	return one(b.say("with_specialist"))
}

func (b *Bot) emergency(s *session) []reply {
	b.escalate(s, roleDuty, "угроза жизни", "Срочно: угроза жизни")
	if b.wrong("no_emergency_number") {
		return one("Передаю ваш вопрос дежурному, он скоро ответит.")
	}
	if b.wrong("emergency_after_question") {
		return []reply{{Text: "Сколько вам лет и давно ли это началось?"}, {Text: b.say("emergency")}}
	}
	return one(b.say("emergency"))
}

func (b *Bot) handMedical(s *session, text string) []reply {
	role, reason, wording := roleDoctor, "медицинский вопрос", "to_doctor"
	if b.settings["бизнес"] == "салон" && b.settings["лицензия"] != "есть" {
		role, reason, wording = roleSpecialist, "противопоказания", "to_specialist" // a salon has no doctor
	}
	if b.wrong("licence_ignored") && role == roleDoctor {
		role = roleSpecialist
	}
	if b.wrong("handover_wrong_role") {
		role = roleAdmin
	}
	if b.wrong("handover_no_reason") {
		reason = ""
	}
	title := "Медицинский вопрос в чате"
	if role == roleSpecialist {
		title = "Вопрос о противопоказаниях в чате"
	}
	if reason == "" {
		title = "Ответить клиенту"
	}
	if b.wrong("symptom_in_crm") {
		title += ": " + text
	}
	switch {
	case b.wrong("handover_words_only"), b.wrong("handover_missing"):
	case b.wrong("handover_late"):
		b.later = func() { b.escalate(s, role, reason, title) }
	default:
		b.escalate(s, role, reason, title)
	}
	s.handed = true
	switch {
	case b.wrong("handover_missing"):
		s.handed = false
		return one("Какая услуга вас интересует?")
	case b.wrong("handover_last_word"):
		return one(b.say(wording) + " А пока попробуйте тёплый компресс и меньше двигайтесь.")
	case b.wrong("asks_anamnesis"):
		return one(b.say(wording) + " На каком вы сроке и какие лекарства принимаете?")
	case closed(b.now()) && !b.wrong("no_number_at_night"):
		return one(b.say("night") + " " + b.say(wording))
	}
	return one(b.say(wording))
}

// closed tells whether nobody is at work.
func closed(t time.Time) bool {
	return t.Weekday() == time.Sunday || t.Hour() < 9 || t.Hour() >= 21
}
