package bitrix24

import (
	"strconv"
)

// connectorMethods bring a channel of one's own into open lines: for applications only.
// Page: imconnector of the vendor's documentation.
func connectorMethods() []*method {
	const scope = "imconnector|imopenlines"
	return []*method{
		{name: "imconnector.register", scope: scope, app: true, run: connectorRegister},
		{name: "imconnector.unregister", scope: scope, app: true, run: connectorUnregister},
		{name: "imconnector.activate", scope: scope, app: true, run: connectorActivate},
		{name: "imconnector.status", scope: scope, app: true, run: connectorStatus},
		{name: "imconnector.list", scope: scope, app: true, run: connectorNames},
		{name: "imconnector.connector.data.set", scope: scope, app: true, run: connectorData},
		{name: "imconnector.send.messages", scope: scope, app: true, run: connectorMessages},
		{name: "imconnector.update.messages", scope: scope, app: true, run: connectorMessages, level: "форма"},
		{name: "imconnector.delete.messages", scope: scope, app: true, run: connectorAck, level: "форма"},
		{name: "imconnector.send.status.delivery", scope: scope, app: true, run: connectorAck},
		{name: "imconnector.send.status.reading", scope: scope, app: true, run: connectorAck},
	}
}

// connector finds a registered connector by its code.
func (c *call) connector(code string) (*Map, int, bool) {
	for id, doc := range c.state.docs("connector").rows.all {
		if str(first(doc, "CODE")) == code && str(first(doc, "APP")) == c.grant.app {
			return doc, id, true
		}
	}
	return nil, 0, false
}

func connectorRegister(c *call) (any, error) {
	refuse := func(code, text string) (any, error) { // a refusal in the clothes of a success
		return M("result", false, "error", code, "error_description", text), nil
	}
	icon, _ := c.mapping("ICON")
	switch {
	case c.text("ID") == "":
		return refuse("REQUIRED_PARAMETERS", "Argument 'ID' is null or empty")
	case c.text("NAME") == "":
		return refuse("REQUIRED_PARAMETERS", "Argument 'NAME' is null or empty")
	case icon.Len() == 0:
		return refuse("REQUIRED_PARAMETERS", "Argument 'ICON' is null or empty")
	}
	if _, _, known := c.connector(c.text("ID")); !known {
		c.state.docs("connector").add(M("CODE", c.text("ID"), "NAME", c.text("NAME"), "APP", c.grant.app))
	}
	return M("result", true), nil
}

func connectorUnregister(c *call) (any, error) {
	_, id, ok := c.connector(c.text("ID"))
	if ok {
		c.state.docs("connector").rows.remove(id)
	}
	return M("result", ok), nil
}

func noConnector() *apiError {
	return refusal(400, "IMCONNECTOR_NO_CORRECT_PROVIDER", "Could not find a suitable provider for the connector")
}

func connectorActivate(c *call) (any, error) {
	doc, id, ok := c.connector(c.text("CONNECTOR"))
	if !ok {
		return nil, noConnector()
	}
	doc = doc.clone()
	doc.Set("LINE_"+c.text("LINE"), yn(flag(c.text("ACTIVE"))))
	c.state.docs("connector").rows.put(id, doc)
	return true, nil
}

func (c *call) active(doc *Map, line string) bool { return flag(first(doc, "LINE_"+line)) }

func connectorStatus(c *call) (any, error) {
	doc, _, ok := c.connector(c.text("CONNECTOR"))
	if !ok {
		return nil, noConnector()
	}
	active := c.active(doc, c.text("LINE"))
	return M("LINE", c.id("LINE"), "CONNECTOR", c.text("CONNECTOR"), "ERROR", false, "CONFIGURED", active, "STATUS", active), nil
}

func connectorNames(c *call) (any, error) {
	out := M("livechat", "Онлайн-чат")
	for _, doc := range c.state.docs("connector").rows.all {
		out.Set(str(first(doc, "CODE")), first(doc, "NAME"))
	}
	return out, nil
}

func connectorData(c *call) (any, error) {
	if _, _, ok := c.connector(c.text("CONNECTOR")); !ok {
		return nil, noConnector()
	}
	return true, nil
}

func connectorAck(c *call) (any, error) {
	if _, err := connectorCheck(c); err != nil {
		return nil, err
	}
	return M("SUCCESS", true, "DATA", []any{}), nil
}

// connectorCheck checks what all calls with messages need.
func connectorCheck(c *call) ([]any, error) {
	v, _ := c.param("MESSAGES")
	list, _ := asList(v)
	doc, _, ok := c.connector(c.text("CONNECTOR"))
	switch {
	case len(list) == 0:
		return nil, refusal(400, "ERROR_ARGUMENT", "Argument 'MESSAGES' is null or empty")
	case c.text("LINE") == "":
		return nil, refusal(400, "ERROR_ARGUMENT", "Argument 'LINE' is null or empty")
	case !ok:
		return nil, noConnector()
	case !c.active(doc, c.text("LINE")):
		return nil, refusal(400, "NOT_ACTIVE_LINE", "Line is not active")
	}
	return list, nil
}

func connectorMessages(c *call) (any, error) {
	list, err := connectorCheck(c)
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, item := range list {
		m, _ := asMap(item)
		user, _ := asMap(first(m, "user"))
		message, _ := asMap(first(m, "message"))
		chat, _ := asMap(first(m, "chat"))
		id := str(first(user, "id"))
		if id == "" {
			rows = append(rows, M("SUCCESS", false, "ERRORS", []any{"Argument 'user.id' is null or empty"}))
			continue
		}
		chatID, _, effects, err := c.clientWrites(ClientMessage{Line: c.id("LINE"), Connector: c.text("CONNECTOR"), User: id,
			Chat: str(first(chat, "id")), Name: str(first(user, "name")), Phone: str(first(user, "phone")),
			Text: str(first(message, "text")), ID: str(first(message, "id"))}, c.grant.app)
		if err != nil {
			return nil, refusal(400, "NOT_ACTIVE_LINE", "Line is not active")
		}
		c.effects = append(c.effects, effects...)
		d, _ := c.state.docs("dialog").get(chatID)
		rows = append(rows, M("user", first(d, "USER_ID"), "message", message, "chat", chat, "extra", &Map{}, "SUCCESS", true,
			"session", M("ID", first(d, "SESSION_ID"), "CHAT_ID", strconv.Itoa(chatID))))
	}
	return M("SUCCESS", true, "DATA", M("RESULT", rows)), nil
}
