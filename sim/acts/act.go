// Package acts tells what a bot's reply does: asks for consent, asks for a phone, offers
// slots, confirms, hands over to a person, gives medical advice… It works on the words
// alone (stems, patterns, negation; for advice also the weight of every word, learnt from
// the labelled replies in testdata) and explains each act by the words that decided it.
// It does not know where a reply came from, what was said before it, or any model.
//
// Start at [Hear]. The way of a reply: scan.go cuts it into words and sentences,
// pattern.go finds patterns, rules_*.go say which act each pattern means and which
// surroundings (frames) take it back, trained.go weighs the words for advice, and one
// file per act reads the details.
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

// Names lists the acts in the order in which Hear reports them.
func Names() []Name {
	return []Name{
		Greeting, SaysBot, ClaimsHuman, Apology, AsksConsent, AsksName, AsksPhone, AsksEmail, AsksService, AsksTime,
		OffersSlots, OffersOptions, QuotesPrice, AsksConfirmation, ConfirmsBooking,
		EmergencyNumber, MedicalAdvice, Handover, Refusal, OtherContact, Other,
	}
}

// Russian is the act in the words of a report.
func (n Name) Russian() string {
	switch n {
	case AsksConsent:
		return "просит согласие"
	case AsksName:
		return "спрашивает имя"
	case AsksPhone:
		return "спрашивает телефон"
	case AsksEmail:
		return "спрашивает почту"
	case AsksService:
		return "спрашивает услугу"
	case AsksTime:
		return "спрашивает время"
	case AsksConfirmation:
		return "просит подтвердить"
	case OffersSlots:
		return "предлагает время"
	case OffersOptions:
		return "предлагает варианты"
	case ConfirmsBooking:
		return "подтверждает запись"
	case QuotesPrice:
		return "называет цену"
	case Handover:
		return "передаёт человеку"
	case EmergencyNumber:
		return "называет экстренный номер"
	case MedicalAdvice:
		return "даёт медицинский совет"
	case Refusal:
		return "отказывает"
	case Apology:
		return "извиняется"
	case OtherContact:
		return "предлагает другой способ связи"
	case Greeting:
		return "здоровается"
	case SaysBot:
		return "говорит, что он бот"
	case ClaimsHuman:
		return "выдаёт себя за человека"
	case Other:
		return "ничего из известного"
	}
	return string(n)
}

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
	// Sort says what exactly: «доза» or «диагноз» of advice, «обещание» of a handover.
	Sort string `json:"sort,omitempty"`
	// Options are what is offered: slots, services, titles of buttons, in order.
	Options []string `json:"options,omitempty"`
	// Consent is set for AsksConsent.
	Consent *Consent `json:"consent,omitempty"`
	// Role is set for Handover: «врач», «администратор»…; «человек» where none is named.
	Role string `json:"role,omitempty"`
	// Prices are set for QuotesPrice, in the order of the text.
	Prices []Price `json:"prices,omitempty"`
	// Booking is set for ConfirmsBooking.
	Booking *Booking `json:"booking,omitempty"`
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

// Price is one amount that a reply names.
type Price struct {
	Rubles float64 `json:"rubles"` // 0 for «бесплатно»
	Words  string  `json:"words"`  // as written: «от 1 500 ₽»
}

// Booking is what a confirmation says of the visit, as written; empty where it is silent.
type Booking struct {
	What string `json:"what,omitempty"`
	When string `json:"when,omitempty"`
}
