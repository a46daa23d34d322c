package bitrix24

import (
	"sort"
	"strconv"
	"strings"

	"progon"
)

// systemMethods are methods about the REST itself. Page: common/system.
func systemMethods() []*method {
	return []*method{
		{name: "scope", run: scopeList},
		{name: "methods", run: methodNames},
		{name: "method.get", run: methodGet},
		{name: "server.time", run: func(c *call) (any, error) { return c.iso(c.now), nil }},
		{name: "access.name", level: "форма", run: func(*call) (any, error) { return []any{}, nil }},
		{name: "feature.get", run: featureGet},
		{name: "app.info", run: appInfo},
	}
}

func scopeList(c *call) (any, error) {
	var names []string
	if full, _ := c.param("full"); flag(full) || c.grant.scopes == nil {
		names = c.allScopes()
	} else {
		for name := range c.grant.scopes {
			names = append(names, name)
		}
		sort.Strings(names)
	}
	return names, nil
}

func methodNames(c *call) (any, error) {
	names := []string{"batch"}
	only := strings.ToLower(c.text("scope"))
	for _, m := range c.methods {
		if only == "" || strings.Contains(m.scope, only) {
			names = append(names, strings.ToLower(m.name))
		}
	}
	sort.Strings(names)
	return names, nil
}

func methodGet(c *call) (any, error) {
	name := strings.ToLower(c.text("name"))
	m, known := c.methods[name]
	available := known && c.grant.allows(m.scope) && (!m.app || c.grant.app != "")
	if name == "batch" {
		known, available = true, true
	}
	return M("isExisting", known, "isAvailable", available), nil
}

func featureGet(c *call) (any, error) {
	if c.text("CODE") == "" {
		return nil, refusal(400, "CODE_EMPTY", "Code can't be empty")
	}
	return M("value", "Y"), nil
}

func appInfo(c *call) (any, error) {
	if c.grant.app == "" {
		return nil, refusal(403, "ACCESS_DENIED", "Access denied! Application context required")
	}
	return M("ID", 1, "CODE", c.grant.app, "VERSION", 1, "STATUS", "L", "INSTALLED", true, "PAYMENT_EXPIRED", "N", "DAYS", nil,
		"LANGUAGE_ID", "ru", "LICENSE", "ru_basic", "LICENSE_TYPE", "basic", "LICENSE_FAMILY", "basic"), nil
}

// messageMethods are notifications and messages to the staff. Page: chats.
func messageMethods() []*method {
	return []*method{
		{name: "im.notify.personal.add", scope: "im", run: notify},
		{name: "im.notify.system.add", scope: "im", run: notify},
		{name: "im.notify", scope: "im", run: notify},
		{name: "im.notify.delete", scope: "im", run: notifyDelete},
		{name: "im.message.add", scope: "im", run: messageAdd},
		{name: "im.dialog.get", scope: "im", run: dialogInfo},
		{name: "im.dialog.messages.get", scope: "im", run: dialogMessages},
		{name: "im.chat.add", scope: "im", run: chatAdd},
		{name: "im.user.get", scope: "im", run: imUser},
	}
}

func notify(c *call) (any, error) {
	to := c.id("USER_ID", "to")
	switch _, known := c.state.docs("user").get(to); {
	case to == 0:
		return nil, refusal(400, "USER_ID_EMPTY", "User ID can't be empty")
	case !known:
		return nil, refusal(400, "USER_NOT_FOUND", "User not found")
	case c.text("MESSAGE") == "":
		return nil, refusal(400, "MESSAGE_EMPTY", "Message can't be empty")
	}
	doc := M("TO", strconv.Itoa(to), "MESSAGE", c.text("MESSAGE"), "MESSAGE_OUT", c.text("MESSAGE_OUT"), "TAG", c.text("TAG"),
		"SUB_TAG", c.text("SUB_TAG"), "FROM_USER_ID", strconv.Itoa(c.grant.user), "DATE_CREATE", c.iso(c.now))
	id := c.state.docs("notification").add(doc)
	c.changed(docEffect(progon.Created, "notification", id, doc))
	return id, nil
}

func notifyDelete(c *call) (any, error) {
	id := c.id("ID")
	doc, ok := c.state.docs("notification").get(id)
	if !ok {
		return false, nil
	}
	c.state.docs("notification").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "notification", id, doc))
	return true, nil
}

// messageAdd is im.message.add: a message of the webhook's user to a person or a chat.
func messageAdd(c *call) (any, error) {
	to := c.text("DIALOG_ID", "USER_ID")
	if chat := c.text("CHAT_ID"); to == "" && chat != "" {
		to = "chat" + chat
	}
	if to == "" {
		return nil, refusal(400, "USER_ID_EMPTY", "User ID can't be empty")
	}
	if c.text("MESSAGE") == "" {
		if _, attached := c.param("ATTACH"); !attached {
			return nil, refusal(400, "MESSAGE_EMPTY", "Message can't be empty")
		}
	}
	if n, chat := strings.CutPrefix(to, "chat"); chat {
		if _, ok := c.state.docs("dialog").get(num(n)); !ok {
			return nil, refusal(400, "CHAT_ID", "Chat ID can't be empty")
		}
	} else if _, ok := c.state.docs("user").get(num(to)); !ok {
		return nil, refusal(400, "USER_NOT_FOUND", "User not found")
	}
	return c.say(to, strconv.Itoa(c.grant.user), c.text("MESSAGE"), false), nil
}

// say puts a message into a dialogue and returns its id.
func (c *call) say(dialog, from, text string, system bool) int {
	doc := M("DIALOG_ID", dialog, "AUTHOR_ID", from, "MESSAGE", text, "DATE", c.iso(c.now), "SYSTEM", yn(system))
	if keyboard, ok := c.param("KEYBOARD"); ok {
		doc.Set("KEYBOARD", keyboard)
	}
	if attach, ok := c.param("ATTACH"); ok {
		doc.Set("ATTACH", attach)
	}
	id := c.state.docs("message").add(doc)
	var links []string
	if n, chat := strings.CutPrefix(dialog, "chat"); chat {
		links = []string{"dialog:" + n}
		if d, ok := c.state.docs("dialog").get(num(n)); ok {
			links = append(links, dialogLinks(d)...)
		}
	}
	c.changed(docEffect(progon.Created, "message", id, doc, links...))
	return id
}

func dialogInfo(c *call) (any, error) {
	id := c.text("DIALOG_ID")
	if id == "" {
		return nil, refusal(400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
	}
	n, chat := strings.CutPrefix(id, "chat")
	doc, ok := c.state.docs("dialog").get(num(n))
	if !chat || !ok {
		return nil, refusal(400, "ACCESS_ERROR", "You do not have access to the specified dialog")
	}
	return c.shownDialog(doc), nil
}

func (c *call) shownDialog(doc *Map) *Map {
	return M("id", num(first(doc, "ID")), "title", first(doc, "TITLE"), "owner", num(first(doc, "OPERATOR_ID")), "extranet", false, "color", "#4ba984",
		"avatar", "", "type", orText(str(first(doc, "TYPE")), "chat"), "entity_type", first(doc, "ENTITY_TYPE"), "entity_id", first(doc, "ENTITY_ID"),
		"entity_data_1", first(doc, "ENTITY_DATA_1"), "entity_data_2", first(doc, "ENTITY_DATA_2"), "entity_data_3", "",
		"date_create", first(doc, "DATE_CREATE"), "message_count", len(c.messagesOf("chat"+str(first(doc, "ID")))), "dialog_id", "chat"+str(first(doc, "ID")))
}

func (c *call) messagesOf(dialog string) []*Map {
	var out []*Map
	for _, m := range c.state.docs("message").rows.all {
		if str(first(m, "DIALOG_ID")) == dialog {
			out = append(out, m)
		}
	}
	return out
}

func dialogMessages(c *call) (any, error) {
	if c.text("DIALOG_ID") == "" {
		return nil, refusal(400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
	}
	rows := []any{}
	all := c.messagesOf(c.text("DIALOG_ID"))
	for i := len(all) - 1; i >= 0 && len(rows) < max(c.id("LIMIT"), 20); i-- {
		m := all[i]
		rows = append(rows, M("id", num(first(m, "ID")), "chat_id", num(strings.TrimPrefix(c.text("DIALOG_ID"), "chat")),
			"author_id", num(first(m, "AUTHOR_ID")), "date", first(m, "DATE"), "text", first(m, "MESSAGE"), "unread", false, "params", &Map{}))
	}
	return M("chat_id", num(strings.TrimPrefix(c.text("DIALOG_ID"), "chat")), "messages", rows, "users", []any{}, "files", []any{}), nil
}

func chatAdd(c *call) (any, error) {
	return c.state.docs("dialog").add(M("TITLE", orText(c.text("TITLE"), "Чат"), "TYPE", "chat", "DATE_CREATE", c.iso(c.now),
		"OPERATOR_ID", strconv.Itoa(c.grant.user), "ENTITY_TYPE", c.text("ENTITY_TYPE"), "ENTITY_ID", c.text("ENTITY_ID"))), nil
}

func imUser(c *call) (any, error) {
	id := c.id("ID")
	if id == 0 {
		id = c.grant.user
	}
	user, ok := c.state.docs("user").get(id)
	if !ok {
		return nil, refusal(400, "USER_NOT_EXISTS", "User is not exists")
	}
	return imPerson(user), nil
}

// imPerson is a user as the messenger shows one.
func imPerson(user *Map) *Map {
	typ := str(first(user, "USER_TYPE"))
	return M("id", num(first(user, "ID")), "name", fullName(user), "first_name", first(user, "NAME"), "last_name", first(user, "LAST_NAME"),
		"work_position", first(user, "WORK_POSITION"), "color", "#1eb4aa", "avatar", "", "gender", "M", "birthday", false, "extranet", false,
		"network", false, "bot", typ == "bot", "connector", typ == "imconnector", "external_auth_id", "default", "status", "online", "departments", []any{1})
}
