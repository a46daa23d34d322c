package steps_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"progon/steps"
)

func TestDictionaryIsUpToDate(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := steps.Dictionary(&got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../features/dictionary.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("features/dictionary.md is not what the code says, make dictionary rewrites it (-file +code):\n%s", diff)
	}
	if n := strings.Count(got.String(), "\n- "); n < 50 {
		t.Errorf("only %d sentences", n)
	}
}
