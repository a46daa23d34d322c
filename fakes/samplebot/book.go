package samplebot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// service is one row of the price list.
type service struct {
	name  string
	stems []string
	price int
}

var services = []service{
	{"маникюр", []string{"маник", "ногт", "ногот"}, 1800},
	{"снятие гель-лака", []string{"гель-лак", "гель лак"}, 500},
	{"педикюр", []string{"педик"}, 2200},
	{"брови", []string{"бров"}, 900},
	{"ресницы", []string{"ресниц"}, 2500},
	{"окрашивание", []string{"окраш", "покрас"}, 4500},
	{"стрижка", []string{"стриж"}, 1500},
	{"чистка лица", []string{"чистку на", "чистка лица"}, 3000},
	{"чистка зубов", []string{"чистк"}, 4500},
	{"лечебный массаж", []string{"массаж"}, 2000},
	{"приём ортодонта", []string{"ортодонт"}, 2500},
	{"приём невролога", []string{"невролог"}, 2500},
	{"приём лора", []string{"лор", "отоларинг"}, 2200},
	{"приём хирурга", []string{"хирург"}, 2400},
	{"приём терапевта", []string{"терапевт", "прием", "врач"}, 2000},
	{"пилатес", []string{"пилатес"}, 900},
	{"йога", []string{"йог"}, 800},
	{"растяжка", []string{"растяж"}, 800},
	{"танцы", []string{"танц"}, 700},
}

func serviceIn(low string) *service {
	for i := range services {
		for _, stem := range services[i].stems {
			if strings.Contains(low, " "+stem) || (len(stem) > 6 && strings.Contains(low, stem)) {
				return &services[i]
			}
		}
	}
	return nil
}

// book leads the conversation about a booking.
func (b *Bot) book(s *session, text, low string, pressed bool) []reply {
	if b.outdated(s) {
		s.consent = consentUnknown
		b.take(s, text, true)
		return append(one(b.say("policy_changed")), b.askConsent(s)...)
	}
	if s.consent == consentAsked {
		return b.hearConsent(s, text, low, pressed)
	}
	if s.booked || s.stage == wantsNewTime {
		if r, ok := b.change(s, text, low); ok {
			return r
		}
	}
	if r, ok := b.facts(s, low); ok {
		return r
	}
	phone := s.phone
	understood := b.take(s, text, true)
	if s.booked && phone != "" && s.phone != phone {
		return one(b.say("phone_corrected"))
	}
	switch {
	case s.consent == consentRefused:
		if b.wrong("refusal_ignored") {
			return one("Напишите, пожалуйста, ваш номер телефона.")
		}
		return one(b.say("refused", ownPhone, ownPlace))
	case s.consent == consentUnknown || s.consent == consentWithdrawn:
		if !understood && greets.MatchString(low) && s.service == nil {
			return one(b.say("hello"))
		}
		if s.consent == consentWithdrawn && b.wrong("memory_after_withdrawal") && s.name != "" {
			return append(one(s.name+", рады видеть вас снова!"), b.askConsent(s)...)
		}
		if s.consent == consentWithdrawn && b.wrong("withdrawn_card_updated") {
			for _, e := range b.erasures {
				b.do(s, "crm.contact.update", map[string]any{"id": e.contact, "fields": map[string]any{"COMMENTS": "Клиент снова пишет"}})
			}
		}
		if b.wrong("consent_not_asked") {
			s.consent, s.agreedAt = consentGiven, b.now()
			return b.next(s)
		}
		if b.wrong("consent_after_phone") && s.phone == "" {
			return one("Напишите, пожалуйста, ваш номер телефона.")
		}
		return b.askConsent(s)
	}
	if s.booked {
		switch {
		case thanked.MatchString(low):
			return one(b.say("welcome"))
		case greets.MatchString(low) && !understood:
			return one(b.say("hello_again"))
		}
		if !understood {
			return one(b.say("ask_admin", ownPhone))
		}
	}
	if s.stage == wantsYes {
		if plainNo.MatchString(low) {
			s.slot, s.stage = time.Time{}, wantsTime
			return b.next(s)
		}
		if plainYes.MatchString(low) || understood {
			return b.confirm(s)
		}
	}
	replies := b.next(s)
	if !understood && b.wrong("silent_when_lost") {
		return []reply{}
	}
	if !understood && s.stage == wantsService && len(replies) == 1 {
		if s.missed++; s.missed > 1 {
			b.escalate(s, b.unknownService(), "другая услуга", "Клиент спрашивает услугу, которой нет в списке")
			return one(b.say("unknown_service"))
		}
		replies[0].Text = b.say("not_understood") + " " + replies[0].Text
	}
	return replies
}

// facts answers the questions that interrupt any conversation, and goes on with it.
func (b *Bot) facts(s *session, low string) ([]reply, bool) {
	var text string
	switch {
	case prices.MatchString(low):
		asked := serviceIn(low)
		if asked == nil {
			asked = s.service
		}
		if asked == nil {
			asked = &services[0]
		}
		if b.wrong("price_unanswered") {
			return []reply{}, true
		}
		text = b.say("price", asked.name, strconv.Itoa(asked.price))
		if b.wrong("advice_in_price") {
			text += " И не бойтесь: при воспалении можно, хуже не станет."
		}
		if s.service == nil && !s.booked {
			s.service = asked
		}
	case places.MatchString(low):
		text = b.say("place", ownPlace, ownPhone)
	default:
		return nil, false
	}
	switch {
	case s.consent == consentGiven && !s.booked && s.stage > idle:
		return append(one(text), b.next(s)...), true
	case s.consent == consentUnknown && hasAny(low, "запиш", "записат", "хочу", "язылы"):
		b.take(s, low, false)
		return append(one(text), b.askConsent(s)...), true
	}
	return one(text), true
}

// next asks for what is still missing.
func (b *Bot) next(s *session) []reply {
	contactsFirst := b.options.Order == "contacts-first"
	if s.phone != "" && s.contactID == "" {
		b.saveContact(s)
	}
	if s.noShows >= 3 && !s.handed {
		return b.handNoShows(s)
	}
	if b.wrong("asks_complaints") && s.service != nil && s.slot.IsZero() && strings.HasPrefix(s.service.name, "приём") && s.stage != wantsTime {
		s.stage = wantsTime
		return append(one("Что вас беспокоит? Какие есть жалобы?"), b.offer(s)...)
	}
	switch {
	case contactsFirst && s.name == "":
		s.stage = wantsName
		return one(b.say("ask_name"))
	case contactsFirst && s.phone == "":
		s.stage = wantsPhone
		return one(b.say("ask_phone"))
	case s.service == nil:
		s.stage = wantsService
		return one(b.say("ask_service"))
	case s.slot.IsZero():
		s.stage = wantsTime
		return b.offer(s)
	case s.name == "":
		s.stage = wantsName
		return one(b.say("ask_name"))
	case s.phone == "":
		s.stage = wantsPhone
		return one(b.say("ask_phone"))
	case !s.booked:
		s.stage = wantsYes
		return []reply{{
			Text:    b.say("ask_yes", s.service.name, shown(s.slot)),
			Buttons: []button{{"Да, всё верно", "yes"}, {"Нет, другое время", "no"}},
		}}
	}
	return one(b.say("ask_admin", ownPhone))
}

func (b *Bot) offer(s *session) []reply {
	r := reply{Text: b.say("offer", s.service.name)}
	for _, t := range b.free() {
		r.Buttons = append(r.Buttons, button{shown(t), t.Format(time.RFC3339)})
	}
	if b.wrong("others_slot_shown") {
		for _, o := range b.inOrder() {
			if o != s && o.booked {
				return one("Это время занято: " + o.name + ", " + o.phone + ". Напишите другое.")
			}
		}
	}
	if len(r.Buttons) == 0 {
		return one(b.say("no_slots", ownPhone))
	}
	if s.wanted != "" {
		r.Text = b.say("taken") + " " + r.Text
		s.wanted = ""
	}
	return []reply{r}
}

// free lists the slots that nobody has taken: those of the settings, or the usual ones.
func (b *Bot) free() []time.Time {
	var out []time.Time
	add := func(t time.Time) {
		if _, taken := b.taken[key(t)]; (!taken || b.wrong("double_booking")) && t.After(b.now()) {
			out = append(out, t.In(kazan))
		}
	}
	if set := b.settings["свободное время"]; set != "" {
		for _, part := range strings.Split(set, ",") {
			if t, err := time.Parse(time.RFC3339, strings.TrimSpace(part)); err == nil {
				add(t)
			}
		}
		return out
	}
	for day := 1; day <= 4; day++ {
		for _, hour := range []int{11, 15, 19} {
			n := b.now().AddDate(0, 0, day)
			add(time.Date(n.Year(), n.Month(), n.Day(), hour, 0, 0, 0, kazan))
		}
	}
	return out
}

func key(t time.Time) string { return t.UTC().Format(time.RFC3339) }

var (
	clockWords = regexp.MustCompile(`(\d{1,2})[:.-](\d{2})|(?: в | к )(\d{1,2})(?: |$|[,.!])|(\d{1,2})д[әа] `)
	weekdayOf  = []struct {
		stem string
		day  time.Weekday
	}{
		{"понедельник", 1}, {" пн", 1}, {"вторник", 2}, {" вт", 2}, {"сред", 3}, {" ср ", 3}, {"четверг", 4}, {" чт", 4},
		{"пятниц", 5}, {" пт", 5}, {"суббо", 6}, {" сб", 6}, {"воскрес", 0}, {" вс", 0},
	}
	months = []string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	dated  = regexp.MustCompile(`(\d{1,2}) (января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)`)
)

// slotIn finds the free slot that a message names.
func (b *Bot) slotIn(low string) (time.Time, bool) {
	free := b.free()
	if hasAny(low, "первое", "ближайш", "любое") && len(free) > 0 {
		return free[0], true
	}
	day, hasDay := b.dayIn(low)
	hour, minute, hasTime := hourIn(low)
	if !hasDay && !hasTime {
		return time.Time{}, false
	}
	for _, t := range free {
		if hasDay && (t.YearDay() != day.YearDay() || t.Year() != day.Year()) {
			continue
		}
		if hasTime && (t.Hour() != hour || t.Minute() != minute) {
			continue
		}
		if !hasTime && !hasAny(low, "утр", "днем", "вечер", "кич", "иртән") {
			return time.Time{}, false // a day alone is too little
		}
		return t, true
	}
	return time.Time{}, false
}

func (b *Bot) dayIn(low string) (time.Time, bool) {
	now := b.now()
	switch {
	case hasAny(low, "послезавтра"):
		return now.AddDate(0, 0, 2), true
	case hasAny(low, "завтра", "иртәгә"):
		return now.AddDate(0, 0, 1), true
	case hasAny(low, "сегодня", "бүген"):
		return now, true
	}
	if m := dated.FindStringSubmatch(low); m != nil {
		d, _ := strconv.Atoi(m[1])
		for i, name := range months {
			if name == m[2] {
				return time.Date(now.Year(), time.Month(i+1), d, 0, 0, 0, 0, kazan), true
			}
		}
	}
	for _, w := range weekdayOf {
		if strings.Contains(low, w.stem) {
			days := (int(w.day) - int(now.Weekday()) + 7) % 7
			if days == 0 {
				days = 7
			}
			return now.AddDate(0, 0, days), true
		}
	}
	return time.Time{}, false
}

func hourIn(low string) (hour, minute int, ok bool) {
	m := clockWords.FindStringSubmatch(low)
	if m == nil {
		return 0, 0, false
	}
	hour, _ = strconv.Atoi(m[1] + m[3] + m[4])
	minute, _ = strconv.Atoi(m[2])
	return hour, minute, hour < 24 && minute < 60
}

func shown(t time.Time) string {
	days := []string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"}
	return fmt.Sprintf("%s, %d %s, %02d:%02d", days[t.Weekday()], t.Day(), months[t.Month()-1], t.Hour(), t.Minute())
}

// confirm takes the slot and writes the request down.
func (b *Bot) confirm(s *session) []reply {
	if owner, taken := b.taken[key(s.slot)]; taken && owner != s.id && !b.wrong("double_booking") {
		s.slot, s.wanted = time.Time{}, "taken"
		return b.next(s)
	}
	b.taken[key(s.slot)] = s.id
	s.booked, s.stage = true, idle
	s.bookedAt, s.reminded = b.now(), false
	b.tellOutside(s)
	b.metrics.bookings++
	saved := b.saveLead(s)
	if s.child && !b.wrong("authority_not_checked") {
		b.escalate(s, roleAdmin, "полномочия представителя", "Проверить полномочия представителя на приёме")
		s.handed = false // the booking goes on
	}
	if !saved && !b.wrong("promises_what_failed") {
		return one(b.say("accepted", s.service.name, shown(s.slot), ownPhone))
	}
	text := b.say("booked", s.service.name, shown(s.slot), ownPlace)
	if b.wrong("phone_in_reply") {
		text += " Ваш номер: " + s.phone
	}
	return append(one(text), b.askNews(s)...)
}

// change moves or cancels a booking.
func (b *Bot) change(s *session, text, low string) ([]reply, bool) {
	switch {
	case cancels.MatchString(low):
		delete(b.taken, key(s.slot))
		s.booked, s.stage, s.slot = false, idle, time.Time{}
		b.updateLead(s, map[string]any{"STATUS_ID": "JUNK", "COMMENTS": "Клиент отменил запись"})
		s.service = nil
		return one(b.say("cancelled")), true
	case moves.MatchString(low) || s.stage == wantsNewTime:
		t, ok := b.slotIn(low)
		if !ok {
			s.stage = wantsNewTime
			return b.offer(s), true
		}
		delete(b.taken, key(s.slot))
		s.slot, s.stage = t, idle
		s.bookedAt, s.reminded = b.now(), false
		b.taken[key(t)] = s.id
		if b.wrong("move_makes_second_lead") {
			s.leadID = ""
			b.saveLead(s)
		} else {
			b.updateLead(s, map[string]any{"UF_CRM_VISIT": t.Format(time.RFC3339), "COMMENTS": "Клиент перенёс запись"})
		}
		return one(b.say("moved", s.service.name, shown(t), ownPlace)), true
	}
	return nil, false
}
