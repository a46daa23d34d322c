package client

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Goal is what a client wants.
type Goal string

// The goals.
const (
	Book     Goal = "записаться"
	Move     Goal = "перенести запись"
	Cancel   Goal = "отменить запись"
	Ask      Goal = "задать вопрос"
	Medical  Goal = "спросить о здоровье"
	Complain Goal = "пожаловаться"
	Withdraw Goal = "отозвать согласие"
	Delete   Goal = "удалить свои данные"
)

// Goals lists all of them.
func Goals() []Goal {
	return []Goal{Book, Move, Cancel, Ask, Medical, Complain, Withdraw, Delete}
}

// Goal is what the client wants, in Russian.
func (c *Client) Goal() string {
	switch c.o.Goal {
	case Book:
		return "записаться на «" + c.o.Facts["service"] + "»"
	case Move:
		return "перенести запись на «" + c.o.Facts["time"] + "»"
	}
	return string(c.o.Goal)
}

// opening says the goal: at first in one of several ways, afterwards plainly.
func (c *Client) opening(again int) []Utterance {
	c.tells["goal"]++
	if c.o.Goal == Book {
		c.tells["service"]++
		c.told["service"] = c.turn
	}
	return c.words(c.purpose(again))
}

func (c *Client) purpose(again int) string {
	if c.o.Manner == TatarOnly && again == 0 {
		if line := tatarOpenings[c.o.Goal]; line != "" {
			return line
		}
	}
	switch c.o.Goal {
	case Book:
		if again > 0 {
			return []string{"мне бы записаться на {service+}", "хочу записаться: {service}", "запишите меня, пожалуйста: {service}, {time}"}[min(again, 3)-1]
		}
		if c.o.Manner == Spoken && c.o.Facts["time"] != "" { // people who talk tell more than they are asked
			return c.pick("здравствуйте, хочу записаться на {service+}, мне бы на {time}", "добрый день, запишите меня на {service+} на {time}")
		}
		return c.pick("здравствуйте, хочу записаться на {service+}", "добрый день, запишите меня на {service+}", "хочу записаться на {service+}", "здравствуйте, можно записаться на {service+}?")
	case Move:
		if again > 0 {
			return "мне нужно перенести запись на другое время: {time}"
		}
		return c.pick("перенесите, пожалуйста, мою запись на {time}", "здравствуйте, хочу перенести запись на {time}")
	case Cancel:
		if again > 0 {
			return "отмените мою запись, я не приду"
		}
		return c.pick("отмените, пожалуйста, мою запись", "здравствуйте, хочу отменить запись")
	case Complain:
		if q := c.o.Facts["question"]; q != "" && again == 0 {
			return c.mask(q)
		}
		return "хочу пожаловаться, мне не понравилось обслуживание"
	case Withdraw:
		return "отзываю согласие на обработку моих персональных данных"
	case Delete:
		return "удалите мои данные"
	}
	return c.mask(c.o.Facts["question"])
}

var tatarOpenings = map[Goal]string{
	Book:   "исәнмесез, {service} өчен язылырга телим",
	Move:   "исәнмесез, язылуымны {time} күчерегезче",
	Cancel: "исәнмесез, язылуымны юкка чыгарыгыз әле",
}

// goalOption finds the entry of a menu that leads to the goal.
func (c *Client) goalOption(options []option) (option, bool) {
	var want, not []string
	switch c.o.Goal {
	case Book:
		want, not = []string{"запис", "заброни", "бронь", "язылу", "язылырга", "book"}, []string{"отмен", "перен", "мои=", "моя=", "изменить"}
	case Move:
		want, not = []string{"перен", "изменить", "мои=", "моя=", "күчер"}, []string{"отмен"}
	case Cancel:
		want = []string{"отмен", "мои=", "моя=", "баш=", "юкка"}
	case Complain:
		want = []string{"жалоб", "пожалов", "претенз", "отзыв", "администратор", "оператор", "человек", "сотрудник"}
	case Withdraw, Delete:
		want, not = []string{"данны", "персональн", "отозвать", "удал"}, []string{"политик"}
	case Medical:
		want = []string{"врач", "доктор", "специалист", "вопрос", "администратор", "оператор", "человек"}
	default:
		if o, ok := bestLike(options, c.o.Facts["question"]); ok {
			return o, true
		}
		if anyOf(fold(c.o.Facts["question"]), "сколько стоит", "цен", "почем", "прайс", "стоимост") {
			want = []string{"цен", "прайс", "стоим"}
			break
		}
		want = []string{"вопрос", "спросить", "faq"}
	}
	for _, o := range options {
		if w := wordsOf(fold(o.title)); has(w, want...) && (not == nil || !has(w, not...)) {
			return o, true
		}
	}
	return option{}, false
}

// words says a line in the client's manner and puts the facts in. A client who was not
// understood says it plainly.
func (c *Client) words(line string) []Utterance {
	m := c.o.Manner
	if c.again > 0 || c.nagged > 1 {
		m = Plain
	}
	draw := c.draw(line)
	var out []Utterance
	for i, part := range rewrite(line, m, draw) {
		u := Utterance{Text: c.fill(part)}
		if i > 0 {
			u.Pause = time.Duration(300+draw(1200)) * time.Millisecond
		}
		out = append(out, u)
	}
	return out
}

// list says several facts. They are said as they are: a manner never spoils a value.
func (c *Client) list(facts []string) []Utterance {
	if len(facts) == 0 {
		return nil
	}
	if c.o.Manner == Bursts && len(facts) > 1 && c.again == 0 {
		var out []Utterance
		draw := c.draw(facts[0])
		for i, f := range facts {
			u := Utterance{Text: c.fill(f)}
			if i > 0 {
				u.Pause = time.Duration(300+draw(1200)) * time.Millisecond
			}
			out = append(out, u)
		}
		return out
	}
	if len(facts) == 1 {
		return c.words(facts[0])
	}
	return []Utterance{{Text: c.fill(strings.Join(facts, ", "))}}
}

// fill puts facts in the place of their names. «{service+}» is the service as the object
// of «на»: «на стрижку».
func (c *Client) fill(line string) string {
	if !strings.Contains(line, "{") {
		return line
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(line, '{')
		if i < 0 {
			break
		}
		end := strings.IndexByte(line[i:], '}')
		if end < 0 {
			break
		}
		key := line[i+1 : i+end]
		out.WriteString(line[:i])
		switch value := c.o.Facts[key]; {
		case key == "service+":
			out.WriteString(accusative(c.o.Facts["service"]))
		case key == "time" && value == "":
			out.WriteString("любое время")
		case value != "":
			out.WriteString(value)
		default:
			out.WriteString(line[i : i+end+1])
		}
		line = line[i+end+1:]
	}
	out.WriteString(line)
	return out.String()
}

// mask puts names in the place of facts, so that a manner cannot spoil them.
func (c *Client) mask(line string) string {
	keys := make([]string, 0, len(c.o.Facts))
	for k, v := range c.o.Facts {
		if len([]rune(v)) >= 3 && k != "question" && k != "time" && k != "service" {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(c.o.Facts[b]), len(c.o.Facts[a])), strings.Compare(a, b))
	})
	for _, k := range keys {
		line = strings.ReplaceAll(line, c.o.Facts[k], "{"+k+"}")
	}
	return line
}

// accusative turns «стрижка» into «стрижку» and «лазерная эпиляция» into «лазерную
// эпиляцию»; other words look the same or stay as they are.
func accusative(service string) string {
	words := strings.Fields(service)
	for i, w := range words {
		switch {
		case strings.HasSuffix(w, "ая"):
			words[i] = strings.TrimSuffix(w, "ая") + "ую"
			continue
		case strings.HasSuffix(w, "яя"):
			words[i] = strings.TrimSuffix(w, "яя") + "юю"
			continue
		case strings.HasSuffix(w, "а"):
			words[i] = strings.TrimSuffix(w, "а") + "у"
		case strings.HasSuffix(w, "ия") || strings.HasSuffix(w, "ья"):
			words[i] = strings.TrimSuffix(w, "я") + "ю"
		}
		break
	}
	return strings.Join(words, " ")
}

func (c *Client) sex(male, female string) string {
	if c.o.Female {
		return female
	}
	return male
}

// draw is the client's chance in this turn.
func (c *Client) draw(what string) func(int) int {
	return source(c.o.Seed, uint64(c.turn), what)
}

// pick chooses a wording by the seed: the same client says the same.
func (c *Client) pick(lines ...string) string {
	return lines[c.draw(lines[0])(len(lines))]
}
