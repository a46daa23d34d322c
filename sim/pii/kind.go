// Package pii recognises, validates, masks and invents personal data as it occurs in
// Russian and Tatar text. It takes a text and returns spans; it knows neither bots nor
// Bitrix24.
//
// Start at NewDetector: Find names what is open in a text, Mask hides it, Judge tells how
// well a text is masked. A text is made plain (normal.go), split into words and digits
// that are looked up on the way (token.go, lexicon.go), and read by every recogniser of
// the table in recognisers.go; of what overlaps, the surer stays.
//
// One kind is one file: shape, check digit, context, mask and a generator of valid
// specimens; the table of kinds is in this file. The corpus in testdata was written by hand:
// a new rule begins with lines there, as many that are not as lines that are.
package pii

import (
	"math/rand"
	"strings"
)

// Kind names a sort of personal datum. The names are used everywhere: in code, in the
// dictionary of sentences, in reports and in JSON.
type Kind string

// The kinds that Progon knows.
const (
	Phone           Kind = "phone"
	Email           Kind = "email"
	Name            Kind = "name"
	BirthDate       Kind = "birth_date"
	Passport        Kind = "passport"
	ForeignPassport Kind = "foreign_passport"
	SNILS           Kind = "snils"
	INN             Kind = "inn"
	OMS             Kind = "oms"
	DriverLicence   Kind = "driver_licence"
	Plate           Kind = "plate"
	VIN             Kind = "vin"
	Card            Kind = "card"
	CardCode        Kind = "card_code"
	BankAccount     Kind = "bank_account"
	OGRN            Kind = "ogrn"
	Address         Kind = "address"
	Geo             Kind = "geo"
	Handle          Kind = "handle"
	ProfileLink     Kind = "profile_link"
	IP              Kind = "ip"
	DeviceID        Kind = "device_id"
	OTP             Kind = "otp"
	Secret          Kind = "secret"
	Health          Kind = "health"
)

// info is one row of the table of kinds.
type info struct {
	kind     Kind
	russian  string
	severity Severity
	mask     func(string) string
	// normalize brings writings of one value to one form.
	normalize func(string) string
	// valid tells whether a normalised value can be one: length, ranges, check digit.
	valid func(string) bool
	// invent makes a valid specimen which belongs to nobody.
	invent func(*rand.Rand) string
}

// kinds is the table of everything that the package knows, in the order of reports.
var kinds = []info{
	{Phone, "телефон", Critical, maskPhone, normalPhone, validPhone, inventPhone},
	{Email, "электронная почта", Critical, maskEmail, normalEmail, validEmail, inventEmail},
	{Name, "имя и фамилия", High, maskName, normalName, validName, inventName},
	{BirthDate, "дата рождения", High, maskBirthDate, normalBirthDate, validBirthDate, inventBirthDate},
	{Passport, "паспорт", Critical, maskPassport, digits, validPassport, inventPassport},
	{ForeignPassport, "загранпаспорт", Critical, maskForeignPassport, digits, validForeignPassport, inventForeignPassport},
	{SNILS, "СНИЛС", Critical, maskSNILS, digits, validSNILS, inventSNILS},
	{INN, "ИНН", High, maskINN, digits, validINN, inventINN},
	{OMS, "полис ОМС", Critical, maskLastFour, digits, validOMS, inventOMS},
	{DriverLicence, "водительское удостоверение", High, maskLastTwo, normalCode, validLicence, inventLicence},
	{Plate, "номер автомобиля", Medium, maskPlate, normalPlate, validPlate, inventPlate},
	{VIN, "VIN автомобиля", Medium, maskLastFour, normalCode, validVIN, inventVIN},
	{Card, "номер банковской карты", Critical, maskLastFour, digits, validCard, inventCard},
	{CardCode, "код или срок карты", Critical, maskAll, digits, validCardCode, inventCardCode},
	{BankAccount, "номер счёта", High, maskLastFour, digits, validAccount, inventAccount},
	{OGRN, "ОГРН", Low, maskLastFour, digits, validOGRN, inventOGRN},
	{Address, "адрес", High, maskAddress, normalText, validAddress, inventAddress},
	{Geo, "координаты", High, maskGeo, normalText, validGeo, inventGeo},
	{Handle, "ник в мессенджере", High, maskHandle, normalHandle, validHandle, inventHandle},
	{ProfileLink, "ссылка на профиль", High, maskProfileLink, normalText, validProfileLink, inventProfileLink},
	{IP, "IP-адрес", Medium, maskIP, normalText, validIP, inventIP},
	{DeviceID, "идентификатор устройства", Medium, maskAllButFour, normalCode, validDeviceID, inventDeviceID},
	{OTP, "одноразовый код", Critical, maskAll, digits, validOTP, inventOTP},
	{Secret, "ключ или токен", Critical, maskSecret, strings.TrimSpace, validSecret, inventSecret},
	{Health, "сведения о здоровье", Critical, maskHealth, normalText, validHealth, inventHealth},
}

// infoOf answers the row of a kind; of an unknown one, a row that hides everything.
func infoOf(k Kind) info {
	for i := range kinds {
		if kinds[i].kind == k {
			return kinds[i]
		}
	}
	return info{
		kind: k, russian: string(k), severity: High, mask: maskAll, normalize: normalText,
		valid: func(string) bool { return false }, invent: func(*rand.Rand) string { return "" },
	}
}

// Kinds lists the kinds in the order of reports.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i := range kinds {
		out[i] = kinds[i].kind
	}
	return out
}

// Russian names a kind for a report.
func Russian(k Kind) string { return infoOf(k).russian }

// SeverityOf says how bad it is when a value of the kind lies open.
func SeverityOf(k Kind) Severity { return infoOf(k).severity }

// MaskValue writes a value as it may be shown.
func MaskValue(k Kind, value string) string { return infoOf(k).mask(value) }

// Normalize brings writings of one value to one form, for comparing.
func Normalize(k Kind, value string) string {
	n := normalise(value)
	return infoOf(k).normalize(n.text)
}

// Valid tells whether a value can be one of the kind: length, ranges, check digits.
func Valid(k Kind, value string) bool { return infoOf(k).valid(Normalize(k, value)) }

// Invent makes a valid specimen of a kind that belongs to nobody: phones from codes that
// no subscriber has, names of domains that are never sold.
func Invent(k Kind, rnd *rand.Rand) string { return infoOf(k).invent(rnd) }
