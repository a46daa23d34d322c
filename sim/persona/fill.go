package persona

import (
	"fmt"
	"strings"
)

// Filled is a line of a client with the values put in.
type Filled struct {
	Text string
	// Used are the names of the values which the line gives away, in order.
	Used []string
	// Health is what the line says about health: words marked as «{здоровье: болит зуб}».
	Health []string
}

// Fill replaces the placeholders of a line: «{телефон: слитно}» by the person's phone,
// «{здоровье: болит зуб}» by its own words, which are reported as said about health.
// Braces are written twice to be said: «{{» and «}}».
func (p *Person) Fill(line string) (Filled, error) { return fill(p, nil, line) }

func fill(p *Person, company *Cast, line string) (Filled, error) {
	var out strings.Builder
	var f Filled
	rest := line
	for {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			out.WriteString(rest)
			f.Text = out.String()
			return f, nil
		}
		out.WriteString(rest[:i])
		brace := rest[i]
		rest = rest[i+1:]
		if strings.HasPrefix(rest, string(brace)) {
			out.WriteByte(brace)
			rest = rest[1:]
			continue
		}
		if brace == '}' {
			return Filled{}, fmt.Errorf("строка клиента: лишняя «}»: перед ней нет «{»; если скобка нужна в тексте, напишите её дважды")
		}
		end := strings.IndexAny(rest, "{}")
		if end < 0 || rest[end] == '{' {
			return Filled{}, fmt.Errorf("строка клиента: «{» не закрыта; если скобка нужна в тексте, напишите её дважды")
		}
		name := strings.TrimSpace(rest[:end])
		rest = rest[end+1:]
		if name == "" {
			return Filled{}, fmt.Errorf("строка клиента: в «{}» нет имени значения; есть: %s", strings.Join(Names(), ", "))
		}
		if err := f.put(&out, p, company, name); err != nil {
			return Filled{}, fmt.Errorf("строка клиента: %w", err)
		}
	}
}

// put writes one value.
func (f *Filled) put(out *strings.Builder, p *Person, company *Cast, name string) error {
	base, variant, varied := strings.Cut(name, ":")
	if fold(base) == "здоровье" {
		words := strings.TrimSpace(variant)
		if words == "" {
			return fmt.Errorf("«{здоровье}» без слов: напишите, что говорит клиент, например «{здоровье: болит зуб}»")
		}
		out.WriteString(words)
		f.Health = append(f.Health, words)
		return nil
	}
	asked := name
	if varied && company != nil && !knownName(base) {
		// «{Ильнур: телефон}»: the value of somebody else.
		other, _, _ := strings.Cut(variant, ":")
		if knownName(other) {
			p, name = company.Person(strings.TrimSpace(base)), strings.TrimSpace(variant)
		}
	}
	value, err := p.Value(name)
	if err != nil {
		return err
	}
	out.WriteString(value)
	f.Used = append(f.Used, asked)
	return nil
}

func knownName(name string) bool {
	name = canonical(name)
	for _, known := range Names() {
		if known == name {
			return true
		}
	}
	return false
}
