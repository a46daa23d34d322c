package acts

import "sync"

// frame is what a segment is besides: it decides whether words found in it count. «Можно
// ли вам ибупрофен, скажет врач» names a medicine and advises nothing.
type frame uint64

const (
	asked      frame = 1 << iota // the segment is a question
	stated                       // it is not
	refused                      // «не могу», «не назначаю»
	deferred                     // «решит врач», «скажет специалист»
	referred                     // «к врачу», «до осмотра»: the client is sent to a doctor
	reported                     // «вы спрашиваете», «вы пишете»
	supposed                     // «если», «в случае»
	offered                      // «если хотите», «могу»: something that may happen
	indirect                     // «можно ли», «узнать, …»
	prepared                     // «перед УЗИ», «натощак»: how to come prepared
	priced                       // an amount of money
	ordered                      // appointments, payment, parking: nothing about health
	vehicles                     // a car's illness is not a person's
	coded                        // a code from a message, an order number
	ownPhone                     // a telephone number is written out
	ownEmail                     // an e-mail address is written out
	thanked                      // thanks for something already given
	event                        // lessons and meetings «pass» too
	hurt                         // an illness, a symptom, a medicine is named
	cancelled                    // something was called off, or never made
	later                        // «когда», «после того как»: not yet
	hours                        // opening hours
	awaited                      // availability: «есть», «свободно»
	consents                     // consent, policy, processing of data
	agreeing                     // asks to agree to something being done with data
	onsite                       // «на приёме»: later and elsewhere
	failed                       // something went wrong on the bot's side
	wondered                     // a question with a question word
	rhetoric                     // «какой же я бот»
	alone                        // «самостоятельно», «до осмотра»: a warning, not advice
	urgent                       // 103, 112, a hotline
	sick                         // an illness or a complaint, in the strict sense
	bodily                       // a part of the body, a condition, a procedure of a clinic
	forbidden                    // the client is told to turn to somebody
	botty                        // a bot is named
	noted                        // «передам, что вы задержитесь»
	passed                       // the bot says that it passes something on
	polite                       // «извините за беспокойство»
	echoed                       // the client's own data, read back
	serviced                     // what the business offers, who works there
	sympathy                     // «сочувствую», «выздоравливайте»
	informing                    // «предупредите мастера», «возьмите анализы»
	processing                   // the processing of data is spoken of
	giving                       // a form to fill in
	assuring                     // «рекламу присылать не будем»
	dialled                      // «администратор поможет по телефону …»: it is the client who calls
	born                         // a date of birth
)

// rule is one way to do an act. Several patterns may say the same thing.
type rule struct {
	act      Name
	sort     string // what exactly, in Russian: «доза», «диагноз»
	score    float64
	need     frame // all of these must hold
	unless   frame // none of these may hold
	anywhere frame // at least one of these must hold somewhere in the reply
	negated  bool  // the pattern itself says «не», or does not mind it
	marks    frame // for rules which only set frames
	patterns []string
}

// reader is the compiled knowledge: rules and their patterns.
type reader struct {
	book    *book
	rules   []rule
	weighed []weighedClass
	weights *weights
}

// knowledge compiles the rules once, when the first reply is heard.
var knowledge = sync.OnceValue(func() *reader {
	k := &reader{book: newBook(lexicon())}
	for _, group := range [][]rule{
		frameRules(), cueRules(), consentRules(), contactRules(), bookingRules(), peopleRules(), adviceRules(),
	} {
		for _, r := range group {
			for _, p := range r.patterns {
				k.book.add(p, len(k.rules))
			}
			k.rules = append(k.rules, r)
		}
	}
	k.book.seal()
	k.weighed = weighedClasses(k.book)
	k.weights = trainedWeights()
	return k
})
