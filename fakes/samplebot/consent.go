package samplebot

import (
	"fmt"
	"strings"
	"time"
)

const (
	ownPhone  = "+7 (843) 000-12-00" // the numbering plan has no such subscriber
	ownPlace  = "Казань, ул. Примерная, 1"
	policyURL = "https://salon.example.ru/policy"
	purpose   = "запись и связь по услуге"
)

// askConsent shows the request, with the text that the proof will quote.
func (b *Bot) askConsent(s *session) []reply {
	s.consent, s.askedN = consentAsked, s.askedN+1
	text := b.say("consent", policyURL)
	switch {
	case b.wrong("consent_incomplete"):
		text = "Дайте, пожалуйста, согласие на обработку персональных данных."
	case b.wrong("consent_bundled"):
		text += " Вы также соглашаетесь получать рекламную рассылку и новости об акциях."
	case b.wrong("consent_with_question"):
		text += " И сразу напишите ваше имя и номер телефона."
	case b.wrong("consent_implied"):
		s.asked, s.consent = text, consentGiven
		s.agreedAt, s.agreedBy, s.agreedTo = b.now(), "продолжение разговора", b.settings["версия политики"]
		return append(one("Продолжая разговор, вы соглашаетесь на обработку персональных данных. Политика: "+policyURL), b.next(s)...)
	}
	s.asked = text
	return []reply{{Text: text, Buttons: []button{{b.say("agree"), "consent_yes"}, {b.say("disagree"), "consent_no"}}}}
}

// hearConsent reads the answer to the request.
func (b *Bot) hearConsent(s *session, text, low string, pressed bool) []reply {
	evasive := b.wrong("evasive_is_consent") && hasAny(low, "ну ок", "👍", "ладно", "давайте")
	switch {
	case noWords.MatchString(low) || plainNo.MatchString(low):
		s.consent = consentRefused
		b.log("отказ от согласия", s)
		if b.wrong("refusal_ignored") {
			s.stage = wantsPhone
			return one("Хорошо. Оставьте, пожалуйста, ваш номер телефона, и мы вас запишем.")
		}
		if b.wrong("refusal_refuses") {
			return one("Без согласия обслуживание невозможно. Позвоните: " + ownPhone)
		}
		if b.wrong("no_other_contact") {
			return one("Хорошо, не сохраняю. До свидания.")
		}
		if b.wrong("refusal_troubles_people") {
			b.escalate(s, roleAdmin, "спор", "Клиент отказался от согласия")
		}
		return one(b.say("refused", ownPhone, ownPlace))
	case yesWords.MatchString(low) || evasive:
		before := *s
		s.consent, s.agreedAt, s.agreedTo = consentGiven, b.now(), b.settings["версия политики"]
		s.agreedBy = "слова «" + strings.Trim(strings.TrimSpace(low), " .!") + "»"
		if pressed {
			s.agreedBy = "нажата кнопка «" + strings.TrimSpace(text) + "»"
		}
		b.log("согласие получено", s, "version", s.agreedTo)
		if before.agreedTo != "" {
			b.renewProof(s, before)
		}
		return append(one(b.say("thanks_consent")), b.next(s)...)
	case policy.MatchString(low):
		return append(one(b.say("policy", policyURL)), b.askConsent(s)...)
	}
	b.log("не согласие", s)
	b.take(s, text, false) // kept in the memory of the conversation only
	if b.wrong("silence_is_consent") && s.askedN > 0 && b.now().Sub(baseOf(s, b)) > 20*time.Hour {
		s.consent, s.stage = consentGiven, wantsPhone
		return one("Напишите, пожалуйста, ваш номер телефона.")
	}
	if r, ok := b.facts(s, low); ok {
		return r
	}
	if s.askedN > 2 {
		return one(b.say("consent_short"))
	}
	return b.askConsent(s)
}

// outdated tells whether the client has agreed to another policy than that in force.
func (b *Bot) outdated(s *session) bool {
	return s.consent == consentGiven && s.agreedTo != "" && s.agreedTo != b.settings["версия политики"] && !b.wrong("old_consent_reused")
}

// renewProof writes the new consent on the card and keeps the one before as a record of
// its own.
func (b *Bot) renewProof(s *session, before session) {
	if s.contactID == "" {
		return
	}
	if !b.wrong("old_proof_overwritten") {
		b.do(s, "crm.timeline.comment.add", map[string]any{"fields": map[string]any{
			"ENTITY_TYPE": "contact", "ENTITY_ID": s.contactID,
			"COMMENT": "Прежнее согласие: политика " + before.agreedTo + ", получено " + before.agreedAt.Format(time.RFC3339) + ", " + before.agreedBy,
		}})
	}
	proof := b.proof(s)
	if b.wrong("versions_mixed") {
		proof["UF_CRM_POLICY"] = before.agreedTo
	}
	b.do(s, "crm.contact.update", map[string]any{"id": s.contactID, "fields": proof})
	if b.wrong("old_proof_overwritten") {
		b.updateLead(s, proof)
	}
}

// baseOf is when the conversation began, as far as the bot remembers.
func baseOf(s *session, b *Bot) time.Time {
	if s.agreedAt.IsZero() {
		return b.now().Add(-24 * time.Hour)
	}
	return s.agreedAt
}

// proof is what the CRM keeps about a consent.
func (b *Bot) proof(s *session) map[string]any {
	if b.wrong("consent_not_recorded") {
		return map[string]any{}
	}
	version, at, text := s.agreedTo, s.agreedAt.Format(time.RFC3339), s.asked
	switch {
	case b.wrong("consent_wrong_version"):
		version = "2026-03"
	case b.wrong("consent_without_zone"):
		at = s.agreedAt.Format("2006-01-02 15:04:05")
	case b.wrong("consent_other_text"):
		text = "Клиент согласен"
	}
	return map[string]any{
		"UF_CRM_CONSENT": "да", "UF_CRM_CONSENT_AT": at, "UF_CRM_CONSENT_CHANNEL": s.channel, "UF_CRM_CONSENT_TEXT": text,
		"UF_CRM_POLICY": version, "UF_CRM_PURPOSE": purpose, "UF_CRM_CONSENT_ACT": s.agreedBy, "UF_CRM_DIALOG": s.id,
	}
}

// withdraw stops the processing and plans the erasure.
func (b *Bot) withdraw(s *session) []reply {
	if b.wrong("withdrawal_ignored") {
		return one("Хорошо, ваше сообщение принято.")
	}
	now := b.now()
	s.consent = consentWithdrawn
	if s.contactID != "" && !b.wrong("withdrawal_not_recorded") {
		b.do(s, "crm.contact.update", map[string]any{"id": s.contactID, "fields": map[string]any{"UF_CRM_CONSENT": "отозвано", "UF_CRM_CONSENT_AT": now.Format(time.RFC3339)}})
	}
	days := 10
	if b.wrong("withdrawal_task_late") {
		days = 25
	}
	if !b.wrong("withdrawal_no_task") {
		b.task(s, roleData, "Отзыв согласия", workingDays(now, days))
	}
	b.promiseErasure(s)
	if !b.wrong("memory_after_withdrawal") {
		s.name, s.phone, s.email, s.digits = "", "", "", ""
	}
	s.agreedTo, s.news, s.question = "", false, noQuestion
	if !b.wrong("reminder_after_withdrawal") {
		delete(b.taken, key(s.slot))
		s.booked, s.slot, s.service, s.stage = false, time.Time{}, nil, idle
		s.contactID, s.leadID = "", ""
	}
	if b.wrong("asks_passport") {
		return one("Чтобы отозвать согласие, пришлите фото паспорта.")
	}
	return one(b.say("withdrawn"))
}

// erasure is a promise to destroy the data of a conversation.
type erasure struct {
	session       string
	contact, lead string
	due           time.Time
}

func (b *Bot) promiseErasure(s *session) {
	b.erasures = append(b.erasures, erasure{s.id, s.contactID, s.leadID, b.now().AddDate(0, 0, 29)})
}

// erase keeps the promises that have fallen due.
func (b *Bot) erase() {
	var later []erasure
	for _, e := range b.erasures {
		s := b.sessions[e.session]
		if s == nil || b.now().Before(e.due) {
			later = append(later, e)
			continue
		}
		b.remove(s, e)
		b.erased = append(b.erased, e)
		if s.contactID == e.contact {
			s.name, s.phone, s.email, s.contactID, s.leadID = "", "", "", "", ""
		}
		b.log("данные уничтожены", s)
	}
	b.erasures = later
	b.forgetOld()
}

func (b *Bot) remove(s *session, e erasure) {
	if e.lead != "" && !b.wrong("erasure_leaves_lead") {
		b.do(s, "crm.lead.delete", map[string]any{"id": e.lead})
	}
	if e.contact != "" {
		b.do(s, "crm.contact.delete", map[string]any{"id": e.contact})
	}
}

// checkBackups looks whether a restored backup has brought erased clients back.
func (b *Bot) checkBackups() {
	if b.wrong("backup_not_checked") {
		return
	}
	for _, e := range b.erased {
		if e.contact == "" {
			continue
		}
		s := b.sessions[e.session]
		found, err := b.crm.call("crm.contact.list", map[string]any{"filter": map[string]any{"ID": e.contact}, "select": []string{"ID"}})
		if rows, _ := found.([]any); err != nil || len(rows) == 0 || s == nil {
			continue
		}
		b.remove(s, e)
		b.log("удалённые данные вернулись из копии", s)
		b.notify(roleData, "Восстановлены удалённые данные клиента: удалены снова")
	}
}

// forgetOld drops the conversations that are older than the agreed term. The card in the
// CRM stays for its own purpose.
func (b *Bot) forgetOld() {
	var days int
	if _, err := fmt.Sscanf(b.settings["срок хранения переписки"], "%d", &days); err != nil || days <= 0 || b.wrong("old_chats_kept") {
		return
	}
	for _, s := range b.inOrder() {
		if !s.wiped && b.now().Sub(s.lastAt) > time.Duration(days)*24*time.Hour {
			s.wiped, s.digits, s.outbox, s.asked = true, "", nil, ""
			b.log("переписка удалена", s)
		}
	}
}

func workingDays(from time.Time, n int) time.Time {
	for n > 0 {
		from = from.AddDate(0, 0, 1)
		if d := from.Weekday(); d != time.Saturday && d != time.Sunday {
			n--
		}
	}
	return time.Date(from.Year(), from.Month(), from.Day(), 18, 0, 0, 0, from.Location())
}

// say is a wording of the set in use. A wording may use fewer of the values.
func (b *Bot) say(key string, values ...string) string {
	text := b.words[key]
	if text == "" {
		text = wordings[0][key]
	}
	for _, v := range values {
		text = strings.Replace(text, "%s", v, 1)
	}
	return text
}
