package acts

import "strings"

// handover says to whom, and whether it is done or promised.
func (h *hearing) handover(a *Act) {
	a.Role = ""
	for i := range h.reads {
		rd := &h.reads[i]
		for _, m := range rd.matches {
			if h.know.rules[m.rule].act != Handover || !h.holds(rd, m) {
				continue
			}
			if a.Role == "" || a.Role == "человек" {
				if role := roleIn(rd.tokens[m.first:min(len(rd.tokens), m.last+2)]); role != "" {
					a.Role = role
				}
			}
			if rd.says("передала", "передал", "позвал", "подключил", "перев", "переда", "пригласил", "отправил", "написал", "сообщил", "соедин", "зову", "переключ", "подключа", "тапшырдым", "уже", "направил", "предупредил") {
				a.Sort = "передача"
			} else {
				a.Sort = "обещание"
			}
		}
	}
	if a.Role == "" {
		for i := range h.reads {
			if role := roleIn(h.reads[i].tokens); role != "" {
				a.Role = role
				break
			}
		}
	}
	if a.Role == "" {
		a.Role = "человек"
	}
	a.Sort += ", " + a.Role
}

// roles are the people of a business by the stems of their names, the particular ones
// before the general.
func roles() [][2]string {
	return [][2]string{
		{"врач", "врач"}, {"доктор", "врач"}, {"табиб", "врач"}, {"терапевт", "врач"}, {"хирург", "врач"}, {"стоматолог", "врач"}, {"ортодонт", "врач"},
		{"невролог", "врач"}, {"педиатр", "врач"}, {"гинеколог", "врач"}, {"кардиолог", "врач"}, {"дерматолог", "врач"}, {"лору", "врач"}, {"уролог", "врач"}, {"эндокринолог", "врач"}, {"офтальмолог", "врач"}, {"ортопед", "врач"},
		{"ветеринар", "ветеринар"}, {"ветврач", "ветеринар"}, {"косметолог", "косметолог"}, {"психолог", "психолог"},
		{"дежурн", "дежурный"}, {"управляющ", "управляющий"}, {"директор", "управляющий"}, {"руководител", "управляющий"}, {"житэкче", "управляющий"},
		{"администратор", "администратор"}, {"админ", "администратор"}, {"оператор", "оператор"}, {"менеджер", "менеджер"}, {"ответственн", "ответственный за данные"},
		{"юрист", "юрист"}, {"тренер", "тренер"}, {"инструктор", "тренер"}, {"механик", "механик"}, {"приемщик", "механик"}, {"преподавател", "преподаватель"}, {"педагог", "преподаватель"}, {"учител", "преподаватель"}, {"укытучы", "преподаватель"},
		{"куратор", "куратор"}, {"методист", "куратор"}, {"завуч", "куратор"}, {"мастер", "мастер"}, {"барбер", "мастер"}, {"стилист", "мастер"}, {"консультант", "консультант"},
		{"специалист", "специалист"}, {"белгеч", "специалист"}, {"медсестр", "специалист"}, {"фельдшер", "специалист"},
		{"коллег", "сотрудник"}, {"сотрудник", "сотрудник"}, {"хезмэткэр", "сотрудник"}, {"поддержк", "сотрудник"}, {"человек", "человек"}, {"жив", "человек"}, {"кеше", "человек"},
	}
}

func roleIn(tokens []token) string {
	for _, r := range roles() {
		for _, t := range tokens {
			if strings.HasPrefix(t.word, r[0]) {
				return r[1]
			}
		}
	}
	return ""
}

// booking reads what was booked and when, from the sentences that confirm it.
func (h *hearing) booking() *Booking {
	b := &Booking{}
	for i := range h.reads {
		rd := &h.reads[i]
		if b.When == "" {
			if times := h.times(rd); len(times) > 0 {
				b.When = times[0]
			} else {
				for j := range rd.tokens {
					if h.isDay(rd, j) {
						b.When = strings.Trim(h.quote(rd, j, j), "«»")
						break
					}
				}
			}
		}
		if b.What == "" {
			for j := range rd.tokens {
				if h.isService(rd, j) {
					b.What = strings.Trim(h.quote(rd, j, j), "«»")
					break
				}
			}
		}
	}
	return b
}

func (h *hearing) isService(rd *read, j int) bool {
	c, ok := h.know.book.byText["@servicename"]
	return ok && rd.sets[j].has(c)
}
