// Package persona invents the clients of a rehearsal. A person is derived from the run's
// seed and the scenario's key, so the same seed plays the same people; every value that a
// person can reveal belongs to nobody else and is therefore a canary for package trace.
//
// It is not a generator of test data in bulk and it plays no role: what a client says is
// written in the scenario or decided by sim/client. Start at [NewCast], or at [Invent] for
// a single person.
package persona

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"strings"
	"unicode"

	"github.com/brianvoe/gofakeit/v6"

	"progon/sim/pii"
	"progon/sim/pii/trace"
	"progon/sim/pii/trace/names"
)

// Person is one simulated client. It does not change after it was invented.
type Person struct {
	// ID is stable within the run and says nothing about the person.
	ID string
	// Label is what the scenario calls the client: «Алсу».
	Label string

	first, patronymic, surname string
	sex                        names.Sex
	facts                      map[string]fact
}

// fact is one value that the person can reveal.
type fact struct {
	kind  pii.Kind
	value string
	mask  string
}

// Option changes what is invented.
type Option func(*wishes)

type wishes struct {
	minor bool
	sex   names.Sex
}

// Minor invents a child of 10 to 15 years instead of an adult.
func Minor() Option { return func(w *wishes) { w.minor = true } }

// Woman and Man decide the sex where the label does not.
func Woman() Option { return func(w *wishes) { w.sex = names.Female } }

// Man is the counterpart of [Woman].
func Man() Option { return func(w *wishes) { w.sex = names.Male } }

// Invent derives a person from the seed of the run, the key of the scenario and the label
// that the scenario uses. A label which is a first name stays the person's first name; any
// other («Клиент», «мама») is only a label.
func Invent(seed uint64, key, label string, opts ...Option) *Person {
	return invent(seed, key, label, 0, opts...)
}

func invent(seed uint64, key, label string, attempt int, opts ...Option) *Person {
	var w wishes
	for _, o := range opts {
		o(&w)
	}
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, seed)
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%d", key, strings.ToLower(label), attempt)
	sum := mix(h.Sum64())
	d := &dice{gofakeit.NewUnlocked(int64(sum>>1) | 1)}

	p := &Person{ID: fmt.Sprintf("client-%08x", uint32(sum)), Label: label, facts: map[string]fact{}}
	tatar := p.called(d, label, w.sex)
	p.named(d, tatar)
	p.contacts(d)
	p.papers(d, w.minor)
	return p
}

// mix spreads neighbouring hashes (splitmix64): sources of nearby seeds resemble one another.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// dice draws from the seeded source.
type dice struct{ *gofakeit.Faker }

func (d *dice) pick(list []string) string { return list[d.Number(0, len(list)-1)] }

func (d *dice) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + d.Number(0, 9))
	}
	return string(b)
}

// called decides first name and sex, and tells whether the person is a Tatar.
func (p *Person) called(d *dice, label string, wish names.Sex) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(label), " ")
	if known, ok := names.Find(word); ok {
		p.first, p.sex = word, known.Sex
		return known.Tatar
	}
	if short := names.FindShort(word); len(short) > 0 {
		p.first, p.sex = word, short[0].Sex
		if wish != names.Unknown {
			p.sex = wish
		}
		return short[0].Tatar
	}
	if looksLikeName(word) {
		if p.sex = names.GuessSex(strings.ToLower(word), names.First); wish != names.Unknown {
			p.sex = wish
		}
		if p.sex == names.Unknown {
			p.sex = names.Female
		}
		p.first = word
		return true
	}
	all := names.All()
	for {
		f := all[d.Number(0, len(all)-1)]
		if (wish == names.Unknown || f.Sex == wish) && !strings.Contains(wordsToo, f.Name) {
			p.first, p.sex = f.Name, f.Sex
			return f.Tatar
		}
	}
}

// wordsToo are names that are words as well: in small letters nobody could tell. A scenario
// may still call its client so.
const wordsToo = "Вера Надежда Любовь Роза Лилия Майя Рада Лев Мир Роман Марс Азат Алмаз Булат"

// roles are labels which are no names although they begin with a capital letter.
var roles = strings.Fields(`клиент клиентка гость гостья пациент пациентка мама папа мать отец ребёнок сын дочь
	бабушка дедушка муж жена подруга друг сестра брат мошенник мошенница злоумышленник посторонний посторонняя
	незнакомец женщина мужчина девушка парень подросток родитель представитель заказчик покупатель посетитель
	новый новая старый первый первая второй вторая третий третья другой другая чужой чужая бывший сосед соседка
	администратор врач мастер сотрудник бот некто кто-то аноним конкурент спамер школьник школьница студент студентка`)

func looksLikeName(word string) bool {
	letters := []rune(word)
	if len(letters) < 3 || !unicode.IsUpper(letters[0]) {
		return false
	}
	for _, r := range letters {
		if !unicode.Is(unicode.Cyrillic, r) && r != '-' {
			return false
		}
	}
	lower := strings.ToLower(word)
	for _, role := range roles {
		if lower == role {
			return false
		}
	}
	return true
}

func (p *Person) named(d *dice, tatar bool) {
	heads, middles := russianHeads, russianMiddles
	if tatar {
		heads, middles = surnameHeads, surnameMiddles
	}
	stem := d.pick(heads) + d.pick(middles)
	endings := []string{"ов", "ов", "ин", "ов"}
	if tatar {
		endings = []string{"ов", "ов", "уллин", "ов", "етдинов", "ин"}
	}
	ending := d.pick(endings)
	if strings.HasSuffix(stem, "ь") {
		stem = strings.TrimSuffix(stem, "ь")
	}
	p.surname = stem + ending
	var fathers []string
	for _, f := range names.All() {
		if f.Sex == names.Male && f.Tatar == tatar && f.Name != "Мир" && f.Name != "Марс" {
			fathers = append(fathers, f.Name)
		}
	}
	p.patronymic = names.PatronymicOf(d.pick(fathers), p.sex)
	if p.sex == names.Female {
		p.surname += "а"
	}
	p.facts["имя"] = fact{pii.Name, p.first, initialOf(p.first) + "***"}
	p.facts["фамилия"] = fact{pii.Name, p.surname, initialOf(p.surname) + "***"}
	p.facts["отчество"] = fact{pii.Name, p.patronymic, initialOf(p.patronymic) + "***"}
}

func initialOf(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// freeCodes are the codes of the Russian numbering plan which no subscriber has: a phone
// from them rings nowhere.
var freeCodes = []string{"907", "935", "954", "957", "972", "973", "974", "975", "976", "979", "998"}

func (p *Person) contacts(d *dice) {
	ten := d.pick(freeCodes) + d.digits(7)
	p.facts["телефон"] = fact{pii.Phone, phoneUsual(ten), "+7 9** ***-**-" + ten[8:]}

	slug := func(s string) string {
		return strings.ToLower(strings.ReplaceAll(names.Latin(s, names.Everyday), "-", ""))
	}
	host := d.pick([]string{"example.com", "example.org", "example.net", "pochta.test"})
	local := slug(p.first) + "." + slug(p.surname) + d.digits(2)
	p.facts["почта"] = fact{pii.Email, local + "@" + host, local[:1] + "***@" + host[:1] + "***." + host[strings.LastIndexByte(host, '.')+1:]}

	handle := slug(p.first) + "_" + slug(p.surname)[:4] + d.digits(4)
	p.facts["ник"] = fact{pii.Handle, "@" + handle, "@" + handle[:1] + "***"}
	p.facts["профиль"] = fact{pii.ProfileLink, "vk.com/id9" + d.digits(9), "vk.com/***"}

	street, house, flat := d.pick(streets), d.Number(1, 199), d.Number(1, 399)
	p.facts["адрес"] = fact{pii.Address, fmt.Sprintf("г. Казань, ул. %s, д. %d, кв. %d", street, house, flat), "г. Казань, ***"}
}

func (p *Person) papers(d *dice, minor bool) {
	year := d.Number(1950, 2003)
	if minor {
		year = d.Number(2011, 2016)
	}
	p.facts["дата рождения"] = fact{pii.BirthDate, fmt.Sprintf("%02d.%02d.%d", d.Number(1, 28), d.Number(1, 12), year), fmt.Sprintf("**.**.%d", year)}

	passport := fmt.Sprintf("92 %02d %s", d.Number(5, 24), d.digits(6))
	p.facts["паспорт"] = fact{pii.Passport, passport, "** ** ****" + passport[len(passport)-2:]}
	abroad := fmt.Sprintf("7%d %s", d.Number(0, 6), d.digits(7))
	p.facts["загранпаспорт"] = fact{pii.ForeignPassport, abroad, "** *****" + abroad[len(abroad)-2:]}
	licence := fmt.Sprintf("99 %02d %s", d.Number(10, 40), d.digits(6))
	p.facts["права"] = fact{pii.DriverLicence, licence, "** ** ****" + licence[len(licence)-2:]}

	s := snils(fmt.Sprintf("%03d%s", d.Number(10, 199), d.digits(6)))
	p.facts["СНИЛС"] = fact{pii.SNILS, s, "***-***-*** " + s[len(s)-2:]}
	i := inn("16" + d.digits(8))
	p.facts["ИНН"] = fact{pii.INN, i, "********" + i[8:]}
	o := luhn("16" + d.digits(13))
	p.facts["полис"] = fact{pii.OMS, o, "************" + o[12:]}
	c := luhn("220432" + d.digits(9))
	p.facts["карта"] = fact{pii.Card, c[:4] + " " + c[4:8] + " " + c[8:12] + " " + c[12:], "**** **** **** ****"}
	p.facts["код карты"] = fact{pii.CardCode, d.digits(3), "***"}

	letters := []string{"А", "В", "Е", "К", "М", "Н", "О", "Р", "С", "Т", "У", "Х"}
	plate := d.pick(letters) + fmt.Sprintf("%03d", d.Number(1, 999)) + d.pick(letters) + d.pick(letters) + "116"
	p.facts["номер машины"] = fact{pii.Plate, plate, "******116"}

	other := d.pick(freeCodes) + d.digits(7) // for a client who has written the wrong one
	p.facts["другой телефон"] = fact{pii.Phone, phoneUsual(other), "+7 9** ***-**-" + other[8:]}
}

func phoneUsual(ten string) string {
	return fmt.Sprintf("+7 %s %s-%s-%s", ten[:3], ten[3:6], ten[6:8], ten[8:])
}

// Female tells the grammatical sex of the person.
func (p *Person) Female() bool { return p.sex == names.Female }

// canaryNames are the facts that are planted, in the order of reports. A card's code is
// known by three digits only and is looked for beside the card by package pii.
var canaryNames = []string{
	"имя", "фамилия", "отчество", "телефон", "почта", "дата рождения", "адрес", "паспорт", "загранпаспорт", "права",
	"СНИЛС", "ИНН", "полис", "карта", "ник", "профиль", "номер машины", "другой телефон",
}

// Canaries are the values of the person as package trace looks for them.
func (p *Person) Canaries() []trace.Canary {
	all := make([]trace.Canary, 0, len(canaryNames))
	for _, name := range canaryNames {
		f := p.facts[name]
		all = append(all, trace.Canary{Owner: p.ID, Kind: f.kind, Name: name, Value: f.value, Forms: p.forms(name), Mask: f.mask})
	}
	return all
}

// forms are the other ways to say a value that a tracer cannot know by itself: surname and
// first name written together, as in an address or the name of a file, give the surname
// away.
func (p *Person) forms(name string) []string {
	if name != "фамилия" {
		return nil
	}
	return []string{p.first + p.surname, p.surname + p.first}
}
