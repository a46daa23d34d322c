package steps

import (
	"fmt"
	"regexp"
	"strings"

	tagexpressions "github.com/cucumber/tag-expressions/go/v6"

	"progon/steps/script"
)

// selectScenarios returns the keys of the scenarios whose tags fit.
func selectScenarios(book *script.Book, tags string) (map[string]bool, error) {
	fits := func([]string) bool { return true }
	if strings.TrimSpace(tags) != "" {
		e, err := tagexpressions.Parse(modern(tags))
		if err != nil {
			return nil, fmt.Errorf("выражение меток «%s» не понято; примеры: @медицина, «@СОГ-01 or @МЕД-02», «@медицина and not @предупреждение»", tags)
		}
		fits = e.Evaluate
	}
	selected := map[string]bool{}
	for _, sc := range book.Scenarios {
		if fits(sc.Tags) {
			selected[sc.Key] = true
		}
	}
	return selected, nil
}

var oldNot = regexp.MustCompile(`~\s*@`)

// modern accepts the older spelling of tag expressions too: «@a && ~@b», «@a,@b».
func modern(tags string) string {
	tags = oldNot.ReplaceAllString(tags, "not @")
	return strings.NewReplacer("&&", " and ", "||", " or ", ",", " or ").Replace(tags)
}
