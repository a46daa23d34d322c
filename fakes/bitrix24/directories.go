package bitrix24

import (
	"sort"
	"strconv"
	"strings"

	"progon"
)

// directoryMethods are directories, pipelines and the history of stages.
// Pages: crm/status, crm/universal/category, crm/crm-stage-history.
func directoryMethods() []*method {
	return []*method{
		{name: "crm.status.list", scope: "crm", run: statusList},
		{name: "crm.status.get", scope: "crm", run: statusGet},
		{name: "crm.status.add", scope: "crm", run: statusAdd},
		{name: "crm.status.update", scope: "crm", run: statusUpdate},
		{name: "crm.status.delete", scope: "crm", run: statusDelete},
		{name: "crm.status.entity.items", scope: "crm", run: statusItems},
		{name: "crm.status.entity.types", scope: "crm", run: statusTypes},
		{name: "crm.category.list", scope: "crm", run: categoryList},
		{name: "crm.category.get", scope: "crm", run: categoryGet},
		{name: "crm.category.add", scope: "crm", run: categoryAdd},
		{name: "crm.category.update", scope: "crm", run: categoryUpdate},
		{name: "crm.category.delete", scope: "crm", run: categoryDelete},
		{name: "crm.dealcategory.list", scope: "crm", run: oldCategoryList},
		{name: "crm.dealcategory.get", scope: "crm", run: oldCategoryGet},
		{name: "crm.dealcategory.default.get", scope: "crm", run: func(*call) (any, error) { return M("ID", "0", "NAME", "Общая"), nil }},
		{name: "crm.dealcategory.stage.list", scope: "crm", run: oldCategoryStages},
		{name: "crm.stagehistory.list", scope: "crm", run: stageHistory},
		{name: "crm.currency.list", scope: "crm", run: currencies},
		{name: "crm.currency.base.get", scope: "crm", run: func(c *call) (any, error) { return c.state.portal.currency, nil }},
	}
}

// seedDirectories puts in the directories of a new portal.
func seedDirectories(st *state) {
	for _, dir := range []struct{ entity, rows string }{
		{"STATUS", "NEW=Не обработан,IN_PROCESS=В работе,PROCESSED=Обработан,CONVERTED=Качественный лид:S,JUNK=Некачественный лид:F"},
		{"SOURCE", "CALL=Звонок,EMAIL=Электронная почта,WEB=Веб-сайт,ADVERTISING=Реклама,PARTNER=Существующий клиент," +
			"RECOMMENDATION=По рекомендации,TRADE_SHOW=Выставка,WEBFORM=CRM-форма,CALLBACK=Обратный звонок," +
			"RC_GENERATOR=Генератор продаж,STORE=Интернет-магазин,OTHER=Другое"},
		{"CONTACT_TYPE", "CLIENT=Клиенты,SUPPLIER=Поставщики,PARTNER=Партнёры,OTHER=Другое"},
		{"COMPANY_TYPE", "CUSTOMER=Клиент,SUPPLIER=Поставщик,COMPETITOR=Конкурент,PARTNER=Партнёр,OTHER=Другое"},
		{"DEAL_TYPE", "SALE=Продажа,COMPLEX=Комплексная продажа,GOODS=Продажа товара,SERVICES=Услуги,SERVICE=Сервисное обслуживание"},
		{"HONORIFIC", "HNR_RU_1=г-н,HNR_RU_2=г-жа"},
		{"INDUSTRY", "IT=Информационные технологии,FINANCE=Финансы,OTHER=Другое"},
		{"EMPLOYEES", "EMPLOYEES_1=менее 50,EMPLOYEES_2=50-250,EMPLOYEES_3=250-500,EMPLOYEES_4=более 500"},
		{"DEAL_STAGE", dealStages},
	} {
		addDirectory(st, dir.entity, dir.rows, 0)
	}
	st.docs("category").add(M("ID", "1", "NUMBER", "0", "NAME", "Общая", "SORT", "300", "ENTITY", "deal"))
}

const dealStages = "NEW=Новая,PREPARATION=Подготовка документов,PREPAYMENT_INVOICE=Счёт на предоплату,EXECUTING=В работе," +
	"FINAL_INVOICE=Финальный счёт,WON=Сделка успешна:S,LOSE=Сделка провалена:F,APOLOGY=Анализ причины провала:F"

func addDirectory(st *state, entity, rows string, category int) {
	for i, row := range strings.Split(rows, ",") {
		id, name, _ := strings.Cut(row, "=")
		name, semantics, _ := strings.Cut(name, ":")
		if category > 0 {
			id = "C" + strconv.Itoa(category) + ":" + id
		}
		st.docs("status").add(statusRow(entity, id, name, (i+1)*10, semantics, category, true))
	}
}

func statusRow(entity, id, name string, order int, semantics string, category int, system bool) *Map {
	var semantic any
	meaning := "process"
	switch semantics {
	case "S":
		semantic, meaning = "S", "success"
	case "F":
		semantic, meaning = "F", "failure"
		if strings.HasSuffix(id, "APOLOGY") {
			meaning = "apology"
		}
	}
	return M("ENTITY_ID", entity, "STATUS_ID", id, "NAME", name, "NAME_INIT", name, "SORT", strconv.Itoa(order),
		"SYSTEM", yn(system), "CATEGORY_ID", strconv.Itoa(category), "COLOR", "", "SEMANTICS", semantic,
		"EXTRA", M("SEMANTICS", meaning, "COLOR", ""))
}

// stageDirectory is the directory of a card's stages.
func stageDirectory(kind string, category int) string {
	switch {
	case kind == "lead":
		return "STATUS"
	case category > 0:
		return "DEAL_STAGE_" + strconv.Itoa(category)
	}
	return "DEAL_STAGE"
}

// statuses lists the rows of a directory in the order in which it is shown.
func (st *state) statuses(entity string) []*Map {
	var rows []*Map
	for _, row := range st.docs("status").rows.all {
		if v, _ := row.Get("ENTITY_ID"); strings.EqualFold(str(v), entity) {
			rows = append(rows, row)
		}
	}
	sort.SliceStable(rows, func(i, j int) bool {
		a, _ := rows[i].Get("SORT")
		b, _ := rows[j].Get("SORT")
		return num(a) < num(b)
	})
	return rows
}

// stageCache keeps what every change of a card asks of the directories of stages. It is
// good as long as the directories are not edited.
type stageCache struct {
	edits int
	dirs  map[string]*stageDir
}

type stageDir struct {
	first   string
	meaning map[string]string // stage → P, S, F
}

// stagesOf is the directory of a card's stages.
func (s *Server) stagesOf(t *table, r *record) *stageDir {
	rows := &s.state.docs("status").rows
	if s.stages.dirs == nil || s.stages.edits != rows.edits {
		s.stages = stageCache{edits: rows.edits, dirs: map[string]*stageDir{}}
	}
	name := stageDirectory(t.kind.name, num(t.text(r, "CATEGORY_ID")))
	d := s.stages.dirs[name]
	if d == nil {
		d = &stageDir{first: "NEW", meaning: map[string]string{}}
		for i, row := range s.state.statuses(name) {
			id := str(first(row, "STATUS_ID"))
			if i == 0 {
				d.first = id
			}
			d.meaning[id] = orText(str(first(row, "SEMANTICS")), "P")
		}
		s.stages.dirs[name] = d
	}
	return d
}

func (s *Server) firstStage(t *table, r *record) string { return s.stagesOf(t, r).first }

// meaning is P, S or F: whether the stage of a card is in work, won or lost.
func (s *Server) meaning(t *table, r *record) string {
	return orText(s.stagesOf(t, r).meaning[t.text(r, t.kind.stage)], "P")
}

// stageMoved keeps the history of stages. before is the stage that was left, "" for a new
// card.
func (s *Server) stageMoved(t *table, r *record, before string) {
	if t.kind.stage == "" {
		return
	}
	stage := t.text(r, t.kind.stage)
	if stage == before {
		return
	}
	meaning := s.meaning(t, r)
	typ := 2
	switch {
	case before == "":
		typ = 1
	case meaning != "P":
		typ = 3
	}
	history := &s.state.docs("history:" + t.kind.name).rows
	id := history.last + 1
	row := M("ID", strconv.Itoa(id), "TYPE_ID", typ, "OWNER_ID", r.id, "CREATED_TIME", s.iso(s.clock()))
	if t.kind.name == "lead" {
		row.push("STATUS_SEMANTIC_ID", meaning)
		row.push("STATUS_ID", stage)
	} else {
		row.push("CATEGORY_ID", num(t.text(r, "CATEGORY_ID")))
		row.push("STAGE_SEMANTIC_ID", meaning)
		row.push("STAGE_ID", stage)
	}
	history.put(id, row)
}

func statusList(c *call) (any, error) { return c.wholeList("status", nil) }

// wholeList answers a list in one page: filter and order, no paging.
func (c *call) wholeList(name string, defaults *group) (any, error) {
	list := c.state.docs(name)
	ids, err := c.docIDs(name, defaults)
	if err != nil {
		return nil, err
	}
	rows := make([]any, 0, len(ids))
	for _, id := range ids {
		doc, _ := list.get(id)
		rows = append(rows, doc)
	}
	n := len(rows)
	c.total = &n
	return rows, nil
}

// docIDs filters and sorts documents as the call asks.
func (c *call) docIDs(name string, more *group) ([]int, error) {
	list := c.state.docs(name)
	filter, _ := c.mapping("filter")
	g := c.classicFilter(filter, c.docField)
	if more != nil {
		g.conds = append(g.conds, more.conds...)
	}
	ids := c.findDocs(list, g)
	var keys []ordering
	order, _ := c.mapping("order")
	for key, direction := range order.All {
		f, code, _ := c.docField(key)
		keys = append(keys, ordering{code, formOf(f), strings.EqualFold(str(direction), "desc")})
	}
	arrange(ids, keys, func(id int, code string) string {
		doc, _ := list.get(id)
		v, _ := doc.Fold(code)
		return str(v)
	}, c.canon)
	return ids, nil
}

// docField guesses the type of a document's field by its name: documents have no schema.
func (c *call) docField(name string) (*field, string, bool) {
	up := strings.ToUpper(name)
	f := &field{code: up, typ: "string"}
	switch {
	case up == "ID" || strings.HasSuffix(up, "_ID") || up == "SORT" || up == "PARENT" || up == "UF_HEAD":
		f.typ = "integer"
	case strings.HasSuffix(up, "TIME") || strings.HasPrefix(up, "DATE") || strings.HasSuffix(up, "_DATE") ||
		up == "DEADLINE" || up == "CREATED" || up == "LAST_UPDATED" || up == "LAST_LOGIN":
		f.typ = "datetime"
	case up == "ACTIVE" || up == "COMPLETED":
		f.typ = "boolean"
	}
	return f, up, up != ""
}

func (c *call) statusRow() (*Map, error) {
	row, ok := c.state.docs("status").get(c.id("id"))
	if !ok {
		return nil, classic("CRM Status is not found.")
	}
	return row, nil
}

func statusGet(c *call) (any, error) {
	row, err := c.statusRow()
	if err != nil {
		return nil, err
	}
	return row, nil
}

func statusAdd(c *call) (any, error) {
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	get := func(name string) string { v, _ := fields.Fold(name); return str(v) }
	if get("ENTITY_ID") == "" || get("STATUS_ID") == "" || get("NAME") == "" {
		return nil, classic("The field ENTITY_ID, STATUS_ID or NAME is required.")
	}
	category := 0
	if n, ok := strings.CutPrefix(get("ENTITY_ID"), "DEAL_STAGE_"); ok {
		category = num(n)
	}
	id := get("STATUS_ID")
	if category > 0 && !strings.Contains(id, ":") {
		id = "C" + strconv.Itoa(category) + ":" + id
	}
	row := statusRow(get("ENTITY_ID"), id, get("NAME"), max(num(get("SORT")), 10), get("SEMANTICS"), category, false)
	n := c.state.docs("status").add(row)
	c.changed(docEffect(progon.Created, "status", n, row))
	return n, nil
}

func statusUpdate(c *call) (any, error) {
	row, err := c.statusRow()
	if err != nil {
		return nil, err
	}
	fields, err := fieldsParam(c)
	if err != nil {
		return nil, err
	}
	row = row.clone()
	for _, name := range []string{"NAME", "SORT", "COLOR", "SEMANTICS"} {
		if v, ok := fields.Fold(name); ok {
			row.Set(name, str(v))
		}
	}
	c.state.docs("status").rows.put(c.id("id"), row)
	c.changed(docEffect(progon.Updated, "status", c.id("id"), row))
	return true, nil
}

func statusDelete(c *call) (any, error) {
	row, err := c.statusRow()
	if err != nil {
		return nil, err
	}
	if v, _ := row.Get("SYSTEM"); flag(v) {
		return nil, classic("CRM System Status can not be deleted.")
	}
	c.state.docs("status").rows.remove(c.id("id"))
	c.changed(docEffect(progon.Deleted, "status", c.id("id"), row))
	return true, nil
}

func statusItems(c *call) (any, error) {
	rows := []any{}
	for _, row := range c.state.statuses(c.text("entityId")) {
		out := &Map{}
		for _, name := range []string{"NAME", "SORT", "STATUS_ID"} {
			v, _ := row.Get(name)
			out.Set(name, v)
		}
		rows = append(rows, out)
	}
	return rows, nil
}

func statusTypes(c *call) (any, error) {
	seen, out := map[string]bool{}, []any{}
	for _, row := range c.state.docs("status").rows.all {
		if v, _ := row.Get("ENTITY_ID"); !seen[str(v)] {
			seen[str(v)] = true
			out = append(out, M("ID", str(v), "NAME", str(v), "SEMANTIC_INFO", &Map{}))
		}
	}
	return out, nil
}

func stageHistory(c *call) (any, error) {
	v, given := c.param("entityTypeId")
	k, ok := c.kindOf(str(v))
	if !given {
		return nil, missing("entityTypeId")
	}
	if !ok || k.stage == "" {
		return nil, refusal(400, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
	}
	name := "history:" + k.name
	ids, err := c.docIDs(name, nil)
	if err != nil {
		return nil, err
	}
	shown, total, next := page(ids, c.start())
	c.list(total, next)
	rows := []any{}
	for _, id := range shown {
		doc, _ := c.state.docs(name).get(id)
		row := doc.clone()
		row.Set("ID", id)
		rows = append(rows, row)
	}
	return M("items", rows), nil
}

func currencies(c *call) (any, error) {
	one := 1
	c.total = &one
	return []any{M("CURRENCY", c.state.portal.currency, "AMOUNT_CNT", "1", "AMOUNT", "1.0000", "SORT", "100", "BASE", "Y", "FULL_NAME", "Российский рубль", "LID", "ru", "DATE_UPDATE", c.iso(c.now), "DECIMALS", "2")}, nil
}
