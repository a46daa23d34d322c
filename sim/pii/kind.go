// Package pii recognises, validates, masks and invents personal data as it occurs in
// Russian and Tatar text. It takes a text and returns spans; it knows neither bots nor
// Bitrix24.
//
// One kind is one file: patterns, check digit, context words, masking convention and a
// generator of valid specimens. The table of kinds is in kind.go.
package pii

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
