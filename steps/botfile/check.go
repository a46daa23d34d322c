package botfile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Capability is something that not every bot can do.
type Capability struct {
	Name  string
	About string
}

// Capabilities is the closed list that «can» may use, in the order of the help.
func Capabilities() []Capability {
	return []Capability{
		{"согласие", "спрашивает согласие на обработку данных"},
		{"запись", "записывает на услугу"},
		{"перенос", "переносит и отменяет записи"},
		{"напоминания", "пишет первым: напоминает о записи"},
		{"рассылка", "спрашивает согласие на рассылку"},
		{"публикация", "спрашивает согласие на публикацию фото клиента"},
		{"медицина", "узнаёт вопросы о здоровье и передаёт их человеку"},
		{"оператор", "замолкает, пока отвечает человек, и возвращается в разговор"},
		{"кнопки", "показывает кнопки"},
		{"голос", "принимает голосовые"},
		{"фото", "принимает фото"},
		{"файлы", "принимает файлы"},
		{"стикеры", "принимает стикеры"},
		{"правка", "видит исправление и удаление сообщений"},
		{"номера", "узнаёт повторную доставку по номеру сообщения"},
		{"часы", "даёт переводить свои часы (control.clock)"},
		{"настройки", "даёт менять свои настройки (control.settings)"},
		{"показатели", "отдаёт показатели (control.metrics)"},
		{"проверка", "умеет проверять свои настройки (control.check)"},
		{"лиды", "создаёт карточки в CRM"},
		{"маршрутизация", "распределяет заявки по воронкам и ответственным"},
		{"неявки", "знает, сколько раз клиент не пришёл"},
		{"задачи", "ставит задачи и дела сотрудникам"},
		{"оповещения", "шлёт оповещения сотрудникам"},
		{"очередь", "хранит заявки, пока CRM недоступна"},
		{"удаление", "удаляет данные по сроку и по требованию"},
		{"журнал", "пишет журнал, который видит Прогон"},
		{"след", "оставляет в журнале договорённую маску телефона"},
		{"события", "пишет в журнал события по именам из настройки"},
		{"модель", "обращается к языковой модели, которую подставляет Прогон"},
		{"исходящие", "его обращения к другим адресам видит Прогон"},
		{"роли", "сам закрывает сведения от сотрудников без права"},
		{"татарский", "понимает татарский"},
		{"салон", "умеет работать как салон"},
		{"клиника", "умеет работать как клиника"},
		{"студия", "умеет работать как студия"},
	}
}

func known(capability string) bool {
	for _, c := range Capabilities() {
		if c.Name == capability {
			return true
		}
	}
	return false
}

// check finds what the parser cannot: contradictions and unknown names.
func (f *File) check() error {
	var wrong []error
	ways := 0
	for _, set := range []bool{f.Bot.URL != "", f.Bot.Command != nil, f.Bot.Image != nil, f.Bot.Sample != nil} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		wrong = append(wrong, errors.New("bot: нужно ровно одно из url (бот уже запущен), command (Прогон запускает программу), image (Прогон запускает контейнер) и sample (встроенный образец)"))
	}
	if err := f.Connector.Check(); err != nil {
		wrong = append(wrong, err)
	}
	if f.Bot.Command != nil {
		if err := f.Bot.Command.Check(); err != nil {
			wrong = append(wrong, err)
		}
	}
	if f.Bot.Image != nil {
		if err := f.Bot.Image.Check(); err != nil {
			wrong = append(wrong, err)
		}
	}
	for _, l := range f.Logs {
		if set := count(l.File, l.Syslog, l.Push); set != 1 {
			wrong = append(wrong, errors.New("logs: в каждой строке нужно что-то одно: file (файл или образец имени), syslog или push (адрес, или auto)"))
		}
	}
	for _, s := range f.Storage {
		if err := s.Check(); err != nil {
			wrong = append(wrong, err)
		}
	}
	if f.Bot.URL != "" && f.Has("лиды") && (f.CRM.Listen == "" || f.CRM.Token == "") {
		wrong = append(wrong, errors.New("crm.listen и crm.token: бот уже запущен, и адрес двойника портала должен знать заранее; например listen: 127.0.0.1:8090, token: progon0000000001, а боту дайте вебхук http://127.0.0.1:8090/rest/1/progon0000000001/"))
	}
	if f.Bot.Model != "" && f.Bot.Model != NoModel {
		wrong = append(wrong, fmt.Errorf("bot.model: годится только «%s» (модели нет), а не «%s»", NoModel, f.Bot.Model))
	}
	if f.Bot.Name == "" {
		wrong = append(wrong, errors.New("bot.name: не указано название бота; оно стоит в отчёте"))
	}
	for _, c := range f.Can {
		if !known(c) {
			var names []string
			for _, k := range Capabilities() {
				names = append(names, k.Name)
			}
			wrong = append(wrong, fmt.Errorf("can: неизвестная возможность «%s»; известны: %s", c, strings.Join(names, ", ")))
		}
	}
	for _, need := range []struct {
		capability string
		request    *Request
		key        string
	}{
		{"часы", f.Control.Clock, "control.clock"},
		{"настройки", f.Control.Settings, "control.settings"},
		{"оператор", f.Control.Operator, "control.operator"},
		{"показатели", f.Control.Metrics, "control.metrics"},
		{"проверка", f.Control.Check, "control.check"},
	} {
		if f.Has(need.capability) && need.request == nil {
			wrong = append(wrong, fmt.Errorf("can: «%s» требует раздела %s: как Прогону это сделать", need.capability, need.key))
		}
		if need.request != nil && need.request.URL == "" {
			wrong = append(wrong, fmt.Errorf("%s: не указан url", need.key))
		}
	}
	if f.Control.Restart && f.Bot.Command == nil && f.Bot.Image == nil {
		wrong = append(wrong, errors.New("control.restart: перезапускать Прогон может только бота, которого сам запускает (bot.command или bot.image)"))
	}
	return errors.Join(wrong...)
}

func count(values ...string) int {
	n := 0
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

var unknownField = regexp.MustCompile(`unknown field "([^"]+)"`)

// inRussian rewrites the parser's commonest complaint; the excerpt with line and column
// below it stays as it is.
func inRussian(text string) string {
	text = unknownField.ReplaceAllString(text, "неизвестный ключ «$1»; образец со всеми ключами печатает «progon init»")
	return strings.ReplaceAll(text, "cannot unmarshal", "не удаётся прочитать")
}
