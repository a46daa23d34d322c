package persona

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"progon/sim/pii/trace"
)

// near misses are made from a person's own values: what is almost a leak must be none.
func nearMisses(p *Person, rng *rand.Rand) map[string]string {
	misses := map[string]string{}
	for _, name := range []string{"телефон", "паспорт", "загранпаспорт", "права", "СНИЛС", "ИНН", "полис", "карта"} {
		value := p.facts[name].value
		digits := digitsOnly(value)
		for i := range len(value) {
			if value[i] < '0' || value[i] > '9' || name == "телефон" && i < 3 {
				continue
			}
			other := []byte(value)
			other[i] = '0' + (value[i]-'0'+byte(1+rng.IntN(9)))%10
			misses[fmt.Sprintf("%s: другая цифра %d", name, i)] = string(other)
		}
		core := digits
		if name == "телефон" {
			core = digits[1:]
		}
		misses[name+": цифра лишняя в конце"] = core + fmt.Sprint(rng.IntN(10))
		misses[name+": длинный номер заказа"] = fmt.Sprintf("%d%s%03d", 1+rng.IntN(6), core, rng.IntN(1000))
		misses[name+": без последней цифры"] = core[:len(core)-1]
		misses[name+": последние четыре"] = "заканчивается на " + core[len(core)-4:]
		misses[name+": внутри идентификатора"] = "trace=ab" + core + "cdef0123"
		misses[name+": дробь"] = "0." + core
		misses[name+": в base64, но другая"] = base64.StdEncoding.EncodeToString([]byte(core[:len(core)-1] + string('0'+(core[len(core)-1]-'0'+1)%10)))
	}
	for name, f := range p.facts {
		misses[name+": маска"] = f.mask
		misses[name+": маска в журнале"] = `{"value":"` + f.mask + `","ok":true}`
		misses[name+": маска в адресе"] = url.QueryEscape(f.mask)
	}
	mail := p.facts["почта"].value
	local, host, _ := strings.Cut(mail, "@")
	misses["почта: другой ящик"] = local[:len(local)-1] + string('0'+(local[len(local)-1]-'0'+1)%10) + "@" + host
	misses["почта: ящик длиннее"] = local + "5@" + host
	misses["почта: домен"] = "info@" + host
	day := p.facts["дата рождения"].value
	misses["дата: год другой"] = day[:6] + "1949"
	misses["дата: без года"] = day[:5]
	misses["дата: только год"] = day[6:]
	misses["адрес: дом другой"] = strings.Replace(p.facts["адрес"].value, "д. ", "д. 1", 1)
	misses["адрес: только город"] = "г. Казань"
	misses["ник: длиннее"] = p.facts["ник"].value + "7"
	return misses
}

func TestNearMissesAreNoLeaks(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	cast := NewCast(11, "почти")
	n, alarms := 0, 0
	for i := range 25 {
		p := cast.Person(fmt.Sprint("клиент ", i))
		tracer := trace.New(p.Canaries())
		for what, text := range nearMisses(p, rng) {
			for _, frame := range []string{"%s", "2026-11-23T12:00:01.123Z INFO id=%s took=12ms", `{"msg":"запрос","id":"%s","n":3}`, "итого %s, спасибо"} {
				n++
				for _, h := range tracer.Find(fmt.Sprintf(frame, text)) {
					if (h.Canary.Name == "имя" || h.Canary.Name == "фамилия") && (strings.HasPrefix(what, "почта") || strings.HasPrefix(what, "ник")) {
						continue // the name in an invented address is really there
					}
					if alarms++; alarms < 20 {
						t.Errorf("%s: принято за %s (%s): %q", what, h.Canary.Name, h.Rendering, fmt.Sprintf(frame, text))
					}
				}
			}
		}
	}
	t.Logf("%d похожих, ложных тревог %d", n, alarms)
}

// TestStrangersAreNoLeaks looks for one client in everything that belongs to others.
func TestStrangersAreNoLeaks(t *testing.T) {
	t.Parallel()
	cast := NewCast(12, "чужие")
	tracer := trace.New(cast.Person("Айзиля").Canaries())
	for i := range 300 {
		for name, f := range cast.Person(fmt.Sprint("клиент ", i)).facts {
			if name == "имя" || name == "отчество" || name == "дата рождения" || name == "код карты" {
				continue // few enough to be shared
			}
			for _, h := range tracer.Find(f.value) {
				t.Errorf("чужое значение «%s» принято за %s (%s): %s", name, h.Canary.Name, h.Rendering, f.value)
			}
		}
	}
}

// TestCrowdSeesNothingInCleanLogs is about chance: many clients, a log without any of them.
func TestCrowdSeesNothingInCleanLogs(t *testing.T) {
	t.Parallel()
	text := journal(1 << 20)
	for _, h := range trace.New(crowd(500)).Find(text) {
		t.Errorf("в чистом журнале найдено: %s (%s): %q", h.Canary.Name, h.Rendering, text[h.Start:h.End])
	}
}

// TestRandomRenderings dresses values in random chains of encodings and frames.
func TestRandomRenderings(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 5))
	spell := []func(string) string{
		func(s string) string { return s }, strings.ToUpper, strings.ToLower,
		func(s string) string { return strings.Join(strings.Fields(s), "\u00a0") },
		func(s string) string { return strings.ReplaceAll(s, " ", "\u200b ") },
		func(s string) string { return strings.NewReplacer("0", "О", "3", "З").Replace(s) },
		func(s string) string {
			return strings.NewReplacer("а", "a", "о", "o", "е", "e", "с", "c").Replace(s)
		},
		func(s string) string { return strings.NewReplacer("-", "", " ", "").Replace(s) },
	}
	wrap := []func(string) string{
		func(s string) string { return s },
		url.QueryEscape, url.PathEscape,
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return fmt.Sprintf("%x", s) },
		func(s string) string { return fmt.Sprintf("%+q", s) },
		func(s string) string {
			var b strings.Builder
			for _, r := range s {
				fmt.Fprintf(&b, "&#%d;", r)
			}
			return b.String()
		},
	}
	cast := NewCast(13, "случай")
	for i := range 25 {
		p := cast.Person(fmt.Sprint("клиент ", i))
		tracer := trace.New(p.Canaries())
		for _, name := range []string{"фамилия", "телефон", "почта", "паспорт", "СНИЛС", "ИНН", "полис", "карта", "номер машины", "дата рождения", "адрес"} {
			for range 12 {
				k := rng.IntN(len(spell))
				if k == 5 && (name == "почта" || name == "адрес" || name == "дата рождения" || name == "номер машины") || k == 2 && name == "имя" || k == 7 && (name == "дата рождения" || name == "адрес") {
					k = 0
				}
				text := spell[k](p.facts[name].value)
				a, b := rng.IntN(len(wrap)), rng.IntN(len(wrap))
				text = `{"msg":"ok","data":"` + wrap[b](wrap[a](text)) + `","n":12}`
				found := false
				for _, h := range tracer.Find(text) {
					found = found || h.Canary.Name == name
				}
				if !found {
					t.Errorf("%s (запись %d, обёртки %d и %d) не найдено: %s", name, k, a, b, text)
				}
			}
		}
	}
}
