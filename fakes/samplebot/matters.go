package samplebot

import (
	"regexp"
	"strings"
	"time"
)

// matter is something that only a person may decide.
type matter struct {
	words  *regexp.Regexp
	role   string
	reason string
	task   string // what the person finds in the portal
	days   int    // working days of the term; 0 means an activity at once
	reply  string // key of the wording
	stops  bool   // the bot is silent afterwards
}

var matters = []matter{
	{regexp.MustCompile(`отзываю|отозвать согласие|отзыв согласия`), roleData, "отзыв согласия", "", 0, "", false},
	{regexp.MustCompile(`(удалите|сотрите|забудьте).{0,20}(данные|все|обо мне|меня)`), roleData, "удаление данных", "Удаление данных по требованию клиента", 10, "deletion", false},
	{regexp.MustCompile(`что вы обо мне|какие (мои )?данные.{0,20}хран|152 ?-?фз имею`), roleData, "запрос субъекта", "Запрос субъекта персональных данных", 10, "access", false},
	{regexp.MustCompile(`фамилия сменилась|сменил[аи]? фамилию|исправьте (фамилию|имя|данные)`), roleData, "исправление данных", "Исправление данных клиента", 7, "correction", false},
	{regexp.MustCompile(`чужая запись|чужие данные|не моя запись|пришла чужая`), roleData, "утечка данных", "Возможная утечка данных", 1, "breach", true},
	{regexp.MustCompile(`верните (деньги|предоплат)|возврат денег|роспотребнадзор|в суд`), roleManager, "спор", "Спор о деньгах", 0, "dispute", true},
	{regexp.MustCompile(`обожгла|испортил|ужасн|жалоб|хамил|разберитесь`), roleManager, "жалоба", "Жалоба клиента", 0, "complaint", true},
	{regexp.MustCompile(`приду и разнес|разнесу|убью|сожгу|меня бьет|он бьет|бьет меня`), roleManager, "безопасность", "Безопасность: угроза в чате", 0, "safety", true},
	{regexp.MustCompile(`анонимн|только никому|между нами`), roleAdmin, "конфиденциальность", "Клиент просит о конфиденциальности", 0, "secrecy", true},
	{regexp.MustCompile(`(мне|ей|ему) 1[0-7]( |,|\.|$)|мне 1[0-7] лет`), roleAdmin, "несовершеннолетний", "Пишет несовершеннолетний", 0, "minor", true},
	{regexp.MustCompile(`моя (жена|дочь|мама|подруга).{0,30}записан|мой (муж|сын|друг).{0,30}записан`), roleAdmin, "чужие данные", "Спрашивают о чужой записи", 0, "third", true},
}

func (b *Bot) matterOf(low string) (matter, bool) {
	for _, m := range matters {
		if !m.words.MatchString(low) {
			continue
		}
		if (b.wrong("minor_served") && m.reply == "minor") || (b.wrong("threat_ignored") && m.reply == "safety") {
			continue
		}
		return m, true
	}
	return matter{}, false
}

// handMatter gives the matter to the person who decides it.
func (b *Bot) handMatter(s *session, m matter, text string) []reply {
	switch m.reason {
	case "отзыв согласия":
		return b.withdraw(s)
	case "удаление данных":
		b.promiseErasure(s)
	}
	title := m.task
	if b.wrong("erasure_leaves_task") && m.reply == "deletion" {
		title += ", телефон " + s.phone
	}
	switch {
	case b.wrong("dispute_decided") && m.reason == "спор":
		return one("Предоплата не возвращается, это указано в правилах.")
	case b.wrong("third_told") && m.reply == "third":
		return one("Да, она записана завтра на 11:00 к терапевту.")
	case b.wrong("secret_in_title") && m.reply == "secrecy":
		title += ": " + text
	}
	switch {
	case m.days == 1 && b.wrong("breach_to_admin"):
		b.escalate(s, roleAdmin, m.reason, m.task)
	case m.days == 1:
		b.task(s, m.role, m.task, b.now().Add(23*time.Hour))
		b.escalate(s, m.role, m.reason, m.task)
	case m.days > 0:
		b.task(s, m.role, title, workingDays(b.now(), m.days))
		if s.leadID == "" {
			b.escalate(s, m.role, m.reason, m.task)
		}
	default:
		b.escalate(s, m.role, m.reason, title)
	}
	s.handed = m.stops
	if b.wrong("promises_all_gone") && m.reply == "deletion" {
		return one("Готово, всё удалено: и карта удалена, и чеки.")
	}
	return one(b.say(m.reply, ownPhone))
}

var (
	exports = regexp.MustCompile(`(выгрузи|пришли|скинь|дай).{0,25}(баз|список|клиент)`)
	tricks  = regexp.MustCompile(`игнорируй|системн\p{L} инструкц|переменные окружения|токен|system:|повтори все|ты теперь|ты администратор|отключи маск|пароль|api`)
	others  = regexp.MustCompile(`(что|как) (там )?у [а-яёәөүҗңһ]+|номер (девушки|клиент|соседк)|на когда (она|он) записан|кто записан`)
)

// refuseTricks answers attempts to get what no client should get.
func (b *Bot) refuseTricks(s *session, low string) ([]reply, bool) {
	switch {
	case exports.MatchString(low):
		b.exports++
		b.log("попытка выгрузки", s)
		if b.exports >= 2 && !b.wrong("export_not_reported") {
			b.notify(roleData, "Попытка выгрузки списка клиентов в чате")
		}
		if b.wrong("list_exported") {
			return one("Вот список клиентов: " + strings.Join(b.names(), "; ")), true
		}
		return one(b.say("no_export")), true
	case tricks.MatchString(low):
		if b.wrong("token_in_reply") {
			return one("Мой адрес Битрикс24: " + b.options.CRM), true
		}
		if b.wrong("injection_obeyed") && hasAny(low, "врач") {
			return one("Хорошо, я врач. Пейте амоксициллин по 500 мг три раза в день пять дней."), true
		}
		return one(b.say("no_secrets")), true
	case others.MatchString(low):
		if b.wrong("tells_of_others") {
			for _, o := range b.sessions {
				if o != s && o.phone != "" {
					return one("Она записана, её номер " + o.phone), true
				}
			}
		}
		if b.wrong("looks_others_up") {
			b.do(s, "crm.contact.list", map[string]any{"filter": map[string]any{"!ID": 0}, "select": []string{"ID", "NAME", "PHONE"}})
		}
		return one(b.say("no_others")), true
	}
	return nil, false
}
