package bitrix24

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzBrackets(f *testing.F) {
	for _, s := range []string{"fields[PHONE][0][VALUE]=%2B7&a=1", "a[]=1&a[]=2&a[x]=3&a[]=4", "cmd[get]=crm.lead.get%3Fid%3D1", "[]=1", "a[b=1", "a]b[c]=%zz", "=&&="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := &Map{}
		if err := decodeForm(m, s); err != nil {
			return
		}
		if !json.Valid(appendJSON(nil, m)) {
			t.Errorf("%q is written as no JSON", s)
		}
		again := &Map{}
		if err := decodeForm(again, encodeForm(m)); err != nil {
			t.Errorf("%q cannot be read back: %v", s, err)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x",null,true]}`, `{"b":{"a":{}}}`, `[`, `{"a":1}{`, strings.Repeat("[", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := decodeJSON([]byte(s))
		if valid := json.Valid([]byte(s)); valid != (err == nil) && !errors.Is(err, errTooDeep) && !errors.Is(err, errTooMany) {
			t.Fatalf("%q: JSON %v, error %v", s, valid, err)
		}
		if err != nil {
			return
		}
		var want, got any
		if err := json.Unmarshal([]byte(s), &want); err != nil {
			return // a number beyond float64
		}
		if err := json.Unmarshal(appendJSON(nil, v), &got); err != nil {
			t.Fatalf("%q is written as %s: %v", s, appendJSON(nil, v), err)
		}
		if d := cmp.Diff(asPHP(want), asPHP(got)); d != "" {
			t.Errorf("%q: %s", s, d)
		}
	})
}

// asPHP turns maps with the keys 0..n-1 into lists, as the portal writes them.
func asPHP(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = asPHP(v[i])
		}
		return out
	case map[string]any:
		out, list := map[string]any{}, make([]any, len(v))
		isList := true
		for k, x := range v {
			out[k] = asPHP(x)
			i, err := strconv.Atoi(k)
			if err != nil || i < 0 || i >= len(v) || strconv.Itoa(i) != k {
				isList = false
			} else {
				list[i] = out[k]
			}
		}
		if isList {
			return list
		}
		return out
	}
	return v
}

func FuzzReference(f *testing.F) {
	results := M("add", 7, "list", []any{M("ID", "5")}, "get", M("ID", "x", "N", M("A", "b")))
	for _, s := range []string{"$result[add]", "id=$result[list][0][ID]", "$result[", "$result[get][N][A]$result[none]", "$result[list][9]", "$result$result[add]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := resolve(s, results)
		if text, ok := v.(string); ok && !strings.Contains(s, "$result[") && text != s {
			t.Errorf("%q became %q", s, text)
		}
	})
}

func FuzzFilter(f *testing.F) {
	s, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := s.Put("Прогон", "lead", map[string]any{"TITLE": "Заявка", "OPPORTUNITY": 5}); err != nil {
		f.Fatal(err)
	}
	for _, c := range [][2]string{{"%TITLE", "зая"}, {"!=%TITLE", "%я%"}, {">=OPPORTUNITY", "5"}, {"<DATE_CREATE", "01.01.2030"}, {"@ID", "1"}, {"!", ""}} {
		f.Add(c[0], c[1])
	}
	t := s.state.tables["lead"]
	find := func(name string) (*field, string, bool) {
		def, _, ok := t.schema.byCode(name)
		if !ok {
			return nil, "", false
		}
		return def, def.code, true
	}
	f.Fuzz(func(tt *testing.T, key, value string) {
		g := s.classicFilter(M(key, value), find)
		found := s.find(t, g, nil, 0)
		r, _ := t.rows.get(1)
		if fits := g.fits(s.valuesOf(t, r)); fits != (len(found) == 1) {
			tt.Errorf("%q %q: the columns find %v, the card itself says %v", key, value, found, fits)
		}
	})
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, mask string
		want       bool
	}{
		{"алсу", "ал%", true}, {"алсу", "%су", true}, {"алсу", "%л%", true}, {"алсу", "а%л%у", true}, {"алсу", "алсу", true},
		{"алсу", "су%", false}, {"алсу", "%ал", false}, {"алсу", "ал", false}, {"aa", "a%a%a", false}, {"", "%", true},
	} {
		if got := like(c.text, c.mask); got != c.want {
			t.Errorf("like(%q, %q) = %v", c.text, c.mask, got)
		}
	}
}

func TestUniversalNames(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"SOURCE_ID": "sourceId", "UTM_SOURCE": "utmSource", "ADDRESS_2": "address_2", "UF_CRM_17": "ufCrm_17", "UF_CRM_CONSENT": "ufCrmConsent",
	} {
		if got := itemName(code); got != want {
			t.Errorf("%s → %s, want %s", code, got, want)
		}
	}
}
