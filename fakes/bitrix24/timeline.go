package bitrix24

import (
	"strconv"
	"strings"

	"progon"
)

// timelineMethods are crm.timeline.comment.*. Page: crm/timeline/comments.
func timelineMethods() []*method {
	return []*method{
		{name: "crm.timeline.comment.fields", scope: "crm", run: commentFields},
		{name: "crm.timeline.comment.add", scope: "crm", run: commentAdd},
		{name: "crm.timeline.comment.get", scope: "crm", run: commentGet},
		{name: "crm.timeline.comment.list", scope: "crm", run: commentList},
		{name: "crm.timeline.comment.update", scope: "crm", run: commentUpdate},
		{name: "crm.timeline.comment.delete", scope: "crm", run: commentDelete},
	}
}

func commentFields(*call) (any, error) {
	out := &Map{}
	for _, f := range []struct {
		code, typ string
		readOnly  bool
	}{
		{"ID", "integer", true}, {"ENTITY_ID", "integer", false}, {"ENTITY_TYPE", "string", false}, {"CREATED", "datetime", true},
		{"COMMENT", "string", false}, {"AUTHOR_ID", "user", false}, {"FILES", "attached_diskfile", false},
	} {
		out.Set(f.code, describe(&field{code: f.code, typ: f.typ, title: f.code, readOnly: f.readOnly, required: !f.readOnly && f.code != "FILES"}))
	}
	return out, nil
}

// owner finds the card that something hangs on, by kind (name, number) and id.
func (c *call) owner(kindName any, id any) (*table, *record, bool) {
	k, ok := c.kindOf(str(kindName))
	if !ok {
		return nil, nil, false
	}
	t := c.tableOf(k)
	r, ok := t.rows.get(num(id))
	return t, r, ok
}

func ref(t *table, r *record) string { return t.kind.name + ":" + strconv.Itoa(r.id) }

func commentAdd(c *call) (any, error) {
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	get := func(name string) any { v, _ := fields.Fold(name); return v }
	if strings.TrimSpace(str(get("COMMENT"))) == "" {
		return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid value of 'COMMENT'. Comment message is empty")
	}
	t, r, ok := c.owner(get("ENTITY_TYPE"), get("ENTITY_ID"))
	if !ok {
		return nil, refusal(400, "OWNER_NOT_FOUND", "Owner was not found")
	}
	if c.may(t.kind.name, rightUpdate, c.ownerOf(t.kind, r)) != nil {
		return nil, refusal(400, "ACCESS_DENIED", "Access denied")
	}
	author := num(get("AUTHOR_ID"))
	if author == 0 {
		author = c.grant.user
	}
	doc := M("ENTITY_ID", strconv.Itoa(r.id), "ENTITY_TYPE", t.kind.name, "CREATED", c.iso(c.now),
		"COMMENT", str(get("COMMENT")), "AUTHOR_ID", strconv.Itoa(author))
	if files := get("FILES"); files != nil {
		doc.Set("FILES", files)
	}
	id := c.state.docs("comment").add(doc)
	c.touch(t, r)
	c.changed(docEffect(progon.Created, "comment", id, doc, ref(t, r)))
	return id, nil
}

// touch notes activity on a card without changing anything else.
func (c *call) touch(t *table, r *record) {
	next := r.clone()
	t.put(next, "LAST_ACTIVITY_TIME", c.iso(c.now))
	t.put(next, "LAST_ACTIVITY_BY", strconv.Itoa(c.grant.user))
	t.rows.put(next.id, next)
}

// comment finds the comment that a call names.
func comment(c *call) (*Map, int, string, error) {
	v, given := c.param("id")
	if !given {
		return nil, 0, "", missing("id")
	}
	doc, ok := c.state.docs("comment").get(num(v))
	if !ok {
		return nil, 0, "", classic("Not found.")
	}
	kind, _ := doc.Get("ENTITY_TYPE")
	id, _ := doc.Get("ENTITY_ID")
	return doc, num(v), str(kind) + ":" + str(id), nil
}

func commentGet(c *call) (any, error) {
	doc, id, link, err := comment(c)
	if err != nil {
		return nil, err
	}
	c.changed(docEffect(progon.Read, "comment", id, doc, link))
	return doc, nil
}

func commentUpdate(c *call) (any, error) {
	doc, id, link, err := comment(c)
	if err != nil {
		return nil, err
	}
	given, ok := c.params.Get("fields") // in lower case only since crm 23.100
	fields, many := asMap(given)
	if !ok || !many {
		return nil, missing("fields")
	}
	text, _ := fields.Fold("COMMENT")
	if strings.TrimSpace(str(text)) == "" {
		return nil, refusal(400, "INVALID_ARG_VALUE", "Invalid value of 'COMMENT'. Comment message is empty")
	}
	doc = doc.clone()
	doc.Set("COMMENT", str(text))
	if files, ok := fields.Fold("FILES"); ok {
		doc.Set("FILES", files)
	}
	c.state.docs("comment").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "comment", id, doc, link))
	return id, nil
}

func commentDelete(c *call) (any, error) {
	doc, id, link, err := comment(c)
	if err != nil {
		return nil, err
	}
	c.state.docs("comment").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "comment", id, doc, link))
	return nil, nil
}

func commentList(c *call) (any, error) {
	filter, _ := c.mapping("filter")
	for _, name := range []string{"ENTITY_ID", "ENTITY_TYPE"} {
		_, plain := filter.Fold(name)
		_, equal := filter.Fold("=" + name)
		if !plain && !equal {
			return nil, refusal(400, 100, "Could not find value for parameter {filter."+name+"}")
		}
	}
	return c.docPage("comment")
}

// docPage answers one page of documents as classic lists do.
func (c *call) docPage(name string) (any, error) {
	ids, err := c.docIDs(name, nil)
	if err != nil {
		return nil, err
	}
	shown, total, next := page(ids, c.start())
	c.list(total, next)
	selected, _ := c.param("select")
	rows := make([]any, 0, len(shown))
	for _, id := range shown {
		doc, _ := c.state.docs(name).get(id)
		c.changed(docEffect(progon.Read, name, id, doc, c.docLinks(doc)...))
		rows = append(rows, only(doc, selected))
	}
	return rows, nil
}

// only keeps the selected fields of a document; ID always comes.
func only(doc *Map, selected any) *Map {
	names, ok := asList(selected)
	if !ok || len(names) == 0 {
		return doc
	}
	out := &Map{}
	wanted := map[string]bool{"ID": true}
	for _, n := range names {
		if str(n) == "*" {
			return doc
		}
		wanted[strings.ToUpper(str(n))] = true
	}
	for k, v := range doc.All {
		if wanted[strings.ToUpper(k)] {
			out.Set(k, v)
		}
	}
	return out
}

// docLinks are the cards that a document says it belongs to.
func (c *call) docLinks(doc *Map) []string {
	for _, pair := range [][2]string{{"ENTITY_TYPE", "ENTITY_ID"}, {"OWNER_TYPE_ID", "OWNER_ID"}} {
		kind, ok := doc.Get(pair[0])
		if !ok {
			continue
		}
		if k, known := c.kindOf(str(kind)); known {
			id, _ := doc.Get(pair[1])
			return []string{k.name + ":" + str(id)}
		}
	}
	links, _ := doc.Get("UF_CRM_TASK")
	list, _ := asList(links)
	return c.shortLinks(list)
}

// shortLinks reads links of the form D_15, C_2.
func (c *call) shortLinks(list []any) []string {
	var out []string
	for _, v := range list {
		short, id, ok := strings.Cut(str(v), "_")
		if k, known := c.kindOf(short); ok && known {
			out = append(out, k.name+":"+id)
		}
	}
	return out
}
