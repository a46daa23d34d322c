package steps

import (
	"sort"
	"strconv"
	"strings"

	"progon/fakes/bitrix24"
	"progon/steps/botfile"
	"progon/steps/checks"
)

// portalNames joins what progon.yaml says about a portal with what every portal has.
type portalNames struct{ checks.Portal }

// entities are the words for kinds of card.
var entities = map[string][]string{
	"лид": {"lead"}, "контакт": {"contact"}, "компания": {"company"}, "сделка": {"deal"},
	"задача": {"task"}, "дело": {"activity"}, "комментарий": {"comment"}, "запись": {"deal", "booking"},
	"диалог": {"dialog"}, "уведомление": {"notification"}, "сообщение": {"message"},
	"заявка": {"lead", "deal"}, "карточка": {"lead", "deal", "contact"},
}

// fields are the names of the fields that every portal has.
var fields = map[string][]string{
	"Название": {"TITLE"}, "Имя": {"NAME"}, "Фамилия": {"LAST_NAME"}, "Отчество": {"SECOND_NAME"},
	"Телефон": {"PHONE"}, "Почта": {"EMAIL"}, "Мессенджер": {"IM"}, "Сайт": {"WEB"},
	"Источник": {"SOURCE_ID"}, "Описание источника": {"SOURCE_DESCRIPTION"},
	"Метка utm_source": {"UTM_SOURCE"}, "Метка utm_medium": {"UTM_MEDIUM"}, "Метка utm_campaign": {"UTM_CAMPAIGN"},
	"Метка utm_content": {"UTM_CONTENT"}, "Метка utm_term": {"UTM_TERM"},
	"Ответственный": {"ASSIGNED_BY_ID", "RESPONSIBLE_ID"}, "Воронка": {"CATEGORY_ID"}, "Стадия": {"STAGE_ID", "STATUS_ID"},
	"Комментарий": {"COMMENTS"}, "Внешний ключ": {"ORIGIN_ID"}, "Адрес": {"ADDRESS"}, "Дата рождения": {"BIRTHDATE"},
	"Контакт": {"CONTACT_ID"}, "Сумма": {"OPPORTUNITY"}, "Крайний срок": {"DEADLINE"},
}

func portalOf(f *botfile.File, portal *bitrix24.Server) portalNames {
	p := checks.Portal{
		Entities: map[string][]string{}, Fields: map[string][]string{},
		People: map[string]checks.Person{}, Values: portal.Names(),
	}
	for word, kinds := range entities {
		p.Entities[word] = kinds
	}
	for word, kind := range f.CRM.Entities {
		p.Entities[strings.ToLower(word)] = []string{kind}
	}
	for name, codes := range fields {
		p.Fields[name] = codes
	}
	for name, code := range f.CRM.Fields {
		p.Fields[name] = []string{code}
	}
	for role, who := range f.CRM.People {
		var person checks.Person
		if who.User != 0 {
			person.Users = []string{strconv.Itoa(who.User), "user" + strconv.Itoa(who.User), "U" + strconv.Itoa(who.User)}
		}
		if who.Queue != 0 {
			person.Queues = []string{strconv.Itoa(who.Queue)}
		}
		p.People[strings.ToLower(role)] = person
	}
	return portalNames{p}
}

// code is the first code of a field: the one to write to.
func (p portalNames) code(name string) string {
	for known, codes := range p.Fields {
		if strings.EqualFold(known, name) && len(codes) > 0 {
			return codes[0]
		}
	}
	return name
}

// kind is the kind of card to create for a word.
func (p portalNames) kind(word string) string {
	if kinds := p.Entities[strings.ToLower(word)]; len(kinds) > 0 {
		return kinds[0]
	}
	return word
}

func (p portalNames) words() []string {
	var out []string
	for word := range p.Entities {
		out = append(out, "«"+word+"»")
	}
	sort.Strings(out)
	return out
}

// id turns what a scenario calls a value into what the portal stores.
func (p portalNames) id(code, value string) string {
	for id, name := range p.Values[code] {
		if strings.EqualFold(name, value) {
			return id
		}
	}
	return value
}
