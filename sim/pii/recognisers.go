package pii

// recognisers is the explicit table of everything that looks at a text. Each proposes
// candidates; the surer of two that overlap stays. Those that need the findings of others
// stand last.
var recognisers = []func(*scan){
	recogniseSecrets,
	recogniseEmails,
	recogniseLinks,
	recogniseHandles,
	recogniseNumbers,
	recogniseLookAlikes,
	recogniseNumberWords,
	recogniseCodes,
	recogniseDates,
	recogniseSpokenDates,
	recognisePlates,
	recogniseLetterLicences,
	recogniseVIN,
	recogniseGeo,
	recogniseIP,
	recogniseDevices,
	recogniseAddresses,
	recogniseMasked,
	recogniseNames,
	recogniseHealth,
}

// rules says in Russian what each rule looks at. The names are part of Span.Rule.
var rules = map[string]string{
	"formatted":  "записан как принято",
	"digits":     "столько цифр и такое начало",
	"context":    "узнан по словам рядом",
	"field":      "узнан по названию поля",
	"whole":      "сообщение состоит только из него",
	"lookalike":  "вместо цифр или букв похожие на них",
	"words":      "записан словами",
	"spelled":    "знаки заменены словами",
	"partial":    "скрыт не полностью",
	"shape":      "такой вид бывает только у него",
	"full":       "имя, отчество или фамилия рядом",
	"initials":   "фамилия с инициалами",
	"patronymic": "есть отчество",
	"surname":    "фамилия рядом с другими данными",
	"latin":      "имя и фамилия латиницей",
	"first":      "имя без фамилии",
	"basicauth":  "пароль в адресе",
	"webhook":    "адрес входящего вебхука Битрикс24",
	"jwt":        "токен JWT",
	"privatekey": "закрытый ключ",
	"bot":        "токен бота",
	"code":       "код МКБ-10",
	"stem":       "слово о здоровье",
}
