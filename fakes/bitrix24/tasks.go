package bitrix24

import (
	"strconv"
	"strings"

	"progon"
)

// taskMethods are tasks.task.*. They take fields in upper case and answer in camelCase.
// Page: tasks of the vendor's documentation.
func taskMethods() []*method {
	return []*method{
		{name: "tasks.task.getFields", scope: "task", run: taskFields},
		{name: "tasks.task.add", scope: "task", run: taskAdd},
		{name: "tasks.task.get", scope: "task", run: taskGet},
		{name: "tasks.task.list", scope: "task", run: taskList},
		{name: "tasks.task.update", scope: "task", run: taskUpdate},
		{name: "tasks.task.delete", scope: "task", run: taskDelete},
		{name: "tasks.task.complete", scope: "task", run: taskStatus("5")},
		{name: "tasks.task.start", scope: "task", run: taskStatus("3")},
		{name: "tasks.task.renew", scope: "task", run: taskStatus("2")},
		{name: "tasks.task.defer", scope: "task", run: taskStatus("6")},
		{name: "task.commentitem.add", scope: "task", run: taskComment},
	}
}

// taskCodes are the fields that a bot may set.
func taskCodes() []string {
	return strings.Fields(`TITLE DESCRIPTION DEADLINE START_DATE_PLAN END_DATE_PLAN PRIORITY RESPONSIBLE_ID CREATED_BY GROUP_ID
		PARENT_ID STATUS STAGE_ID ACCOMPLICES AUDITORS TAGS UF_CRM_TASK XML_ID TIME_ESTIMATE ALLOW_CHANGE_DEADLINE TASK_CONTROL`)
}

func taskFields(*call) (any, error) {
	out := &Map{}
	for _, code := range append([]string{"ID"}, taskCodes()...) {
		out.Set(code, M("title", code, "type", "string", "primary", code == "ID"))
	}
	return M("fields", out), nil
}

func taskAdd(c *call) (any, error) {
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	doc := M("TITLE", "", "DESCRIPTION", "", "STATUS", "2", "PRIORITY", "1", "RESPONSIBLE_ID", "", "CREATED_BY", strconv.Itoa(c.grant.user),
		"CREATED_DATE", c.iso(c.now), "CHANGED_DATE", c.iso(c.now), "CHANGED_BY", strconv.Itoa(c.grant.user), "DEADLINE", nil,
		"CLOSED_DATE", nil, "GROUP_ID", "0", "PARENT_ID", "0", "STAGE_ID", "0", "MARK", nil, "MULTITASK", "N", "REPLICATE", "N",
		"ALLOW_CHANGE_DEADLINE", "N", "TASK_CONTROL", "N", "ADD_IN_REPORT", "N", "TIME_ESTIMATE", "0", "START_DATE_PLAN", nil,
		"END_DATE_PLAN", nil, "ACTIVITY_DATE", c.iso(c.now), "SUBORDINATE", "N", "FAVORITE", "N", "COMMENTS_COUNT", nil,
		"ACCOMPLICES", []any{}, "AUDITORS", []any{}, "UF_CRM_TASK", []any{})
	c.setTask(doc, fields)
	if err := c.goodTask(doc); err != nil {
		return nil, err
	}
	id := c.state.docs("task").add(doc)
	doc, _ = c.state.docs("task").get(id)
	c.changed(docEffect(progon.Created, "task", id, doc, c.docLinks(doc)...))
	return M("task", c.shownTask(doc)), nil
}

// goodTask refuses a task without title or without a person.
func (c *call) goodTask(doc *Map) error {
	title, _ := doc.Get("TITLE")
	who, _ := doc.Get("RESPONSIBLE_ID")
	switch {
	case strings.TrimSpace(str(title)) == "":
		return refusal(400, "ERROR_CORE", "Не указано название задачи<br>")
	case num(who) == 0:
		return refusal(400, "ERROR_CORE", "Не указан ответственный<br>")
	}
	if _, ok := c.state.docs("user").get(num(who)); !ok {
		return refusal(400, "ERROR_CORE", "Пользователь, указанный в поле «Исполнитель», не найден<br>")
	}
	return nil
}

func (c *call) setTask(doc, fields *Map) {
	for _, code := range taskCodes() {
		v, ok := fields.Fold(code)
		if !ok {
			v, ok = fields.Get(itemName(code))
		}
		if !ok {
			continue
		}
		switch list, many := asList(v); {
		case code == "DEADLINE" || strings.HasSuffix(code, "_PLAN"):
			if t, good := c.parseTime(str(v)); good {
				doc.Set(code, c.iso(t))
			} else if str(v) == "" {
				doc.Set(code, nil)
			}
		case many:
			texts := make([]any, 0, len(list))
			for _, x := range list {
				texts = append(texts, str(x))
			}
			doc.Set(code, texts)
		default:
			doc.Set(code, str(v))
		}
	}
}

func (c *call) shownTask(doc *Map) *Map {
	out := &Map{}
	for k, v := range doc.All {
		out.Set(itemName(k), v)
	}
	for field, name := range map[string]string{"responsible": "RESPONSIBLE_ID", "creator": "CREATED_BY"} {
		id, _ := doc.Get(name)
		if user, ok := c.state.docs("user").get(num(id)); ok {
			out.Set(field, M("id", str(id), "name", fullName(user), "link", "/company/personal/user/"+str(id)+"/", "icon", "", "workPosition", first(user, "WORK_POSITION")))
		}
	}
	return out
}

func first(doc *Map, name string) any { v, _ := doc.Get(name); return v }

func (c *call) task() (*Map, int, error) {
	v, ok := c.param("taskId", "id")
	if !ok {
		return nil, 0, missing("taskId")
	}
	doc, ok := c.state.docs("task").get(num(v))
	if !ok {
		return nil, 0, refusal(400, "ERROR_CORE", "Задача не найдена или доступ запрещён<br>")
	}
	return doc, num(v), nil
}

func taskGet(c *call) (any, error) {
	doc, id, err := c.task()
	if err != nil {
		return nil, err
	}
	c.changed(docEffect(progon.Read, "task", id, doc, c.docLinks(doc)...))
	return M("task", c.shownTask(doc)), nil
}

func taskUpdate(c *call) (any, error) {
	doc, id, err := c.task()
	if err != nil {
		return nil, err
	}
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	doc = doc.clone()
	c.setTask(doc, fields)
	if err := c.goodTask(doc); err != nil {
		return nil, err
	}
	c.saveTask(id, doc)
	return M("task", c.shownTask(doc)), nil
}

func (c *call) saveTask(id int, doc *Map) {
	doc.Set("CHANGED_DATE", c.iso(c.now))
	doc.Set("CHANGED_BY", strconv.Itoa(c.grant.user))
	c.state.docs("task").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "task", id, doc, c.docLinks(doc)...))
}

func taskStatus(status string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		doc, id, err := c.task()
		if err != nil {
			return nil, err
		}
		doc = doc.clone()
		doc.Set("STATUS", status)
		if status == "5" {
			doc.Set("CLOSED_DATE", c.iso(c.now))
		}
		c.saveTask(id, doc)
		return M("task", c.shownTask(doc)), nil
	}
}

func taskDelete(c *call) (any, error) {
	doc, id, err := c.task()
	if err != nil {
		return nil, err
	}
	c.state.docs("task").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "task", id, doc, c.docLinks(doc)...))
	return M("task", true), nil
}

func taskList(c *call) (any, error) {
	ids, err := c.docIDs("task", nil)
	if err != nil {
		return nil, err
	}
	shown, total, next := page(ids, c.start())
	c.list(total, next)
	rows := []any{}
	selected, _ := c.param("select")
	for _, id := range shown {
		doc, _ := c.state.docs("task").get(id)
		c.changed(docEffect(progon.Read, "task", id, doc, c.docLinks(doc)...))
		rows = append(rows, c.shownTask(only(doc, selected)))
	}
	return M("tasks", rows), nil
}

func taskComment(c *call) (any, error) {
	doc, _, err := c.task()
	if err != nil {
		return nil, err
	}
	fields, _ := c.mapping("fields")
	text, _ := fields.Fold("POST_MESSAGE")
	if str(text) == "" {
		return nil, refusal(400, "ERROR_CORE", "Не указан текст комментария<br>")
	}
	note := M("ENTITY_TYPE", "task", "ENTITY_ID", first(doc, "ID"), "COMMENT", str(text), "CREATED", c.iso(c.now), "AUTHOR_ID", strconv.Itoa(c.grant.user))
	id := c.state.docs("comment").add(note)
	c.changed(docEffect(progon.Created, "comment", id, note, append(c.docLinks(doc), "task:"+str(first(doc, "ID")))...))
	return id, nil
}
