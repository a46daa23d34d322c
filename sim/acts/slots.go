package acts

import "strings"

// slots gathers the times that a reply offers. A time is offered where it is said to be
// free, where it answers a cue above it in a list, or where it stands on a button.
func (h *hearing) slots() {
	var options []string
	why := ""
	cue := h.cued() // the reply says somewhere what its times are
	for i := range h.reads {
		rd := &h.reads[i]
		times := h.times(rd)
		own := h.availability(rd)
		if len(times) == 0 {
			continue
		}
		if rd.frames&(hours|cancelled) != 0 && !rd.says("свобод", "окош", "окно", "окна", "мест", "предлож", "буш", "слот") {
			continue
		}
		if h.settled(rd) {
			continue
		}
		if !own && !cue {
			continue
		}
		if why == "" {
			why = "«" + times[0] + "»"
		}
		options = append(options, times...)
	}
	if len(options) == 0 {
		options, why = h.allTimes()
	}
	if buttons := h.timeButtons(); len(buttons) > 0 {
		options = append(options, buttons...)
		if why == "" {
			why = "кнопка «" + buttons[0] + "»"
		}
	}
	if len(options) == 0 {
		return
	}
	h.note(Act{Name: OffersSlots, Score: 0.9, Why: why, Options: options})
}

// cued tells whether any sentence says that something is free or asks to choose. It may
// stand before the times or after them: «14 мая — 10:00, 12:00. Что удобно?».
func (h *hearing) cued() bool {
	for i := range h.reads {
		if h.availability(&h.reads[i]) {
			return true
		}
	}
	return false
}

// allTimes gathers times that nothing explains. Two or more of them in a row, with days
// and without a timetable, are an offer: «Терапевт: 14 мая 8:20, 14 мая 8:40».
func (h *hearing) allTimes() (options []string, why string) {
	for i := range h.reads {
		rd := &h.reads[i]
		if rd.frames&(hours|cancelled) != 0 || h.settled(rd) || rd.says("начин", "длит", "идет", "идут", "проход", "обед", "перерыв", "смен", "каждый", "по") {
			continue
		}
		if rd.has(kindTime) {
			options = append(options, h.times(rd)...)
		}
	}
	if len(options) < 2 {
		return nil, ""
	}
	return options, "«" + options[0] + "»"
}

// availability tells whether a segment says that something is free.
func (h *hearing) availability(rd *read) bool {
	for _, m := range rd.matches {
		if r := &h.know.rules[m.rule]; r.act == availability && rd.frames&r.unless == 0 {
			return true
		}
	}
	return false
}

// settled tells whether a segment speaks of a visit that is already agreed on, or asks
// to agree to one.
func (h *hearing) settled(rd *read) bool {
	for _, m := range rd.matches {
		if act := h.know.rules[m.rule].act; (act == ConfirmsBooking || act == AsksConfirmation) && h.holds(rd, m) {
			return true
		}
	}
	return false
}

// times lists the clock times of a segment with the day that stands before them.
func (h *hearing) times(rd *read) []string {
	var out []string
	day := -1
	for j := 0; j < len(rd.tokens); j++ {
		t := rd.tokens[j]
		if h.isDay(rd, j) {
			if day < 0 || day < j-2 {
				day = j
			}
			continue
		}
		last := j
		switch {
		case t.kind&kindTime != 0 && (t.kind == kindTime || h.clockWord(rd, j)):
		case t.kind&kindNumber != 0 && t.value >= 1 && t.value <= 23 && t.value == float64(int(t.value)) && h.clock(rd, j, &last):
		case t.kind&kindWord != 0 && h.spelledHour(rd, j, &last):
		default:
			continue
		}
		if h.spans(rd, j) {
			j++
			continue
		}
		first := j
		if day >= 0 && j-day <= 4 {
			first = day
		}
		out = append(out, strings.Trim(h.quote(rd, first, last), "«»"))
	}
	if len(out) == 0 && day >= 0 && rd.says("как насчет", "насчет", "свобод", "окош", "предлож", "мест") && !rd.says("нет", "занят") {
		out = append(out, strings.Trim(h.quote(rd, day, day), "«»"))
	}
	return out
}

func (h *hearing) isDay(rd *read, j int) bool {
	if rd.tokens[j].kind&kindDate != 0 {
		return rd.tokens[j].kind&kindTime == 0 || !h.clockWord(rd, j)
	}
	for _, d := range []string{"сегодня", "завтра", "послезавтра", "понедельник", "вторник", "четверг", "пятниц", "суббот", "воскресень",
		"буген", "иртэгэ", "душэмбе", "сишэмбе", "чэршэмбе", "пэнжешэмбе", "жомга", "шимбэ", "якшэмбе",
		"январ", "феврал", "март", "апрел", "мая", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"} {
		if strings.HasPrefix(rd.tokens[j].word, d) {
			return true
		}
	}
	switch rd.tokens[j].word {
	case "среда", "среду", "среды", "пн", "вт", "ср", "чт", "пт", "сб", "вс":
		return true
	}
	return false
}

func (rd *read) word(k int) string {
	if k < 0 || k >= len(rd.tokens) {
		return ""
	}
	return rd.tokens[k].word
}

// clockWord tells whether «10.15» is meant as a time: a preposition says so.
func (h *hearing) clockWord(rd *read, j int) bool {
	switch rd.word(j - 1) {
	case "в", "к":
		return true
	case "на", "и", "или":
		return rd.tokens[j].kind&kindDate == 0
	}
	return false
}

// clock tells whether a bare number is an hour: «в 11», «на 9 утра», «11дә».
func (h *hearing) clock(rd *read, j int, last *int) bool {
	switch w := rd.word(j + 1); w {
	case "час", "часа", "часов", "утра", "вечера", "дня", "ночи", "сэгать":
		if w == "дня" && !clockBefore(rd.word(j-1)) {
			return false
		}
		*last = j + 1
		return rd.word(j-1) != "через" && rd.word(j-1) != "за" && rd.word(j-1) != "до" && (w != "час" && w != "часа" && w != "часов" || clockBefore(rd.word(j-1)))
	case "дэ", "да", "гэ", "га", "тэ", "та", "нче":
		if rd.tokens[j+1].glued || j+1 < len(rd.tokens) && rd.tokens[j+1].from <= rd.tokens[j].to+1 {
			*last = j + 1
			return true
		}
	default:
		if unit(w) || currency(w) || h.isMonth(w) || strings.HasPrefix(w, "тыс") {
			return false
		}
	}
	if rd.word(j-1) == "на" {
		for _, thing := range []string{"абонемент", "пакет", "сертификат", "групп", "курс", "скидк", "комплекс", "карт"} {
			if strings.HasPrefix(rd.word(j-2), thing) {
				return false // «абонемент на 8» counts visits
			}
		}
	}
	return clockBefore(rd.word(j - 1))
}

func clockBefore(w string) bool { return w == "в" || w == "на" || w == "к" || w == "сэгать" }

func (h *hearing) isMonth(w string) bool {
	for _, m := range []string{"январ", "феврал", "март", "апрел", "мая", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр", "число", "числа"} {
		if strings.HasPrefix(w, m) {
			return true
		}
	}
	return false
}

// spelledHour reads «в семь вечера», «в полдень».
func (h *hearing) spelledHour(rd *read, j int, last *int) bool {
	if !clockBefore(rd.word(j - 1)) {
		return false
	}
	switch rd.word(j) {
	case "полдень", "обед":
		return true
	case "час", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать", "двенадцать", "половине":
		switch rd.word(j + 1) {
		case "утра", "вечера", "дня", "часов", "часа":
			*last = j + 1
			return true
		}
	}
	return false
}

// spans tells whether a time begins «с 10:00 до 20:00», which are hours, not slots.
func (h *hearing) spans(rd *read, j int) bool {
	switch rd.word(j - 1) {
	case "с":
		return rd.word(j+1) == "до" || rd.word(j+1) == "по"
	case "до", "после", "за", "через":
		return true
	}
	return j+1 < len(rd.tokens) && rd.tokens[j+1].kind&kindTime != 0 && strings.ContainsAny(rd.text[rd.tokens[j].to:rd.tokens[j+1].from], "-–—") && rd.frames&hours != 0
}

// timeButtons lists the buttons with a time on them.
func (h *hearing) timeButtons() []string {
	var out []string
	for _, b := range h.reply.Buttons {
		for _, seg := range scan(b) {
			rd := h.read(b, seg)
			if len(h.times(&rd)) > 0 {
				out = append(out, b)
				break
			}
		}
	}
	return out
}
