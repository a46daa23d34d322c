package checks

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"progon"
	"progon/sim/pii"
	"progon/sim/pii/trace"
)

// Kinds of the map which no client has as a fact.
const (
	kindHealth = "сведения о здоровье"
	kindSecret = "ключ или адрес доступа"
)

// Sightings draws the map of personal data of one scenario: what clients told the bot, and
// where it went from there. It judges nothing: an open phone is in its place in a contact.
func Sightings(c Case) []progon.Sighting {
	m := &mapper{evidence: c, health: pii.NewHealth(c.Health), at: map[[2]string]int{}}
	for _, e := range c.Events {
		switch {
		case e.Surface == progon.SurfaceChat && e.Direction == progon.ToBot && e.Actor == progon.ActorClient:
			m.look(e, "слова клиента", []Text{{e.Seq, "", e.Text}})
		case e.Direction == progon.FromBot && e.Actor == progon.ActorBot:
			byPlace := map[string][]Text{}
			var order []string
			for _, t := range append(wholeOf(e), secretAddress(e)...) {
				p := mapPlace(e, t.Where)
				if _, known := byPlace[p]; !known {
					order = append(order, p)
				}
				byPlace[p] = append(byPlace[p], t)
			}
			for _, p := range order {
				m.look(e, p, byPlace[p])
			}
		}
	}
	return m.seen
}

// secretAddress is the address line of a request that is not to the CRM: there the key
// stands in the address by design.
func secretAddress(e progon.Event) []Text {
	if e.Surface == progon.SurfaceEgress || e.Surface == progon.SurfaceModel {
		return addressOf(e)
	}
	return nil
}

type mapper struct {
	evidence Case
	health   *pii.HealthTracer
	seen     []progon.Sighting
	at       map[[2]string]int // surface and place, kind
}

// sorts of writing, the more open the higher.
const (
	masked = 1 + iota
	hashed
	open
)

// look notes what the texts of one event hold in one place: each kind once.
func (m *mapper) look(e progon.Event, place string, texts []Text) {
	worst := map[string]int{}
	note := func(kind string, sort int) { worst[kind] = max(worst[kind], sort) }
	for _, t := range texts {
		for _, h := range m.evidence.Tracer.Find(t.Value) {
			sort := open
			if isHash(h) {
				sort = hashed
			}
			kind := m.evidence.kindOf(h.Canary)
			if h.Canary.Kind == pii.Phone {
				kind = pii.Russian(pii.Phone) // the second one as well
			}
			note(kind, sort)
		}
		for _, kind := range maskedKinds(t.Value) {
			note(kind, masked)
		}
		if len(m.health.Find(t.Value)) > 0 {
			note(kindHealth, open)
		}
		for _, s := range m.evidence.Secrets {
			if len(s) >= 8 && strings.Contains(t.Value, s) {
				note(kindSecret, open)
			}
		}
	}
	told := e.Direction == progon.ToBot
	kinds := make([]string, 0, len(worst))
	for k := range worst {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		key := [2]string{string(e.Surface) + place, kind}
		i, known := m.at[key]
		if !known {
			i = len(m.seen)
			m.at[key] = i
			m.seen = append(m.seen, progon.Sighting{Kind: kind, Surface: e.Surface, Told: told, Place: place, Example: progon.Pointer{Seq: e.Seq}})
		}
		s := &m.seen[i]
		if (worst[kind] == open && s.Open == 0) || (worst[kind] == hashed && s.Open+s.Hashed == 0) {
			s.Example.Seq = e.Seq
		}
		switch worst[kind] {
		case open:
			s.Open++
		case hashed:
			s.Hashed++
		default:
			s.Masked++
		}
	}
}

func isHash(h trace.Hit) bool {
	return strings.Contains(h.Rendering, "MD5") || strings.Contains(h.Rendering, "SHA-")
}

// What masked values look like, whoever has masked them. A mask does not tell whose value
// it hides, only of which kind.
var masks = []struct {
	kind string
	like *regexp.Regexp
}{
	{"телефон", regexp.MustCompile(`(?:\+7|\b8|\b7)[\s(]*9?[0-9*•xXхХ]{0,3}[\s)]*[-\s]*[*•xXхХ]{2,3}[-\s*•xXхХ0-9]{4,}`)},
	{"телефон", regexp.MustCompile(`(?i)[\[<{](?:phone|телефон|тел|tel)[^\]>}\s]{0,12}[\]>}]`)},
	{"почта", regexp.MustCompile(`[A-Za-z0-9.]{0,3}[*•]{2,}[A-Za-z0-9.]{0,2}@[A-Za-z0-9.*•-]+`)},
	{"почта", regexp.MustCompile(`(?i)[\[<{](?:e-?mail|почта)[^\]>}\s]{0,12}[\]>}]`)},
	{"имя", regexp.MustCompile(`(?i)[\[<{](?:name|имя|фио|fio)[^\]>}\s]{0,12}[\]>}]`)},
	{"имя", regexp.MustCompile(`\p{Lu}\p{Ll}?[*•]{2,}`)},
	{"карта", regexp.MustCompile(`(?:[0-9]{4}[\s-]?)?(?:[*•xX]{4}[\s-]?){2,3}[0-9*•xX]{4}`)},
	{"СНИЛС", regexp.MustCompile(`[*•]{3}-[*•]{3}-[*•]{3}[\s-][0-9*•]{2}`)},
	{"паспорт", regexp.MustCompile(`(?i)[\[<{](?:passport|паспорт)[^\]>}\s]{0,12}[\]>}]`)},
	{kindHealth, regexp.MustCompile(`(?i)[\[<{](?:health|здоровье|диагноз|жалоба|симптом)[^\]>}\s]{0,12}[\]>}]`)},
}

func maskedKinds(text string) []string {
	if !strings.ContainsAny(text, "*•[<{") && !strings.Contains(text, "xx") && !strings.Contains(text, "XX") && !strings.Contains(text, "хх") {
		return nil
	}
	var kinds []string
	for _, m := range masks {
		if !slices.Contains(kinds, m.kind) && m.like.MatchString(text) {
			kinds = append(kinds, m.kind)
		}
	}
	return kinds
}

var (
	lineNumber = regexp.MustCompile(`:[0-9]+$`)
	rowOf      = regexp.MustCompile(`, (?:строка|ключ|rowid|id|запись|сообщение|значение|\(|[A-Za-z_]+=)[^,]*$`)
	brackets   = regexp.MustCompile(`\[[^\]]*\]`)
)

// mapPlace is where something lies, without what is peculiar to one event: the line of a
// log, the row of a table, the number of a card.
func mapPlace(e progon.Event, field string) string {
	place := lineNumber.ReplaceAllString(e.Place, "")
	switch e.Surface {
	case progon.SurfaceChat:
		return "ответы бота"
	case progon.SurfaceCRM:
		return crmPlace(e.Kind, field)
	case progon.SurfaceModel:
		return "запросы к модели"
	case progon.SurfaceEgress:
		return "узел " + cmp.Or(e.Kind, "без имени")
	case progon.SurfaceAlert:
		return "оповещения (" + cmp.Or(e.Kind, "канал не назван") + ")"
	case progon.SurfaceLog:
		if place == "" {
			place = e.Kind
		}
		return rowOf.ReplaceAllString(place, "")
	default:
		return cmp.Or(rowOf.ReplaceAllString(place, ""), e.Kind, "файл")
	}
}

// crmKinds name the cards of the portal by the beginning of the methods, the longest first.
var crmKinds = []struct{ method, name string }{
	{"crm.timeline.comment", "комментарий"}, {"crm.duplicate", "поиск дублей"}, {"crm.activity", "дело"},
	{"crm.lead", "лид"}, {"crm.deal", "сделка"}, {"crm.contact", "контакт"}, {"crm.company", "компания"},
	{"crm.item", "карточка"}, {"crm.requisite", "реквизиты"}, {"crm.address", "адрес"}, {"tasks.", "задача"}, {"task.", "задача"},
	{"im.notify", "уведомление"}, {"imopenlines.", "открытая линия"}, {"imbot.", "диалог"}, {"im.", "чат"},
	{"calendar.", "календарь"}, {"booking.", "бронирование"}, {"disk.", "диск"}, {"user.", "сотрудник"}, {"batch", "пакет"},
}

func crmPlace(method, field string) string {
	kind := method
	for _, k := range crmKinds {
		if strings.HasPrefix(strings.ToLower(method), k.method) {
			kind = k.name
			break
		}
	}
	field = brackets.ReplaceAllString(field, "")
	parts := strings.Split(strings.Trim(field, "."), ".")
	if len(parts) > 1 && isOneOf(strings.ToLower(parts[0]), "fields", "params", "filter") {
		parts = parts[1:]
	}
	if len(parts) == 0 || parts[0] == "" {
		return kind
	}
	if len(parts) > 1 && isOneOf(parts[len(parts)-1], "VALUE", "VALUE_TYPE", "value") {
		parts = parts[:len(parts)-1]
	}
	return kind + ", поле " + parts[len(parts)-1]
}
