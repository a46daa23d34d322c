// Package acts tells what a bot's reply does: asks for consent, asks for a phone, offers
// slots, confirms, hands over to a person, gives medical advice… It works on the words
// alone (stems, patterns, negation) and explains each act by the words that decided it.
// It does not know where a reply came from.
package acts

// Name is what a reply does.
type Name string

// The acts. One reply often does several things.
const (
	AsksConsent      Name = "asks_consent"
	AsksName         Name = "asks_name"
	AsksPhone        Name = "asks_phone"
	AsksEmail        Name = "asks_email"
	AsksService      Name = "asks_service"
	AsksTime         Name = "asks_time"
	AsksConfirmation Name = "asks_confirmation"
	OffersSlots      Name = "offers_slots"
	OffersOptions    Name = "offers_options"
	ConfirmsBooking  Name = "confirms_booking"
	QuotesPrice      Name = "quotes_price"
	Handover         Name = "handover"
	EmergencyNumber  Name = "emergency_number"
	MedicalAdvice    Name = "medical_advice"
	Refusal          Name = "refusal"
	Apology          Name = "apology"
	OtherContact     Name = "other_contact"
	Greeting         Name = "greeting"
	SaysBot          Name = "says_bot"
	ClaimsHuman      Name = "claims_human"
	Other            Name = "other"
)

// Reply is one message of a bot as a client sees it.
type Reply struct {
	Text    string   `json:"text"`
	Buttons []string `json:"buttons,omitempty"` // titles
}

// Act is one thing that a reply does.
type Act struct {
	Name  Name    `json:"act"`
	Score float64 `json:"score"` // 0…1
	// Why names the sort of act where it has one, and the words that decided.
	Why string `json:"why"`
	// Options are what is offered: slots, services, titles of buttons, in order.
	Options []string `json:"options,omitempty"`
	// Consent is set for AsksConsent.
	Consent *Consent `json:"consent,omitempty"`
}

// Consent tells how consent is asked (152-ФЗ ст. 9).
type Consent struct {
	Separate   bool `json:"separate"`   // the message asks for nothing else
	Operator   bool `json:"operator"`   // says who processes the data
	Purpose    bool `json:"purpose"`    // says what for
	Data       bool `json:"data"`       // lists the data
	Term       bool `json:"term"`       // says for how long
	Withdrawal bool `json:"withdrawal"` // says how to withdraw
	Policy     bool `json:"policy"`     // links the policy
	Bundled    bool `json:"bundled"`    // mixed with advertising or another purpose
	Implied    bool `json:"implied"`    // «продолжая, вы соглашаетесь»: no action is asked for
}
