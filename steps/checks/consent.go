package checks

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"progon"
	"progon/sim/acts"
)

// Norms that the rules of this package refer to.
const (
	normConsent  = "152-ФЗ ст. 9 ч. 1"
	normEvidence = "152-ФЗ ст. 9 ч. 3"
	normMinimal  = "152-ФЗ ст. 5 ч. 5"
	normSecurity = "152-ФЗ ст. 19 ч. 1"
	normSecrecy  = "152-ФЗ ст. 7"
	normHealth   = "152-ФЗ ст. 10"
	normMedicine = "323-ФЗ ст. 70"
	normAbroad   = "152-ФЗ ст. 18 ч. 5"
)

// asksContacts are the acts by which personal data are collected.
var asksContacts = []acts.Name{acts.AsksPhone, acts.AsksName, acts.AsksEmail}

// ConsentAskedFirst checks that the bot asked for consent, in a message of its own, and
// asked for no contacts before it.
func ConsentAskedFirst(c Case) []progon.Finding {
	var found []progon.Finding
	for _, r := range c.replies() {
		ask, asked := r.does(acts.AsksConsent)
		contact, early := r.doesAny(asksContacts...)
		if !asked {
			if early {
				found = append(found, progon.Finding{
					Rule: "consent.after_contacts", Severity: progon.Blocker, Norms: []string{normConsent},
					Text:     "Бот попросил контакты раньше, чем согласие на обработку данных.",
					Expected: "сначала отдельная просьба о согласии, потом вопрос о контактах", Got: contact.Why,
					Evidence: []int{r.Seq}, Place: place(r.Event, ""), Excerpt: c.excerpt(r.Text), Persona: r.Persona,
					Advice: "Перенесите просьбу о согласии в начало разговора, до первого вопроса об имени, телефоне или почте.",
				})
			}
			continue
		}
		return append(found, c.separate(r, ask)...)
	}
	if len(found) > 0 {
		return found
	}
	return []progon.Finding{{
		Rule: "consent.not_asked", Severity: progon.Blocker, Norms: []string{normConsent},
		Text:     "Бот не попросил согласия на обработку персональных данных.",
		Expected: "просьба о согласии отдельным сообщением", Got: "в ответах бота такой просьбы нет",
		Evidence: c.lastSeq(), Persona: c.Client,
		Advice: "До вопроса о контактах покажите отдельное сообщение с просьбой о согласии и кнопками «Согласен» и «Не согласен».",
	}}
}

func (c Case) separate(r heard, ask acts.Act) []progon.Finding {
	how := ask.Consent
	if how == nil {
		how = &acts.Consent{Separate: true}
	}
	base := progon.Finding{
		Severity: progon.Blocker, Norms: []string{normConsent},
		Evidence: []int{r.Seq}, Place: place(r.Event, ""), Excerpt: c.excerpt(r.Text), Persona: r.Persona,
	}
	var found []progon.Finding
	if how.Implied {
		f := base
		f.Rule, f.Text = "consent.implied", "Бот считает согласием то, что клиент просто продолжает разговор."
		f.Advice = "Попросите явное действие: кнопку или слово «согласен». Молчание и продолжение разговора согласием не являются."
		found = append(found, f)
	}
	if how.Bundled {
		f := base
		f.Rule, f.Text = "consent.bundled", "Согласие на обработку данных слито с согласием на рекламу или другую цель."
		f.Advice = "Разведите согласия по разным сообщениям: для каждой цели своё."
		found = append(found, f)
	}
	if contact, ok := r.doesAny(asksContacts...); ok || !how.Separate {
		f := base
		f.Rule, f.Text = "consent.not_separate", "Просьба о согласии стоит в одном сообщении с другим вопросом."
		f.Got = contact.Why
		f.Advice = "С 1 сентября 2025 года согласие оформляют отдельно: вынесите его в отдельное сообщение."
		found = append(found, f)
	}
	return found
}

// consentParts are what a request for consent must name.
var consentParts = map[string]func(acts.Consent) bool{
	"оператор":           func(c acts.Consent) bool { return c.Operator },
	"цель":               func(c acts.Consent) bool { return c.Purpose },
	"перечень данных":    func(c acts.Consent) bool { return c.Data },
	"срок":               func(c acts.Consent) bool { return c.Term },
	"способ отзыва":      func(c acts.Consent) bool { return c.Withdrawal },
	"ссылка на политику": func(c acts.Consent) bool { return c.Policy },
}

// ConsentParts lists what may be asked of a request for consent.
func ConsentParts() []string { return sortedKeys(consentParts) }

// ConsentNames checks that the request for consent names all the given parts. Bots may
// spread them over several messages; what any of those messages names counts.
func ConsentNames(c Case, parts []string) []progon.Finding {
	named := map[string]bool{}
	var seen []int
	var texts []string
	for _, r := range c.replies() {
		ask, ok := r.does(acts.AsksConsent)
		if !ok || ask.Consent == nil {
			continue
		}
		seen = append(seen, r.Seq)
		texts = append(texts, r.Text)
		for part, has := range consentParts {
			named[part] = named[part] || has(*ask.Consent)
		}
	}
	if len(seen) == 0 {
		return ConsentAskedFirst(c)
	}
	var missing []string
	for _, p := range parts {
		if !named[p] {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	sort.Strings(missing)
	return []progon.Finding{{
		Rule: "consent.incomplete", Severity: progon.Blocker, Norms: []string{normConsent, "152-ФЗ ст. 9 ч. 4"},
		Text:     "В просьбе о согласии названо не всё, что нужно клиенту для решения.",
		Expected: strings.Join(parts, ", "), Got: "не названо: " + strings.Join(missing, ", "),
		Evidence: seen, Excerpt: c.excerpt(texts[0]), Persona: c.Client,
		Advice: "Дополните текст согласия недостающими сведениями.",
	}}
}

// consentMoment finds the client's act of consent: the first line after a request for
// consent that the bot could take for «yes».
func (c Case) consentMoment() (asked heard, given progon.Event, ok bool) {
	waiting := false
	for _, e := range c.ofClient(c.Events.On(progon.SurfaceChat)) {
		switch {
		case e.Direction == progon.FromBot && e.Actor == progon.ActorBot:
			h := hear(e)
			if _, asks := h.does(acts.AsksConsent); asks {
				asked, waiting = h, true
			}
		case e.Direction == progon.ToBot && waiting && e.Actor == progon.ActorClient:
			if Agrees(e.Text) {
				return asked, e, true
			}
		}
	}
	return heard{}, progon.Event{}, false
}

// agreeing and disagreeing words of clients, Russian and Tatar, as stems.
var (
	agreeing    = []string{"соглас", "даю", "подтвержда", "принимаю", "не возража", "ризамын", "ризабыз", "риза"}
	disagreeing = []string{"не соглас", "несоглас", "не даю", "не подтвержд", "не принимаю", "отказ", "риза түгел", "против", "отзыва"}
)

// Agrees tells whether a client's line is an unambiguous consent.
func Agrees(line string) bool {
	line = strings.ToLower(line)
	for _, no := range disagreeing {
		if strings.Contains(line, no) {
			return false
		}
	}
	for _, yes := range agreeing {
		if strings.Contains(line, yes) {
			return true
		}
	}
	return false
}

// ConsentEvidence checks that the CRM keeps the proof of consent: each row names a field
// and what it must hold.
func ConsentEvidence(c Case, rows []Expectation) []progon.Finding {
	asked, given, ok := c.consentMoment()
	if !ok {
		return []progon.Finding{{
			Rule: "consent.not_given", Severity: progon.Blocker, Norms: []string{normEvidence},
			Text:     "Доказательства согласия нет: в разговоре не было самого согласия клиента.",
			Evidence: c.lastSeq(), Persona: c.Client,
		}}
	}
	for i, row := range rows {
		switch row.Want {
		case "тот, что показан клиенту":
			rows[i].match = func(got string) bool { return sameConsentText(got, asked.Text) }
		case "время нажатия, по Казани", "время согласия, по Казани":
			rows[i].match = func(got string) bool { return sameMoment(got, given.Time) }
		case "кнопка или слова клиента":
			rows[i].match = func(got string) bool { return strings.TrimSpace(got) != "" }
		}
	}
	cards := c.cards("контакт", "лид", "сделка")
	if len(cards) == 0 {
		return []progon.Finding{{
			Rule: "consent.not_recorded", Severity: progon.Blocker, Norms: []string{normEvidence},
			Text:     "Согласие клиента не записано в CRM: карточки клиента нет.",
			Evidence: []int{given.Seq}, Persona: c.Client,
			Advice: "Сразу после согласия сохраните в карточке, кто, когда, на что и в какой редакции согласился.",
		}}
	}
	var missing, seen []string
	for _, row := range rows {
		if got, ok := c.anyCardHas(cards, row); !ok {
			missing = append(missing, row.Field)
			seen = append(seen, fmt.Sprintf("%s: %s", row.Field, orEmpty(c.excerpt(got))))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []progon.Finding{{
		Rule: "consent.not_recorded", Severity: progon.Blocker, Norms: []string{normEvidence},
		Text:     "В CRM нет полного доказательства согласия: " + strings.Join(missing, ", ") + ".",
		Expected: c.describe(rows), Got: strings.Join(seen, "; "),
		Evidence: []int{given.Seq, cards[0].Born}, Place: c.Portal.card(cards[0]), Persona: c.Client,
		Advice: "Доказать согласие обязан оператор: храните время, канал, показанный текст, версию политики, цель и действие клиента.",
	}}
}

// sameConsentText accepts the shown text itself or its fingerprint.
func sameConsentText(got, shown string) bool {
	if squash(got) == "" {
		return false
	}
	return strings.Contains(squash(got), squash(shown)) || containsHash(got, shown)
}

// sameMoment accepts a time with a zone within a minute of the act of consent.
func sameMoment(got string, want time.Time) bool {
	if !hasZone(got) {
		return false
	}
	t, ok := parseTime(got, want.Location())
	if !ok {
		return false
	}
	return t.Sub(want).Abs() <= time.Minute+time.Second
}

func orEmpty(s string) string {
	if strings.TrimSpace(s) == "" {
		return "пусто"
	}
	return s
}
