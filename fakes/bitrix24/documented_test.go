package bitrix24

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDocumentedAnswers compares the answers with the examples of the vendor's pages: see
// the head of testdata/documented.yaml.
func TestDocumentedAnswers(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/documented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var documented map[string]struct{ Page, Params, At, Gives, Lacks string }
	if err := yaml.UnmarshalWithOptions(text, &documented, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	p := clinic(t, Options{})
	for _, c := range [][2]string{
		{"crm.lead.add", `{"fields":{"TITLE":"t","PHONE":[{"VALUE":"+79000000101"}]}}`},
		{"crm.contact.add", `{"fields":{"NAME":"t","PHONE":[{"VALUE":"+79000000102"}]}}`},
		{"crm.company.add", `{"fields":{"TITLE":"t"}}`},
		{"crm.deal.add", `{"fields":{"TITLE":"t","CONTACT_ID":1}}`},
		{"crm.timeline.comment.add", `{"fields":{"ENTITY_ID":1,"ENTITY_TYPE":"lead","COMMENT":"c","FILES":[["a.txt","eA=="]]}}`},
		{"crm.activity.todo.add", `{"ownerTypeId":1,"ownerId":1,"deadline":"2026-10-10T10:00:00"}`},
		{"tasks.task.add", `{"fields":{"TITLE":"t","RESPONSIBLE_ID":1}}`},
		{"calendar.event.add", `{"type":"user","ownerId":1,"name":"n","from":"2026-10-10","to":"2026-10-10","section":1}`},
		{"booking.v1.booking.add", `{"fields":{"resourceIds":[1],"datePeriod":{"from":{"timestamp":1789540000,"timezone":"Europe/Moscow"},"to":{"timestamp":1789543600,"timezone":"Europe/Moscow"}}}}`},
	} {
		p.ok(c[0], c[1])
	}
	if len(documented) < 20 {
		t.Fatalf("only %d methods are compared", len(documented))
	}
	for method, d := range documented {
		t.Run(method, func(t *testing.T) {
			at := p.ok(method, d.Params)
			for _, step := range strings.Fields(d.At) {
				if i, err := strconv.Atoi(step); err == nil {
					at = dig(t, at, i)
				} else {
					at = dig(t, at, step)
				}
			}
			answer, ok := at.(map[string]any)
			if !ok {
				t.Fatalf("%s: the answer is %v", d.Page, at)
			}
			for _, key := range strings.Fields(d.Gives) {
				if _, has := answer[key]; !has {
					t.Errorf("%s: the answer lacks %s", d.Page, key)
				}
			}
			for _, key := range strings.Fields(d.Lacks) {
				if _, has := answer[key]; has {
					t.Errorf("%s is given now: move it to «gives»", key)
				}
			}
		})
	}
}
