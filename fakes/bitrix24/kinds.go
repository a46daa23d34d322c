package bitrix24

import (
	"strconv"
	"strings"
)

// kind is a kind of card: a lead, a contact, a company, a deal.
type kind struct {
	name   string // lead
	typeID int    // 1
	short  string // L
	title  string // Лид: what stands before the number in a title of its own
	stage  string // the field of the stage: STATUS_ID or STAGE_ID
	gone   string // refusal of update for an unknown id
	undel  string // refusal of delete for an unknown id
}

// kinds lists the kinds that have classic methods. Texts of refusals are those of the
// pages crm/leads, crm/contacts, crm/companies, crm/deals of the vendor's documentation.
func kinds() []*kind {
	return []*kind{
		{name: "lead", typeID: 1, short: "L", title: "Лид", stage: "STATUS_ID", gone: "Not found", undel: "Not found"},
		{name: "deal", typeID: 2, short: "D", title: "Сделка", stage: "STAGE_ID", gone: "Not found", undel: "Not found"},
		{name: "contact", typeID: 3, short: "C", title: "Контакт", gone: "Contact is not found", undel: "Not found"},
		{name: "company", typeID: 4, short: "CO", title: "Компания", gone: "Company is not found", undel: "Company is not found"},
	}
}

// The field tables. A row is «CODE type flags title»; flags: r read only, m multiple,
// q required, i immutable, - none. An «=value» after the flags is what an empty card
// shows instead of null.
const (
	commonFields = `
ASSIGNED_BY_ID user - Ответственный
CREATED_BY_ID user r Кем создан
MODIFY_BY_ID user r Кем изменён
DATE_CREATE datetime r Дата создания
DATE_MODIFY datetime r Дата изменения
OPENED char -=N Доступен для всех
COMMENTS string - Комментарий
ORIGINATOR_ID string - Внешний источник
ORIGIN_ID string - Внешний ключ
UTM_SOURCE string - Рекламная система
UTM_MEDIUM string - Тип трафика
UTM_CAMPAIGN string - Обозначение рекламной кампании
UTM_CONTENT string - Содержание кампании
UTM_TERM string - Условие поиска кампании
LAST_ACTIVITY_BY user r Кто был активен последним
LAST_ACTIVITY_TIME datetime r Последняя активность
`
	commFields = `
HAS_PHONE char r=N Задан телефон
HAS_EMAIL char r=N Задан e-mail
HAS_IMOL char r=N Задана открытая линия
PHONE crm_multifield m Телефон
EMAIL crm_multifield m E-mail
WEB crm_multifield m Сайт
IM crm_multifield m Мессенджер
LINK crm_multifield m Связь
`
	addressFields = `
ADDRESS string - Адрес
ADDRESS_2 string - Адрес (стр. 2)
ADDRESS_CITY string - Город
ADDRESS_POSTAL_CODE string - Почтовый индекс
ADDRESS_REGION string - Район
ADDRESS_PROVINCE string - Область
ADDRESS_COUNTRY string - Страна
ADDRESS_COUNTRY_CODE string - Код страны
ADDRESS_LOC_ADDR_ID integer - Идентификатор адреса
`
	leadFields = `
ID integer r ID
TITLE string - Название
HONORIFIC crm_status:HONORIFIC - Обращение
NAME string - Имя
SECOND_NAME string - Отчество
LAST_NAME string - Фамилия
BIRTHDATE date -= Дата рождения
COMPANY_TITLE string - Название компании
SOURCE_ID crm_status:SOURCE - Источник
SOURCE_DESCRIPTION string - Дополнительно об источнике
STATUS_ID crm_status:STATUS - Стадия
STATUS_DESCRIPTION string - Дополнительно о стадии
STATUS_SEMANTIC_ID string r Состояние стадии
POST string - Должность
CURRENCY_ID crm_currency - Валюта
OPPORTUNITY double -=0.00 Сумма
IS_MANUAL_OPPORTUNITY char -=N Сумма введена вручную
COMPANY_ID crm_company - Компания
CONTACT_ID crm_contact - Контакт
CONTACT_IDS crm_contact m Контакты
IS_RETURN_CUSTOMER char r=N Повторный лид
DATE_CLOSED datetime r= Дата завершения
MOVED_BY_ID user r Кем перемещён
MOVED_TIME datetime r Время перемещения
` + addressFields + commonFields + commFields
	dealFields = `
ID integer r ID
TITLE string - Название
TYPE_ID crm_status:DEAL_TYPE - Тип
CATEGORY_ID crm_category i=0 Воронка
STAGE_ID crm_status:DEAL_STAGE - Стадия
STAGE_SEMANTIC_ID string r Состояние стадии
IS_NEW char r=N Новая сделка
IS_RECURRING char -=N Регулярная сделка
IS_RETURN_CUSTOMER char r=N Повторная сделка
IS_REPEATED_APPROACH char r=N Повторное обращение
PROBABILITY integer - Вероятность
CURRENCY_ID crm_currency - Валюта
OPPORTUNITY double -=0.00 Сумма
IS_MANUAL_OPPORTUNITY char -=N Сумма введена вручную
TAX_VALUE double - Ставка налога
COMPANY_ID crm_company -=0 Компания
CONTACT_ID crm_contact - Контакт
CONTACT_IDS crm_contact m Контакты
LEAD_ID crm_lead r Лид
QUOTE_ID integer r Предложение
BEGINDATE date - Дата начала
CLOSEDATE date - Дата завершения
CLOSED char r=N Закрыта
ADDITIONAL_INFO string - Дополнительная информация
LOCATION_ID string - Местоположение
SOURCE_ID crm_status:SOURCE - Источник
SOURCE_DESCRIPTION string - Дополнительно об источнике
MOVED_BY_ID user r Кем перемещена
MOVED_TIME datetime r Время перемещения
` + commonFields
	contactFields = `
ID integer r ID
HONORIFIC crm_status:HONORIFIC - Обращение
NAME string - Имя
SECOND_NAME string - Отчество
LAST_NAME string - Фамилия
PHOTO file - Фотография
BIRTHDATE date -= Дата рождения
TYPE_ID crm_status:CONTACT_TYPE - Тип контакта
SOURCE_ID crm_status:SOURCE - Источник
SOURCE_DESCRIPTION string - Дополнительно об источнике
POST string - Должность
COMPANY_ID crm_company - Компания
COMPANY_IDS crm_company m Компании
LEAD_ID crm_lead r Лид
EXPORT char -=N Участвует в экспорте
FACE_ID integer - Привязка к лицу
ORIGIN_VERSION string - Версия внешнего источника
` + addressFields + commonFields + commFields
	companyFields = `
ID integer r ID
TITLE string - Название компании
COMPANY_TYPE crm_status:COMPANY_TYPE - Тип компании
LOGO file - Логотип
INDUSTRY crm_status:INDUSTRY - Сфера деятельности
EMPLOYEES crm_status:EMPLOYEES - Кол-во сотрудников
CURRENCY_ID crm_currency - Валюта
REVENUE double -=0.00 Годовой оборот
BANKING_DETAILS string - Банковские реквизиты
IS_MY_COMPANY char -=N Моя компания
LAST_COMMUNICATION_TIME string r Последняя коммуникация
ORIGIN_VERSION string - Версия внешнего источника
ADDRESS_LEGAL string - Юридический адрес
REG_ADDRESS string - Юридический адрес
REG_ADDRESS_2 string - Юридический адрес (стр. 2)
REG_ADDRESS_CITY string - Город юридического адреса
REG_ADDRESS_POSTAL_CODE string - Индекс юридического адреса
REG_ADDRESS_REGION string - Район юридического адреса
REG_ADDRESS_PROVINCE string - Область юридического адреса
REG_ADDRESS_COUNTRY string - Страна юридического адреса
REG_ADDRESS_COUNTRY_CODE string - Код страны юридического адреса
REG_ADDRESS_LOC_ADDR_ID integer - Идентификатор юридического адреса
CONTACT_ID crm_contact m Контакты
LEAD_ID crm_lead r Лид
` + addressFields + commonFields + commFields
)

// itemNames are the universal names that the rule of [itemName] does not give.
// Page: crm/universal/object-fields of the vendor's documentation.
func itemNames(kind string) map[string]string {
	names := map[string]string{
		"DATE_CREATE": "createdTime", "DATE_MODIFY": "updatedTime", "CREATED_BY_ID": "createdBy",
		"MODIFY_BY_ID": "updatedBy", "MOVED_BY_ID": "movedBy", "BEGINDATE": "begindate", "CLOSEDATE": "closedate",
		"STATUS_ID": "stageId", "STATUS_SEMANTIC_ID": "stageSemanticId", "OPPORTUNITY": "opportunity",
		"PHONE": "", "EMAIL": "", "WEB": "", "IM": "", "LINK": "",
	}
	if kind == "company" {
		names["CONTACT_ID"] = "contactIds"
		names["COMPANY_TYPE"] = "typeId"
	}
	return names
}

func schemaOf(k *kind) *schema {
	text := map[string]string{"lead": leadFields, "deal": dealFields, "contact": contactFields, "company": companyFields}[k.name]
	exceptions := itemNames(k.name)
	var fields []*field
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.SplitN(line, " ", 4)
		if len(words) < 4 { // the line between two blocks
			continue
		}
		f := &field{code: words[0], title: words[3]}
		f.typ, f.status, _ = strings.Cut(words[1], ":")
		flags, empty, given := strings.Cut(words[2], "=")
		f.readOnly, f.multiple = flags == "r", flags == "m"
		f.required, f.immutable = flags == "q", flags == "i"
		if given {
			f.empty = empty
		}
		name, excepted := exceptions[f.code]
		if !excepted {
			name = itemName(f.code)
		}
		f.item = name
		fields = append(fields, f)
	}
	return newSchema(fields)
}

// itemName turns a code into a universal name: SOURCE_ID → sourceId, UF_CRM_17 → ufCrm_17,
// UF_CRM_CONSENT → ufCrmConsent. An underscore before a digit stays.
func itemName(code string) string {
	var b strings.Builder
	upper := false
	low := strings.ToLower(code)
	for i := 0; i < len(low); i++ {
		c := low[i]
		switch {
		case c == '_' && i+1 < len(low) && low[i+1] >= '0' && low[i+1] <= '9':
			b.WriteByte('_')
		case c == '_':
			upper = true
			continue
		case upper && c >= 'a' && c <= 'z':
			b.WriteByte(c - 'a' + 'A')
		default:
			b.WriteByte(c)
		}
		upper = false
	}
	return b.String()
}

// kindOf finds a kind by name, by number or by short code.
func (s *Server) kindOf(name string) (*kind, bool) {
	for _, k := range s.kinds {
		if strings.EqualFold(k.name, name) || strconv.Itoa(k.typeID) == name || strings.EqualFold(k.short, name) {
			return k, true
		}
	}
	return nil, false
}
