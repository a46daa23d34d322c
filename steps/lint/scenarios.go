package lint

import (
	"fmt"
	"sort"
	"strings"

	"progon/steps/script"
)

// scenarios finds what shows only in the parsed features.
func scenarios(book *script.Book, o Options) []Problem {
	var found []Problem
	add := func(sc script.Scenario, line int, rule, format string, args ...any) {
		found = append(found, Problem{sc.File, line, rule, fmt.Sprintf(format, args...)})
	}
	titles := map[string]script.Scenario{}
	ids := map[string]script.Scenario{}
	seen := map[string]bool{} // a finding about a step shared by rows is told once
	for _, sc := range book.Scenarios {
		base, _, isRow := strings.Cut(sc.Key, "#")
		first := !seen[base]
		seen[base] = true
		line := sc.Line
		if isRow {
			line = lineOf(base)
		}
		if first {
			if other, ok := titles[sc.Title]; ok {
				add(sc, line, "duplicate-title", "название уже есть у сценария %s:%d; в отчёте их не различить", other.File, other.Line)
			}
			titles[sc.Title] = sc
			if other, ok := ids[sc.ID]; ok && sc.ID != "" {
				add(sc, line, "duplicate-id", "номер %s уже занят сценарием %s:%d", sc.ID, other.File, other.Line)
			}
			ids[sc.ID] = sc
			if o.Catalogue {
				catalogue(sc, line, add)
			}
			needs(sc, line, o, add)
			if len(sc.Steps) == 0 {
				add(sc, line, "no-steps", "в сценарии нет ни одного шага: он ничего не проверяет")
			} else if !checksSomething(sc) {
				add(sc, line, "no-outcome", "в сценарии нет ни одного «Тогда»: он ничего не проверяет")
			}
		}
		for _, st := range sc.Steps {
			at := fmt.Sprintf("%s:%d", sc.File, st.Line)
			if o.Step != nil && !seen["step "+at] {
				if problem := o.Step(st); problem != "" {
					seen["step "+at] = true
					add(sc, st.Line, "sentence", "%s", problem)
				}
			}
			if o.Personal != nil && !seen["data "+at] {
				if kind, ok := o.Personal(textOf(st)); ok {
					seen["data "+at] = true
					add(sc, st.Line, "personal-data", "в тексте стоит значение (%s); пишите заместитель вроде {телефон}: значение клиента выдумает Прогон", kind)
				}
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Line < found[j].Line })
	return found
}

func catalogue(sc script.Scenario, line int, add func(script.Scenario, int, string, string, ...any)) {
	if sc.ID == "" {
		add(sc, line, "no-id", "у сценария нет номера каталога: добавьте метку вида @СОГ-01")
	}
	if len(sc.Basis) == 0 {
		add(sc, line, "no-basis", "не сказано, из какого раздела требований взят сценарий: добавьте метку вида @шаг-2")
	}
	if len(sc.Norms) == 0 && !hasTag(sc, "@без-нормы") {
		add(sc, line, "no-norm", "нет статьи закона: добавьте метку вида @152-ФЗ_ст.9_ч.1 или @без-нормы")
	}
	if !hasTag(sc, script.TagBlocks) && !hasTag(sc, script.TagWarns) {
		add(sc, line, "no-severity", "не сказано, блокирует ли провал выпуск: добавьте %s или %s", script.TagBlocks, script.TagWarns)
	}
	if sc.Rule == "" {
		add(sc, line, "no-rule", "сценарий стоит вне «Правила»: норма, которую он проверяет, не названа")
	}
}

func needs(sc script.Scenario, line int, o Options, add func(script.Scenario, int, string, string, ...any)) {
	if o.Capabilities == nil {
		return
	}
	for _, need := range sc.Needs {
		known := false
		for _, c := range o.Capabilities {
			known = known || c == need
		}
		if !known {
			add(sc, line, "unknown-need", "возможность «%s» неизвестна; известны: %s", need, strings.Join(o.Capabilities, ", "))
		}
	}
}

func hasTag(sc script.Scenario, tag string) bool {
	for _, t := range sc.Tags {
		if t == tag {
			return true
		}
	}
	return false
}

func checksSomething(sc script.Scenario) bool {
	for _, st := range sc.Steps {
		if st.Keyword == "Тогда" || st.Keyword == "То" || st.Keyword == "Затем" {
			return true
		}
	}
	return false
}

func textOf(st script.Step) string {
	parts := []string{st.Text}
	for _, row := range st.Table {
		parts = append(parts, strings.Join(row, " | "))
	}
	return strings.Join(parts, "\n")
}

func lineOf(key string) int {
	i := strings.LastIndexByte(key, ':')
	n := 0
	_, _ = fmt.Sscan(key[i+1:], &n)
	return n
}
