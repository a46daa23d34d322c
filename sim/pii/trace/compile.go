package trace

import (
	"math/bits"
	"strconv"
	"strings"
	"time"

	"progon/sim/pii"
)

// number is a value that is told by its digits.
type number struct {
	digits string
	phone  bool // a country code may stand before it
	moment bool // a date in seconds: never dictated
	words  bool // only beside a word that says what it is: codes of three to five digits
}

// builder turns canaries into keys.
type builder struct {
	draft           // keys of digits and codes
	words     draft // keys of words
	spellings []spelling
	numbers   []number
	sequences []sequence
	persons   []person
	phrases   []phrase
	lengths   uint32 // bit n is set when digits of that length are looked for by themselves
	codes     bool
	// identifiers is set if a value is itself such as machines make: then none is passed
	// over.
	identifiers bool
}

func (b *builder) compile(i int32, c *Canary) {
	role, known := roleOf(c)
	value := strings.TrimSpace(c.Value)
	if value == "" {
		return
	}
	switch role {
	case roleFullName, roleFirst, rolePatronymic, roleSurname:
		b.name(i, value, role)
	case roleNumber, rolePhone:
		b.number(i, value, role)
	case roleEmail:
		b.email(i, value)
	case roleDate:
		if !b.date(i, value) {
			b.generic(i, value)
		}
	case roleAddress:
		if !b.address(i, value) {
			b.generic(i, value)
		}
	case roleIP:
		b.ip(i, value)
		b.generic(i, value)
	case roleGeo:
		b.geo(i, value)
	case roleHealth:
		b.phrase(i, value)
	case rolePlate:
		if !b.plate(i, value) {
			b.generic(i, value)
		}
	default:
		b.guess(i, value, known)
	}
	for _, form := range c.Forms {
		b.form(i, form, role)
	}
}

// role is how a kind is looked for. Several kinds share one.
type role int

const (
	roleGeneric role = iota
	roleFullName
	roleFirst
	rolePatronymic
	roleSurname
	rolePhone
	roleNumber
	roleEmail
	roleDate
	roleAddress
	roleIP
	roleGeo
	rolePlate
	roleHealth
)

// rolesByKind also knows the names under which other tools and people speak of a kind.
var rolesByKind = func() map[string]role {
	roles := map[string]role{}
	for r, list := range map[role]string{
		roleFullName:   "name full_name fullname fio фио полное_имя person имя_и_фамилия фамилия_и_имя имя_фамилия persona client_name customer_name patient",
		roleFirst:      "first_name firstname given_name имя forename",
		rolePatronymic: "patronymic middle_name отчество second_name",
		roleSurname:    "surname last_name lastname family_name фамилия",
		rolePhone:      "phone tel telephone mobile msisdn cell phone_number телефон номер_телефона мобильный whatsapp",
		roleNumber: "passport foreign_passport snils inn oms card bank_account ogrn ogrnip driver_licence driver_license passport_rf rf_passport " +
			"credit_card bank_card card_number pan account account_number imei policy policy_number otp card_code cvc cvv code pin birth_certificate " +
			"паспорт загранпаспорт снилс инн омс полис карта номер_карты счёт счет огрн огрнип права код код_карты",
		roleEmail:   "email e_mail mail почта электронная_почта",
		roleDate:    "birth_date birthdate birthday dob date_of_birth дата_рождения др день_рождения",
		roleAddress: "address addr адрес postal_address",
		roleIP:      "ip ip_address",
		roleGeo:     "geo coordinates location координаты latlon",
		roleHealth:  "health health_data symptom diagnosis здоровье диагноз симптом жалоба",
		rolePlate:   "plate car_plate license_plate licence_plate номер_машины госномер",
	} {
		for _, k := range strings.Fields(list) {
			roles[k] = r
		}
	}
	return roles
}()

// roleOf decides by the kind, and where the kind covers several (a name), by the name.
func roleOf(c *Canary) (r role, known bool) {
	kind := kindKey(string(c.Kind))
	if c.Kind == pii.Name {
		if r, ok := rolesByKind[kindKey(c.Name)]; ok && r >= roleFullName && r <= roleSurname {
			return r, true
		}
	}
	r, known = rolesByKind[kind]
	return r, known
}

func kindKey(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// guess looks for a value of a kind that tells nothing: by its shape.
func (b *builder) guess(i int32, value string, known bool) {
	digits, letters := len(onlyDigits(value)), 0
	for j := 0; j < len(value); {
		code, size := foldOf(value, j)
		if code != 0 {
			letters++
		}
		j += size
	}
	switch {
	case strings.Count(value, "@") == 1 && !strings.HasPrefix(value, "@") && !strings.ContainsAny(value, " \t"):
		b.email(i, value)
	case letters == 0 && digits >= 3:
		b.number(i, value, roleNumber)
	default:
		if b.plate(i, value) {
			return
		}
		b.generic(i, value)
	}
}

func (b *builder) number(i int32, value string, r role) {
	digits := onlyDigits(value)
	if digits == "" || len(digits) < len([]rune(strings.ReplaceAll(value, " ", "")))/3 {
		b.generic(i, value)
		return
	}
	n := number{digits: digits}
	// An unknown kind may hold a phone too.
	if len(digits) == 11 && (digits[0] == '7' || digits[0] == '8') && (r == rolePhone || digits[1] == '9') {
		n.digits, n.phone = digits[1:], true
	} else if r == rolePhone && len(digits) == 10 {
		n.phone = true
	}
	if len(digits) < 3 {
		return
	}
	n.words = len(n.digits) < 6 && r != rolePhone
	b.addNumber(i, n, asNumber)
	if len(n.digits) >= 6 {
		turned := []byte(n.digits)
		for l, r := 0, len(turned)-1; l < r; l, r = l+1, r-1 {
			turned[l], turned[r] = turned[r], turned[l]
		}
		back := number{digits: string(turned)}
		if back.digits != n.digits {
			b.addNumber(i, back, asReversed)
		}
		if n.phone {
			b.addNumber(i, number{digits: back.digits + "7"}, asReversed)
			b.addNumber(i, number{digits: back.digits + "8"}, asReversed)
			d := n.digits
			b.addNumber(i, number{digits: d[8:] + d[6:8] + d[3:6] + d[:3]}, asReversed) // «21-43-765-954»
		}
	}
	if strings.ContainsFunc(value, func(r rune) bool { return foldLetter(r) != r || r >= 'a' && r <= 'z' || r >= 'а' && r <= 'я' }) {
		b.generic(i, value) // «II-КБ № 123456»: the letters count too
	}
}

func (b *builder) addNumber(i int32, n number, as class) {
	key, length := tailKey(n.digits)
	b.lengths |= 1 << length
	b.add(key, entry{canary: i, class: as, aux: int32(len(b.numbers))})
	b.numbers = append(b.numbers, n)
}

// tailKey is the key of the last eight digits of a number, or of all where there are
// fewer; length says which.
func tailKey(digits string) (key uint64, length int) {
	length = min(len(digits), 8)
	packed := uint64(0)
	for _, d := range []byte(digits[len(digits)-length:]) {
		packed = packed<<4 | uint64(d-'0')
	}
	return packedKey(packed, length), length
}

func packedKey(packed uint64, length int) uint64 {
	return finish(packed|uint64(length)<<33, saltTail)
}

func dateKey(y, m, d int) uint64 { return finish(uint64(y)<<16|uint64(m)<<8|uint64(d), saltDate) }

// date looks for a day, month and year in any order that people use, and for the moment
// in which machines keep it.
func (b *builder) date(i int32, value string) bool {
	y, m, d, ok := parseDate(value)
	if !ok {
		return false
	}
	b.add(dateKey(y, m, d), entry{canary: i, class: asDate})
	turned := []byte(strconv.Itoa(y*10000 + m*100 + d))
	dmy := []byte(twoDigits(d) + twoDigits(m) + strconv.Itoa(y))
	for _, digits := range [][]byte{turned, dmy} {
		for l, r := 0, len(digits)-1; l < r; l, r = l+1, r-1 {
			digits[l], digits[r] = digits[r], digits[l]
		}
		b.addNumber(i, number{digits: string(digits)}, asReversed)
	}
	for _, hours := range []int{0, 3} { // midnight in UTC and in Kazan
		at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.FixedZone("", hours*3600)).Unix()
		if at > 10_000_000 {
			b.addNumber(i, number{digits: strconv.FormatInt(at, 10), moment: true}, asNumber)
			if hours == 0 {
				b.addNumber(i, number{digits: strconv.FormatInt(at*1000, 10), moment: true}, asNumber)
			}
		}
	}
	return true
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// parseDate reads a canary's own date.
func parseDate(value string) (y, m, d int, ok bool) {
	var nums []int
	var lens []int
	month := 0
	for _, tok := range lex(value, 0, len(value)) {
		if tok.digits {
			n, err := strconv.Atoi(tok.text)
			if err != nil {
				return 0, 0, 0, false
			}
			nums, lens = append(nums, n), append(lens, len(tok.text))
		} else if n, known := monthNames[tok.text]; known {
			month = n
		}
	}
	switch {
	case month > 0 && len(nums) >= 2 && lens[0] <= 2:
		d, m, y = nums[0], month, nums[1]
	case month > 0 && len(nums) >= 2 && lens[0] == 4:
		d, m, y = nums[1], month, nums[0]
	case len(nums) >= 3 && lens[0] == 4:
		y, m, d = nums[0], nums[1], nums[2]
	case len(nums) >= 3:
		d, m, y = nums[0], nums[1], nums[2]
	case len(nums) == 1 && lens[0] == 8:
		if n := nums[0]; n/10000 >= 1900 && n/10000 < 2100 {
			y, m, d = n/10000, n/100%100, n%100
		} else {
			y, m, d = n%10000, n/10000%100, n/1000000
		}
	default:
		return 0, 0, 0, false
	}
	if y < 100 {
		y += 1900
		if y < 1930 {
			y += 100
		}
	}
	return y, m, d, y >= 1900 && y < 2100 && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

var monthNames = func() map[string]int {
	months := map[string]int{}
	for i, list := range []string{
		"январь января январе янв январем january jan гыйнвар yanvar yanvarya janvarja", "февраль февраля феврале фев февр february feb ii fevral fevralya",
		"март марта марте мар march mar iii mart marta", "апрель апреля апреле апр april apr iv aprel aprelya", "май мая мае may maya", "июнь июня июне июн june jun vi iyun iyunya",
		"июль июля июле июл july jul vii iyul iyulya", "август августа августе авг august aug viii avgust avgusta", "сентябрь сентября сентябре сен сент september sep sept ix sentyabr sentyabrya",
		"октябрь октября октябре окт october oct oktyabr oktyabrya", "ноябрь ноября ноябре ноя нояб november nov xi noyabr noyabrya", "декабрь декабря декабре дек december dec xii dekabr dekabrya",
	} {
		for _, w := range strings.Fields(list) {
			months[lower(w)] = i + 1
		}
	}
	return months
}()

func ipKey(a uint32) uint64 { return finish(uint64(a), saltIP) }

func (b *builder) ip(i int32, value string) {
	parts := strings.Split(value, ".")
	if len(parts) != 4 {
		return
	}
	packed := uint32(0)
	for _, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || n > 255 {
			return
		}
		packed = packed<<8 | uint32(n)
	}
	b.add(ipKey(packed), entry{canary: i, class: asIP})
	if packed > 100_000_000 {
		b.addNumber(i, number{digits: strconv.FormatUint(uint64(packed), 10)}, asNumber)
	}
}

func geoKey(whole, fraction uint64) uint64 { return finish(whole<<32|fraction, saltGeo) }

// geo is found by the first coordinate with the precision of a house; the second must
// stand near.
func (b *builder) geo(i int32, value string) {
	var halves []string
	for _, f := range strings.FieldsFunc(value, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }) {
		if whole, fraction, ok := strings.Cut(f, "."); ok && len(fraction) >= 4 && whole != "" && len(whole) <= 3 {
			halves = append(halves, whole+"."+fraction[:4])
		}
	}
	if len(halves) != 2 {
		b.generic(i, value)
		return
	}
	whole, fraction, _ := strings.Cut(halves[0], ".")
	w, _ := strconv.ParseUint(whole, 10, 32)
	f, _ := strconv.ParseUint(fraction, 10, 32)
	// The value of this sequence is what must stand near.
	b.add(geoKey(w, f), entry{canary: i, class: asGeo, aux: int32(len(b.sequences))})
	b.sequences = append(b.sequences, sequence{value: halves[1]})
	b.generic(i, value)
}

func plateKey(letters string, digits uint64) uint64 {
	h := digits
	for _, r := range letters {
		h = step(h, uint16(r))
	}
	return finish(h, saltPlate)
}

// plate reads «А001АА116»; letters are compared as their Latin twins.
func (b *builder) plate(i int32, value string) bool {
	letters, digits := "", ""
	shape := ""
	for _, r := range lower(value) {
		if l, ok := toLatinTwin[r]; ok && l >= 'a' {
			r = l
		}
		switch {
		case r >= '0' && r <= '9':
			digits, shape = digits+string(r), shape+"0"
		case strings.ContainsRune("abekmhopctyx", r):
			letters, shape = letters+string(r), shape+"a"
		case r != ' ' && r != '-':
			return false
		}
	}
	if shape != "a000aa" && shape != "a000aa00" && shape != "a000aa000" {
		return false
	}
	n, _ := strconv.ParseUint(digits[:3], 10, 32)
	region, _ := strconv.Atoi("0" + digits[3:])
	b.add(plateKey(letters, n), entry{canary: i, class: asPlate, aux: int32(region)})
	return true
}

// pairKey is the key of a street and the number of a house on it.
func pairKey(word uint64, digits uint64) uint64 { return finish(word*31+digits, saltPair) }

// latinPairKey is the same for a street in Latin letters, known by its skeleton.
func latinPairKey(skeleton uint64, digits uint64) uint64 {
	return finish(skeleton*31+digits, saltLatinPair)
}

// afterWordKey is the key of a number right after a word: «id» 9123456789.
func afterWordKey(word uint64, packed uint64) uint64 { return finish(word*31+packed, saltAfterWord) }

func groupKey(packed uint64, n int) uint64 { return finish(packed^uint64(n)<<58, saltGroup) }

func packDigits(s string) uint64 {
	packed := uint64(0)
	for i := range len(s) {
		packed = packed<<4 | uint64(s[i]-'0')
	}
	return packed
}

func lengthsOf(mask uint32) []int {
	var all []int
	for ; mask != 0; mask &= mask - 1 {
		all = append(all, bits.TrailingZeros32(mask))
	}
	return all
}
