package bitrix24

import (
	"strconv"
	"strings"
)

// Pipelines of deals: crm.category.* and its stopped forerunner crm.dealcategory.*.
// Pages: crm/universal/category, crm/deals/deal-category (outdated).

// pipelines checks entityTypeId of a category method: only deals have pipelines here.
func (c *call) pipelines() error {
	v, given := c.param("entityTypeId")
	switch k, ok := c.kindOf(str(v)); {
	case !given:
		return missing("entityTypeId")
	case !ok:
		return refusal(400, "NOT_FOUND", "Смарт-процесс не найден")
	case k.name == "lead" || k.name == "company":
		return refusal(400, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
	}
	return nil
}

func categoryRow(doc *Map) *Map {
	get := func(name string) any { v, _ := doc.Get(name); return v }
	n := num(get("NUMBER"))
	return M("id", n, "name", get("NAME"), "sort", num(get("SORT")), "entityTypeId", 2, "isDefault", yn(n == 0),
		"originId", "", "originatorId", "")
}

func categoryList(c *call) (any, error) {
	if err := c.pipelines(); err != nil {
		return nil, err
	}
	rows := []any{}
	if c.id("entityTypeId") == 2 {
		for _, doc := range c.state.docs("category").rows.all {
			rows = append(rows, categoryRow(doc))
		}
	} else {
		rows = append(rows, M("id", 0, "name", "Контакты", "sort", 100, "entityTypeId", 3, "isDefault", "Y", "originId", "", "originatorId", ""))
	}
	n := len(rows)
	c.total = &n
	return M("categories", rows), nil
}

// category finds a pipeline; documents count from 1, pipelines from 0.
func (c *call) category() (*Map, error) {
	if err := c.pipelines(); err != nil {
		return nil, err
	}
	if doc, ok := c.state.docs("category").get(c.id("id") + 1); ok {
		return doc, nil
	}
	return nil, refusal(400, "NOT_FOUND", "Элемент не найден")
}

func categoryGet(c *call) (any, error) {
	doc, err := c.category()
	if err != nil {
		return nil, err
	}
	return M("category", categoryRow(doc)), nil
}

func categoryAdd(c *call) (any, error) {
	if err := c.pipelines(); err != nil {
		return nil, err
	}
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	name, _ := fields.Fold("name")
	order, _ := fields.Fold("sort")
	doc := c.addCategory(c.state.docs("category").rows.last, str(name), max(num(order), 100), dealStages)
	return M("category", categoryRow(doc)), nil
}

func (s *Server) addCategory(number int, name string, order int, stages string) *Map {
	list := s.state.docs("category")
	doc := M("ID", strconv.Itoa(number+1), "NUMBER", strconv.Itoa(number), "NAME", name, "SORT", strconv.Itoa(order), "ENTITY", "deal")
	list.add(doc)
	if len(s.state.statuses(stageDirectory("deal", number))) == 0 && stages != "" {
		addDirectory(s.state, stageDirectory("deal", number), stages, number)
	}
	return doc
}

func categoryUpdate(c *call) (any, error) {
	doc, err := c.category()
	if err != nil {
		return nil, err
	}
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	doc = doc.clone()
	for _, name := range []string{"name", "sort"} {
		if v, ok := fields.Fold(name); ok {
			doc.Set(strings.ToUpper(name), str(v))
		}
	}
	c.state.docs("category").rows.put(c.id("id")+1, doc)
	return M("category", categoryRow(doc)), nil
}

func categoryDelete(c *call) (any, error) {
	if _, err := c.category(); err != nil {
		return nil, err
	}
	if c.id("id") == 0 {
		return nil, refusal(400, "CRM_CATEGORY_DELETE_DEFAULT", "Нельзя удалить воронку по умолчанию")
	}
	c.state.docs("category").rows.remove(c.id("id") + 1)
	return nil, nil
}

func oldCategoryRow(c *call, doc *Map) *Map {
	return M("ID", first(doc, "NUMBER"), "CREATED_DATE", c.iso(c.now), "NAME", first(doc, "NAME"), "IS_LOCKED", "N", "SORT", first(doc, "SORT"))
}

// oldCategoryList does not name the pipeline 0, which every portal has.
func oldCategoryList(c *call) (any, error) {
	rows := []any{}
	for _, doc := range c.state.docs("category").rows.all {
		if str(first(doc, "NUMBER")) != "0" {
			rows = append(rows, oldCategoryRow(c, doc))
		}
	}
	n := len(rows)
	c.total = &n
	return rows, nil
}

func oldCategoryGet(c *call) (any, error) {
	doc, ok := c.state.docs("category").get(c.id("id") + 1)
	if !ok || c.id("id") <= 0 {
		return nil, classic("Not found")
	}
	return oldCategoryRow(c, doc), nil
}

func oldCategoryStages(c *call) (any, error) {
	rows := []any{}
	for _, row := range c.state.statuses(stageDirectory("deal", c.id("id"))) {
		rows = append(rows, M("NAME", first(row, "NAME"), "SORT", num(first(row, "SORT")), "STATUS_ID", first(row, "STATUS_ID")))
	}
	return rows, nil
}
