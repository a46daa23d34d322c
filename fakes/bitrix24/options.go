package bitrix24

import (
	"strconv"
)

// optionMethods are what an application keeps for itself and for a user. Page:
// common/settings of the vendor's documentation. The vendor's SDK loads them at its start.
func optionMethods() []*method {
	var out []*method
	for _, whose := range []string{"app", "user"} {
		owner := func(c *call) string {
			if whose == "app" {
				return "app:" + c.grant.app
			}
			return "user:" + c.grant.app + ":" + strconv.Itoa(c.grant.user)
		}
		out = append(out,
			&method{name: whose + ".option.get", app: true, run: func(c *call) (any, error) { return optionGet(c, owner(c)) }},
			&method{name: whose + ".option.set", app: true, run: func(c *call) (any, error) { return optionSet(c, owner(c)) }})
	}
	return out
}

func (c *call) optionsOf(owner string) (*Map, int) {
	for id, doc := range c.state.docs("option").rows.all {
		if str(first(doc, "OWNER")) == owner {
			values, _ := asMap(first(doc, "VALUES"))
			return values, id
		}
	}
	return &Map{}, 0
}

func optionGet(c *call, owner string) (any, error) {
	values, _ := c.optionsOf(owner)
	if name := c.text("option"); name != "" {
		v, ok := values.Get(name)
		if !ok {
			return "", nil
		}
		return v, nil
	}
	return values, nil
}

func optionSet(c *call, owner string) (any, error) {
	given, ok := c.mapping("options")
	if !ok {
		return nil, refusal(400, "ERROR_ARGUMENT", "Argument 'options' is null or empty")
	}
	values, id := c.optionsOf(owner)
	values = values.clone()
	for k, v := range given.All {
		values.Set(k, v)
	}
	doc := M("OWNER", owner, "VALUES", values)
	if id == 0 {
		c.state.docs("option").add(doc)
	} else {
		c.state.docs("option").rows.put(id, doc)
	}
	return true, nil
}
