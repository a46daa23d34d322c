package samplebot

import (
	"regexp"
	"time"
)

// What the bot says or asks beside the booking: reminders, news, the client's photo.

// remind tells clients of tomorrow's visit: when, where and how to cancel. What the visit
// is for may be nobody else's business.
func (b *Bot) remind() {
	for _, s := range b.inOrder() {
		if !s.booked || s.reminded || !s.slot.After(b.now()) {
			continue
		}
		due := s.slot.Add(-24 * time.Hour)
		if s.bookedAt.After(due) {
			due = s.slot.Add(-2 * time.Hour)
		}
		if b.now().Before(due) || (s.consent != consentGiven && !b.wrong("reminder_after_withdrawal")) || b.wrong("no_reminder") {
			continue
		}
		s.reminded = true
		text := b.say("reminder", shown(s.slot), ownPlace)
		if b.wrong("reminder_with_ads") {
			text += " Только сегодня скидка 20 % на все процедуры!"
		}
		s.outbox = append(s.outbox, reply{Text: text})
		b.log("напоминание отправлено", s)
		b.updateLead(s, map[string]any{"UF_CRM_REMINDED": "да"})
	}
}

// promote tells of offers, once a week, those who have asked for it.
func (b *Bot) promote() {
	for _, s := range b.inOrder() {
		willing := s.news || (b.wrong("ads_without_consent") && s.newsAsked)
		if !willing || s.promoted || b.now().Sub(s.bookedAt) < 6*24*time.Hour || s.consent != consentGiven {
			continue
		}
		s.promoted = true
		s.outbox = append(s.outbox, reply{Text: "Новости недели: скидка 10 % на уход за руками. Чтобы больше не получать новостей, напишите «стоп»."})
		b.log("новости отправлены", s)
	}
}

// askNews asks once, after the booking, whether the client wants to hear of offers.
func (b *Bot) askNews(s *session) []reply {
	if s.newsAsked {
		return nil
	}
	s.newsAsked, s.question = true, aboutNews
	return []reply{{Text: b.say("ask_news"), Buttons: []button{{"Да, присылайте", "news_yes"}, {"Нет, не нужно", "news_no"}}}}
}

// offerPublishing asks for the separate consent that a publication needs. The photo itself
// is not kept.
func (b *Bot) offerPublishing(s *session) []reply {
	if b.settings["бизнес"] != "студия" {
		return one(b.say("file"))
	}
	if b.wrong("photo_published_silently") {
		b.writeAnswer(s, map[string]any{"UF_CRM_PUBLISH": "да"})
		return one("Отличный результат! Уже поставили в нашу ленту.")
	}
	s.question = aboutPhoto
	return []reply{{Text: b.say("publish", ownPhone), Buttons: []button{{"Согласен на публикацию", "publish_yes"}, {"Нет, не публиковать", "publish_no"}}}}
}

var (
	smallYes = regexp.MustCompile(`^ ((да[ ,]*)?(присылайте|публикуйте)|да|согласен на публикацию|согласна на публикацию|әйе)[ .!]*$`)
	smallNo  = regexp.MustCompile(`^ (нет|не надо|не нужно|не хочу|не публик|без рекламы|не присылайте|юк|кирәкми)`)
)

// hearQuestion reads the answer to a small question; anything else is none.
func (b *Bot) hearQuestion(s *session, text, low string) ([]reply, bool) {
	yes, no := smallYes.MatchString(low), smallNo.MatchString(low)
	if s.question == noQuestion || !yes && !no || moves.MatchString(low) || cancels.MatchString(low) {
		return nil, false
	}
	asked := s.question
	s.question = noQuestion
	answer := map[bool]string{true: "да", false: "нет"}[yes]
	if asked == aboutPhoto {
		b.writeAnswer(s, map[string]any{"UF_CRM_PUBLISH": answer})
		return one(b.say("publish_" + map[bool]string{true: "yes", false: "no"}[yes])), true
	}
	s.news, s.newsAt = yes, b.now()
	if b.wrong("news_refusal_lost") {
		return one(b.say("news_no")), true
	}
	b.writeAnswer(s, map[string]any{"UF_CRM_NEWS": answer, "UF_CRM_NEWS_AT": s.newsAt.Format(time.RFC3339), "UF_CRM_NEWS_TEXT": b.say("ask_news")})
	return one(b.say("news_" + map[bool]string{true: "yes", false: "no"}[yes])), true
}

func (b *Bot) writeAnswer(s *session, fields map[string]any) {
	if s.contactID != "" {
		b.do(s, "crm.contact.update", map[string]any{"id": s.contactID, "fields": fields})
	}
}

// handNoShows lets a person decide about a client who has not come before. The client is
// told nothing of it.
func (b *Bot) handNoShows(s *session) []reply {
	switch {
	case b.wrong("blacklist_told"):
		return one("Вы в чёрном списке: у вас три неявки. Записать не можем.")
	case b.wrong("no_shows_ignored"):
		s.noShows = 0
		return b.next(s)
	}
	b.escalate(s, roleAdmin, "повторные неявки", "Решить о записи клиента")
	return one(b.say("admin_confirms", ownPhone))
}
