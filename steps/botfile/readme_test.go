package botfile_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"progon/steps/botfile"
)

var fenced = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// What a newcomer copies out of the README must be understood.
func TestExamplesOfTheReadmeAreValid(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"README.md", "README.ru.md"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		examples := fenced.FindAllStringSubmatch(string(text), -1)
		if len(examples) < 2 {
			t.Fatalf("%s: %d examples of progon.yaml", name, len(examples))
		}
		for _, e := range examples {
			y := e[1]
			if !strings.Contains(y, "connector:") && !strings.Contains(y, "channel:") {
				y = "connector: {path: /chat, body: {text: \"{{text}}\"}, replies: $.replies}\n" + y
			}
			if _, err := botfile.Parse([]byte(y)); err != nil {
				t.Errorf("%s: %v\n%s", name, err, y)
			}
		}
	}
}
