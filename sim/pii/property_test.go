package pii

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// said is how a person names a value of a kind: the words that stand before it.
var said = map[Kind]string{
	Phone: "мой телефон ", Email: "почта ", Name: "меня зовут ", BirthDate: "дата рождения ", Passport: "паспорт ", ForeignPassport: "загранпаспорт ",
	SNILS: "СНИЛС ", INN: "ИНН ", OMS: "полис ОМС ", DriverLicence: "водительское удостоверение ", Plate: "номер машины ", VIN: "VIN ", Card: "карта ",
	CardCode: "CVC ", BankAccount: "счёт ", OGRN: "ОГРНИП ", Address: "мой адрес ", Geo: "координаты ", Handle: "ник ", ProfileLink: "моя страница ",
	IP: "мой ip ", DeviceID: "imei ", OTP: "код из смс ", Secret: "ключ ", Health: "",
}

// TestInventedIsFound is the property which holds recogniser and generator together.
func TestInventedIsFound(t *testing.T) {
	t.Parallel()
	d := NewDetector(ProfileChat)
	rnd := rand.New(rand.NewSource(20261123))
	for _, k := range Kinds() {
		t.Run(string(k), func(t *testing.T) {
			for range 200 {
				value := Invent(k, rnd)
				if !Valid(k, value) {
					t.Fatalf("Invent(%s) = %q is not valid", k, value)
				}
				text := said[k] + value
				if !found(d, text, k) {
					t.Fatalf("not found: %s in %q", k, text)
				}
				if masked := d.Mask(text); strings.Contains(masked, value) {
					t.Fatalf("Mask(%q) = %q: the value is still there", text, masked)
				}
			}
		})
	}
}

func found(d *Detector, text string, k Kind) bool {
	for _, s := range d.Find(text) {
		if s.Kind == k {
			return true
		}
	}
	return false
}

// renderings are ways to write the same digits.
var renderings = []struct {
	name string
	of   func(string) string
}{
	{"as it is", func(v string) string { return v }},
	{"no-break spaces", func(v string) string { return strings.ReplaceAll(v, " ", "\u00a0") }},
	{"thin spaces", func(v string) string { return strings.ReplaceAll(v, " ", "\u2009") }},
	{"en dashes", func(v string) string { return strings.ReplaceAll(v, "-", "–") }},
	{"non-breaking hyphens", func(v string) string { return strings.ReplaceAll(v, "-", "\u2011") }},
	{"full width", func(v string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, v)
	}},
	{"zero width", func(v string) string { return strings.Join(strings.Split(v, ""), "\u200b") }},
	{"key caps", func(v string) string {
		var b strings.Builder
		for _, r := range v {
			b.WriteRune(r)
			if r >= '0' && r <= '9' {
				b.WriteString("\ufe0f\u20e3")
			}
		}
		return b.String()
	}},
	{"JSON escapes", func(v string) string {
		var b strings.Builder
		for _, r := range v {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		return b.String()
	}},
	{"percent", func(v string) string {
		var b strings.Builder
		for i := 0; i < len(v); i++ {
			fmt.Fprintf(&b, "%%%02X", v[i])
		}
		return b.String()
	}},
	{"soft hyphens", func(v string) string { return v[:4] + "\u00ad" + v[4:] }},
}

func TestRenderingsAreFound(t *testing.T) {
	t.Parallel()
	d := NewDetector(ProfileChat)
	rnd := rand.New(rand.NewSource(1))
	for _, k := range []Kind{Phone, Passport, ForeignPassport, SNILS, INN, OMS, Card, DriverLicence, BankAccount} {
		for _, r := range renderings {
			t.Run(string(k)+"/"+r.name, func(t *testing.T) {
				for range 20 {
					value := Invent(k, rnd)
					text := "запишите: " + said[k] + r.of(value) + " спасибо"
					spans := d.Find(text)
					if len(spans) != 1 || spans[0].Kind != k {
						t.Fatalf("%q: found %v", text, spans)
					}
					if got := text[spans[0].Start:spans[0].End]; Normalize(k, got) != Normalize(k, value) {
						t.Fatalf("%q: the span is %q", text, got)
					}
				}
			})
		}
	}
}

func TestPhoneWritings(t *testing.T) {
	t.Parallel()
	d := NewDetector(ProfileLog)
	rnd := rand.New(rand.NewSource(7))
	for range 50 {
		p := normalPhone(Invent(Phone, rnd))
		a, b, c, e := p[:3], p[3:6], p[6:8], p[8:]
		for _, text := range []string{
			"+7" + p, "8" + p, "7" + p, "+7 " + a + " " + b + "-" + c + "-" + e, "+7(" + a + ")" + b + c + e, "8 (" + a + ") " + b + " " + c + " " + e,
			"8-" + a + "-" + b + "-" + c + "-" + e, "8." + a + "." + b + "." + c + "." + e, a + " " + b + " " + c + " " + e, "тел " + p, "8 " + a + " " + b + c + e,
			"+7" + a + " " + b + " " + c + e, "8(" + a + ")" + b + " " + c + " " + e, "тел:" + "8" + p, "т.8" + p, "+7 / " + a + " / " + b + "-" + c + "-" + e, "+7_" + a + "_" + b + "_" + c + "_" + e,
			"tel:+7" + p, "wa.me/7" + p, "8 " + a + " " + b + " " + c + " " + e + " доб. 12", "(" + a + ") " + b + "-" + c + "-" + e, p + " мой номер", "7" + p + "@c.us",
			"8 " + p[:1] + " " + p[1:2] + " " + p[2:3] + " " + p[3:4] + " " + p[4:5] + " " + p[5:6] + " " + p[6:7] + " " + p[7:8] + " " + p[8:9] + " " + p[9:],
		} {
			if !found(d, text, Phone) {
				t.Errorf("not found in %q", text)
			}
		}
	}
}

// TestWrongCheckDigit alters the last digit: what has a check digit is not found then.
func TestWrongCheckDigit(t *testing.T) {
	t.Parallel()
	d := NewDetector(ProfileChat)
	rnd := rand.New(rand.NewSource(3))
	for _, k := range []Kind{SNILS, INN, OMS, Card, OGRN, DeviceID} {
		t.Run(string(k), func(t *testing.T) {
			for range 100 {
				value := []byte(Invent(k, rnd))
				last := len(value) - 1
				value[last] = '0' + (value[last]-'0'+1)%10
				text := said[k] + string(value)
				if found(d, text, k) {
					t.Fatalf("found although the check digit is wrong: %s in %q", k, text)
				}
			}
		})
	}
}

// TestMaskIsTotal: when everything found is masked, nothing is found any more.
func TestMaskIsTotal(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{ProfileLog, ProfileCRM, ProfileChat, ProfileModel} {
		d := NewDetector(p)
		for _, l := range readCorpus(t) {
			masked := d.Mask(l.text)
			if again := d.Find(masked); len(again) > 0 {
				t.Errorf("%s: %q was masked as %q and still has %s %q", l.place, l.text, masked, again[0].Kind, masked[again[0].Start:again[0].End])
			}
			for _, w := range l.want {
				if v := l.text[w.Start:w.End]; len(v) > 4 && w.Kind != Health && strings.Contains(masked, v) && found(d, l.text, w.Kind) && !found(d, masked, w.Kind) && p == ProfileLog {
					t.Errorf("%s: %s stayed open in %q", l.place, w.Kind, masked)
				}
			}
		}
	}
}
