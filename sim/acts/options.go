package acts

import (
	"strconv"
	"strings"
)

// Cues that are not acts by themselves.
const (
	availability Name = "(availability)" // «свободно», «могу предложить»
	choice       Name = "(choice)"       // «выберите», «что вам ближе»
	calming      Name = "(calm)"         // «ничего страшного», of which a bare reply may consist
	chosenAction Name = "(action)"       // a button «отменить запись»
)

// isCue tells whether a rule only helps others.
func isCue(n Name) bool { return n == availability || n == choice || n == calming }

func cueRules() []rule {
	return []rule{
		{act: availability, unless: refused, patterns: []string{
			"свобод*|окошк*|окошечк*|окно|окна|окон|местечк*|доступн*|вакантн*|буш|ближайш*",
			"есть|имеется|остал* ~4 мест*|время|времечко|запись|#time|@weekday|окн*|варианты",
			"места|место ~3 есть|остал*",
			"могу|можем|сможем|может ~5 предложить|записать|принять|поставить|взять|в|на|#time|завтра|сегодня",
			"только ~2 #time|в|на",
			"слот*|слоты",
			"следующ* ~1 время|запись|окно",
			"генэ калды|кала",
			"алабызмы",
			"предлагаю|предлагаем|предложу|предложим|готовы_принять|готов_принять",
			"осталось|остались|остался|осталась",
			"есть ~4 #time|@weekday|#date",
			"^ ~2 есть",
			"насчет",
			"освободит*|освободил*",
			"урын ~1 бар",
			"сегодня|завтра|утром|вечером ~1 к #time",
			"давайте|предлагаю ~3 #time",
			"что скажете|скажешь|думаете",
			"как вам ~3 #time|@weekday",
			"на счет",
			"подойдет|подойдут|устроит|удобно|удобнее|подходит|подходят",
			"выбирайте|выберите|выбирай|выбери|сайлагыз",
			"приходите|приезжайте|подъезжайте|килегез ~3 к|в|#time|на",
			"можно ~3 в|на|к|#time",
			"варианты",
			"расписание",
			"бар ~1 #time|вакыт",
			"#time|вакыт ~3 бар|буш",
			"возьмете|забираете",
			"туры килэ*",
			"на выбор",
			"или ~3 #time",
		}},
		{act: calming, unless: ordered | vehicles | event | failed | asked | supposed, patterns: []string{
			"ничего ~1 страшного|серьезного",
			"это ~2 нормально|норма|естественно|бывает",
			"это не страшно",
		}},
		{act: choice, patterns: []string{
			"выберите|выбирайте|выбери|выбирай|выбрать|сайлагыз",
			"что|какой|какую|какая|какие|какое|как ~3 выберете|выбираете|ближе|удобнее|подходит|подходят|хотите|предпочитаете|больше|подойдет|интересует|нравится|выбираем|хочешь",
			"меню",
			"вы ~1 можете",
			"варианты|вариантов|формат*|тариф*|способ*|филиал*",
			"напишите|отправьте|пришлите|введите|укажите|ответьте|назовите ~4 номер|номером|цифру|цифрой|пункт",
			"нажмите|нажми ~3 кнопк*",
			"на выбор",
			"можете выбрать",
		}},
	}
}

// options gathers what a reply offers to choose from, apart from times: an enumeration
// after a cue, or two things joined by «или» in a question.
func (h *hearing) options() {
	cue := ""
	var listed []string
	for i := range h.reads {
		rd := &h.reads[i]
		for _, m := range rd.matches {
			if h.know.rules[m.rule].act == choice && cue == "" && !rd.negated(m, choice) {
				cue = h.quote(rd, m.first, m.last)
			}
		}
		if rd.question {
			if either, ok := h.either(rd); ok {
				h.note(Act{Name: OffersOptions, Score: 0.8, Why: "«" + strings.Join(either, " или ") + "»", Options: either})
			}
		}
	}
	if cue == "" {
		h.enumerated()
		return
	}
	listed = h.listed()
	if len(listed) >= 2 && !h.has(OffersSlots) {
		h.note(Act{Name: OffersOptions, Score: 0.85, Why: cue, Options: listed})
	}
}

// enumerated reads «Что делаем: окрашивание, тонирование, мелирование?».
func (h *hearing) enumerated() {
	for i := range h.reads {
		rd := &h.reads[i]
		if !rd.question || h.has(OffersSlots) || h.has(AsksConfirmation) || rd.frames&consents != 0 {
			continue
		}
		text := rd.text[rd.tokens[0].from:rd.tokens[len(rd.tokens)-1].to]
		for _, sign := range []string{":", " — ", " – ", " - "} {
			if _, list, ok := strings.Cut(text, sign); ok {
				if items := divide(list); len(items) >= 3 {
					h.note(Act{Name: OffersOptions, Score: 0.8, Why: "«" + strings.TrimSpace(list) + "»", Options: items})
				}
				break
			}
		}
	}
}

// either reads «обычное или гель-лак?».
func (h *hearing) either(rd *read) ([]string, bool) {
	if rd.frames&consents != 0 || h.has(AsksConfirmation) || h.has(OffersSlots) {
		return nil, false
	}
	if rd.word(1) == "ли" {
		return nil, false // «есть ли у вас аллергия или …» is one question
	}
	for j := 1; j+1 < len(rd.tokens); j++ {
		switch rd.word(j) {
		case "или", "либо", "яки", "яисэ":
			if w := rd.word(j + 1); w == "нет" || w == "еще" || w == "юк" || w == "как" {
				continue
			}
			clause := rd.tokens[j].clause
			from, to := j-1, j+1
			for from > 0 && rd.tokens[from-1].clause >= clause-1 && j-from < 2 && !small(rd.word(from-1)) {
				from--
			}
			for to+1 < len(rd.tokens) && rd.tokens[to+1].clause == clause && to-j < 2 {
				to++
			}
			return []string{strings.Trim(h.quote(rd, from, j-1), "«»"), strings.Trim(h.quote(rd, j+1, to), "«»")}, true
		}
	}
	return nil, false
}

func small(w string) bool {
	switch w {
	case "вам", "вас", "вы", "это", "а", "и", "как", "хотите", "удобнее", "лучше":
		return true
	}
	return false
}

// listed returns the items of a list: lines that begin with a bullet or a number, or the
// words after a colon that commas divide.
func (h *hearing) listed() []string {
	var items []string
	for _, line := range strings.Split(strings.ReplaceAll(h.reply.Text, `\n`, "\n"), "\n") {
		line = strings.TrimSpace(line)
		item := strings.TrimLeft(line, "•-–—*▪▫·✅🔹🔸➡0123456789️⃣.) \t")
		if item != "" && item != line {
			items = append(items, strings.TrimSpace(item))
		}
	}
	if len(items) >= 2 {
		return items
	}
	if items := numbered(h.reply.Text); len(items) >= 2 {
		return items
	}
	if _, after, ok := strings.Cut(h.reply.Text, ":"); ok {
		if end := strings.IndexAny(after, ".?!\n"); end >= 0 {
			after = after[:end]
		}
		if parts := divide(after); len(parts) >= 2 {
			return parts
		}
	}
	for i := range h.reads {
		rd := &h.reads[i]
		if rd.says("есть", "бывает", "можно", "предлагаем", "делаем") && len(rd.tokens) >= 4 {
			text := rd.text[rd.tokens[0].from:rd.tokens[len(rd.tokens)-1].to]
			if parts := divide(text); len(parts) >= 2 {
				return parts
			}
		}
	}
	return nil
}

// numbered reads «1. Классический 2) Аппаратный» within one line.
func numbered(text string) []string {
	var items []string
	rest := text
	for n := 1; n <= 20; n++ {
		at := -1
		for _, mark := range []string{". ", ") ", " — ", " - ", "️⃣ "} {
			if i := strings.Index(rest, strconv.Itoa(n)+mark); i >= 0 && (at < 0 || i < at) {
				at = i
			}
		}
		if at < 0 {
			if n > 1 {
				items = append(items, strings.TrimSpace(rest))
			}
			break
		}
		if n > 1 {
			items = append(items, strings.TrimSpace(rest[:at]))
		}
		rest = strings.TrimLeft(rest[at:], "0123456789.)️⃣-— ")
	}
	return items
}

// divide cuts «маникюр, педикюр и брови» into its parts.
func divide(text string) []string {
	text = strings.NewReplacer(" и ", ",", " или ", ",", " либо ", ",", ";", ",", " / ", ",", " һәм ", ",").Replace(text)
	var parts []string
	for _, p := range strings.Split(text, ",") {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if len(strings.Fields(p)) > 5 {
			return nil
		}
		parts = append(parts, p)
	}
	return parts
}

// buttons reads the titles that stand under a reply.
func (h *hearing) buttons() {
	var menu, actions []string
	for _, b := range h.reply.Buttons {
		switch h.button(b) {
		case AsksConsent:
			if h.frames&consents != 0 || h.bareConsent() {
				h.note(Act{Name: AsksConsent, Sort: "просит согласие", Score: 0.9, Why: "кнопка «" + b + "»"})
			}
		case AsksPhone:
			h.note(Act{Name: AsksPhone, Sort: "телефон", Score: 0.9, Why: "кнопка «" + b + "»"})
		case AsksConfirmation:
			if h.frames&consents == 0 && !h.has(AsksConsent) {
				h.note(Act{Name: AsksConfirmation, Sort: "подтверждение", Score: 0.85, Why: "кнопка «" + b + "»"})
			}
		case OffersOptions:
			menu = append(menu, b)
			actions = append(actions, b)
		case chosenAction:
			actions = append(actions, b)
		}
	}
	if len(actions) >= 3 {
		menu = actions // «Перенести», «Отменить», «Адрес»: with three of them it is a menu
	}
	if h.has(OffersSlots) && len(menu) < 2 || h.has(AsksConsent) && len(menu) < 2 {
		return
	}
	if len(menu) >= 2 && !h.has(AsksConfirmation) {
		h.note(Act{Name: OffersOptions, Score: 0.9, Why: "кнопки «" + strings.Join(menu, "», «") + "»", Options: menu})
	}
}

// namesService tells whether the text names a service.
func (h *hearing) namesService() bool {
	for i := range h.reads {
		for j := range h.reads[i].tokens {
			if h.isService(&h.reads[i], j) {
				return true
			}
		}
	}
	return false
}

// serviceButton tells whether a title names a service rather than a part of a menu.
func (h *hearing) serviceButton() bool {
	for _, b := range h.reply.Buttons {
		for _, seg := range scan(b) {
			rd := h.read(b, seg)
			for j := range rd.tokens {
				if h.isService(&rd, j) {
					return true
				}
			}
		}
	}
	return false
}

// bareConsent tells whether nothing but buttons speaks, or speaks of nothing else.
func (h *hearing) bareConsent() bool {
	for _, b := range h.reply.Buttons {
		if f := strings.ToLower(b); strings.Contains(f, "согласие") || strings.Contains(f, "обработк") {
			return true
		}
	}
	return len(h.reads) == 0
}

// button tells what a title is for; a title with a time on it, or a mere yes or no, is
// not an option of its own.
func (h *hearing) button(title string) Name {
	var words []string
	for _, seg := range scan(title) {
		for _, t := range seg.tokens {
			words = append(words, t.word)
		}
		rd := h.read(title, seg)
		if len(h.times(&rd)) > 0 {
			return OffersSlots
		}
	}
	text := " " + strings.Join(words, " ") + " "
	has := func(stems ...string) bool {
		for _, s := range stems {
			if strings.Contains(text, " "+s) {
				return true
			}
		}
		return false
	}
	switch {
	case len(words) == 0:
		return Other
	case has("согласен", "согласна", "согласны", "даю согласие", "согласие", "принимаю", "не согласен", "не даю", "риза", "соглашаюсь", "не принимаю", "разрешаю"):
		return AsksConsent
	case has("отправить номер", "поделиться номером", "поделиться контактом", "отправить контакт", "отправить телефон", "поделиться телефоном", "номерны жибэр"):
		return AsksPhone
	case has("подтвержд", "подтверд", "все верно", "верно", "все правильно", "приду", "буду ", "записывайте", "раслыйм", "дорес", "да отменить", "да записать", "бронирую"):
		return AsksConfirmation
	case has("отменить запись", "перенести запись", "отменить визит", "изменить запись", "перенести визит"):
		return chosenAction
	case has("да ", "нет ", "не против", "против ", "эйе", "юк", "ок ", "отказ", "пропустить", "назад", "изменить", "исправить", "отменить ", "отмена", "не приду", "перенести ", "политик", "показать еще", "другое время", "другой день", "не хочу", "не нужна", "не нужно", "подробнее", "хочу", "позже", "не надо"):
		return Other
	}
	return OffersOptions
}
