package bitrix24

import (
	"strconv"
	"strings"

	"progon"
)

// botMethods are imbot.* of the first generation. Page: chat-bots of the vendor's
// documentation. Events go to the bot's handlers as forms, see events.go.
func botMethods() []*method {
	const scope = "imbot"
	return []*method{
		{name: "imbot.register", scope: scope, run: botRegister},
		{name: "imbot.unregister", scope: scope, run: botUnregister},
		{name: "imbot.update", scope: scope, run: botUpdate},
		{name: "imbot.bot.list", scope: scope, run: botList},
		{name: "imbot.message.add", scope: scope, run: botMessage},
		{name: "imbot.message.update", scope: scope, run: botMessageUpdate},
		{name: "imbot.message.delete", scope: scope, run: botMessageDelete},
		{name: "imbot.chat.sendTyping", scope: scope, run: botTyping},
		{name: "imbot.dialog.get", scope: scope, run: dialogInfo},
		{name: "imbot.chat.leave", scope: scope, run: botTyping, level: "форма"},
		{name: "imbot.command.register", scope: scope, run: commandRegister},
		{name: "imbot.command.unregister", scope: scope, run: commandUnregister},
		{name: "imbot.command.answer", scope: scope, run: commandAnswer},
	}
}

// maxBots is how many bots of the first generation one application may have.
const maxBots = 5

// botOwner is whose bots a call may touch: the application, or under a webhook the
// CLIENT_ID that the bot has chosen for itself.
func (c *call) botOwner() (string, error) {
	if c.grant.app != "" {
		return c.grant.app, nil
	}
	if id := c.text("CLIENT_ID"); id != "" {
		return "webhook:" + id, nil
	}
	return "", refusal(403, "ACCESS_DENIED", "Access denied! Client ID not specified")
}

// bots lists the bots of an owner and generation, in the order of their registration.
func (c *call) bots(owner, api string) []*Map {
	var out []*Map
	for _, bot := range c.state.docs("bot").rows.all {
		if str(first(bot, "OWNER")) == owner && str(first(bot, "API")) == api {
			out = append(out, bot)
		}
	}
	return out
}

// ownBot finds the bot that a call speaks for; without BOT_ID it is the owner's first.
func (c *call) ownBot() (*Map, error) {
	owner, err := c.botOwner()
	if err != nil {
		return nil, err
	}
	id := c.id("BOT_ID")
	for _, bot := range c.bots(owner, "1") {
		if id == 0 || num(first(bot, "ID")) == id {
			return bot, nil
		}
	}
	if _, exists := c.state.docs("bot").get(id); exists {
		return nil, refusal(400, "APP_ID_ERROR", "Bot was installed by another rest application")
	}
	return nil, refusal(400, "BOT_ID_ERROR", "Bot not found")
}

func botRegister(c *call) (any, error) {
	owner, err := c.botOwner()
	if err != nil {
		return nil, err
	}
	properties, _ := c.mapping("PROPERTIES")
	all := c.text("EVENT_HANDLER")
	handlers := M("MESSAGEADD", orText(c.text("EVENT_MESSAGE_ADD"), all), "JOINCHAT", orText(c.text("EVENT_WELCOME_MESSAGE"), all),
		"DELETE", orText(c.text("EVENT_BOT_DELETE"), all), "COMMANDADD", all)
	for name, code := range map[string]string{"MESSAGEADD": "EVENT_MESSAGE_ADD_ERROR", "JOINCHAT": "EVENT_WELCOME_MESSAGE_ERROR", "DELETE": "EVENT_BOT_DELETE_ERROR"} {
		if v, _ := handlers.Get(name); !goodHandler(str(v)) {
			return nil, refusal(400, code, "Wrong handler URL")
		}
	}
	switch name, _ := properties.Fold("NAME"); {
	case c.text("CODE") == "":
		return nil, refusal(400, "CODE_ERROR", "Bot code isn't specified")
	case str(name) == "":
		return nil, refusal(400, "NAME_ERROR", "Bot name isn't specified")
	case len(c.bots(owner, "1")) >= maxBots:
		return nil, refusal(400, "MAX_COUNT_ERROR", "Has reached the maximum number of bots for application")
	default:
		typ := orText(c.text("TYPE"), "B")
		return c.newBot(owner, "1", c.text("CODE"), str(name), typ, typ == "O" || flag(c.text("OPENLINE")), handlers, ""), nil
	}
}

// newBot makes a bot, which is a user too, and returns its id.
func (c *call) newBot(owner, api, code, name, typ string, openline bool, handlers *Map, mode string) int {
	id := c.state.docs("user").add(newUser(M("NAME", name, "USER_TYPE", "bot"), c.iso(c.now)))
	c.state.docs("bot").add(M("ID", strconv.Itoa(id), "CODE", code, "NAME", name, "TYPE", typ, "OPENLINE", yn(openline), "OWNER", owner,
		"API", api, "HANDLERS", handlers, "MODE", mode))
	c.changed(progon.Effect{Op: progon.Created, Entity: "bot", ID: strconv.Itoa(id), Fields: []progon.Field{
		{Name: "ID", Value: strconv.Itoa(id)}, {Name: "CODE", Value: code}, {Name: "NAME", Value: name}}})
	return id
}

func botUnregister(c *call) (any, error) {
	bot, err := c.ownBot()
	if err != nil {
		return nil, err
	}
	c.removeBot(bot)
	return true, nil
}

func (c *call) removeBot(bot *Map) {
	id := num(first(bot, "ID"))
	c.toBot(bot, "DELETE", M("BOT_ID", id, "BOT_CODE", first(bot, "CODE")), &Map{})
	c.state.docs("bot").rows.remove(id)
	c.state.docs("user").rows.remove(id)
	c.changed(progon.Effect{Op: progon.Deleted, Entity: "bot", ID: strconv.Itoa(id)})
}

func botUpdate(c *call) (any, error) {
	bot, err := c.ownBot()
	if err != nil {
		return nil, err
	}
	fields, ok := c.mapping("FIELDS")
	if !ok {
		return nil, refusal(400, "WRONG_REQUEST", "Wrong request")
	}
	bot = bot.clone()
	if code, has := fields.Fold("CODE"); has {
		bot.Set("CODE", str(code))
	}
	handlers, _ := asMap(first(bot, "HANDLERS"))
	handlers = handlers.clone()
	for param, name := range map[string]string{"EVENT_MESSAGE_ADD": "MESSAGEADD", "EVENT_WELCOME_MESSAGE": "JOINCHAT", "EVENT_BOT_DELETE": "DELETE"} {
		if v, has := fields.Fold(param); has {
			handlers.Set(name, str(v))
		}
	}
	bot.Set("HANDLERS", handlers)
	c.state.docs("bot").rows.put(num(first(bot, "ID")), bot)
	return true, nil
}

func botList(c *call) (any, error) {
	out := &Map{}
	for id, bot := range c.state.docs("bot").rows.all {
		out.Set(strconv.Itoa(id), M("ID", id, "NAME", first(bot, "NAME"), "CODE", first(bot, "CODE"), "OPENLINE", first(bot, "OPENLINE")))
	}
	return out, nil
}

func botMessage(c *call) (any, error) {
	bot, err := c.ownBot()
	if err != nil {
		return nil, err
	}
	dialog := c.text("DIALOG_ID")
	if dialog == "" {
		dialog = c.text("TO_USER_ID")
	}
	_, attached := c.param("ATTACH")
	switch {
	case dialog == "":
		return nil, refusal(400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
	case c.text("MESSAGE") == "" && !attached:
		return nil, refusal(400, "MESSAGE_EMPTY", "Message can't be empty")
	}
	if err := c.keyboard(); err != nil {
		return nil, err
	}
	return c.botSays(bot, dialog, c.text("MESSAGE"))
}

// maxAttach is how much a keyboard or an attachment may weigh.
const maxAttach = 30 << 10

// keyboard checks the buttons and attachments of a message; a JSON string will do too.
func (c *call) keyboard() error {
	for _, name := range []string{"KEYBOARD", "ATTACH", "MENU"} {
		v, ok := c.param(name)
		if !ok || v == nil || (str(v) == "N" || str(v) == "") && !isArray(v) {
			continue
		}
		if text, isText := v.(string); isText {
			decoded, err := decodeJSON([]byte(text))
			if err != nil {
				return refusal(400, name+"_ERROR", "Incorrect "+strings.ToLower(name)+" params")
			}
			v = decoded
		}
		if !isArray(v) {
			return refusal(400, name+"_ERROR", "Incorrect "+strings.ToLower(name)+" params")
		}
		if len(appendJSON(nil, v)) > maxAttach {
			return refusal(400, name+"_OVERSIZE", "You have exceeded the maximum allowable size of "+strings.ToLower(name))
		}
	}
	return nil
}

func isArray(v any) bool { _, ok := asMap(v); return ok }

// botSays puts a bot's message into a dialogue and, where it is an open line, on its way
// to the client.
func (c *call) botSays(bot *Map, dialog, text string) (any, error) {
	id := str(first(bot, "ID"))
	n, chat := strings.CutPrefix(dialog, "chat")
	d, known := c.state.docs("dialog").get(num(n))
	if chat && !known {
		return nil, refusal(400, "ACCESS_DENIED", "You do not have access to the specified dialog")
	}
	message := c.say(dialog, id, text, flag(c.text("SYSTEM")))
	if chat && !flag(c.text("SKIP_CONNECTOR")) {
		c.toConnector(d, message, id, text)
	}
	return message, nil
}

// botOwnMessage finds a message of the caller's bot.
func (c *call) botOwnMessage() (*Map, int, error) {
	bot, err := c.ownBot()
	if err != nil {
		return nil, 0, err
	}
	id := c.id("MESSAGE_ID")
	doc, ok := c.state.docs("message").get(id)
	if !ok || str(first(doc, "AUTHOR_ID")) != str(first(bot, "ID")) {
		return nil, 0, refusal(400, "MESSAGE_ID_ERROR", "Message not found")
	}
	return doc, id, nil
}

func botMessageUpdate(c *call) (any, error) {
	doc, id, err := c.botOwnMessage()
	if err != nil {
		return nil, err
	}
	doc = doc.clone()
	doc.Set("MESSAGE", c.text("MESSAGE"))
	c.state.docs("message").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "message", id, doc))
	return true, nil
}

func botMessageDelete(c *call) (any, error) {
	doc, id, err := c.botOwnMessage()
	if err != nil {
		return nil, err
	}
	c.state.docs("message").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "message", id, doc))
	return true, nil
}

func botTyping(c *call) (any, error) {
	if _, err := c.ownBot(); err != nil {
		return nil, err
	}
	if c.text("DIALOG_ID", "CHAT_ID") == "" {
		return nil, refusal(400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
	}
	return true, nil
}

func commandRegister(c *call) (any, error) {
	bot, err := c.ownBot()
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(c.text("COMMAND"), "/")
	switch {
	case name == "":
		return nil, refusal(400, "COMMAND_ERROR", "Command isn't specified")
	case !goodHandler(c.text("EVENT_COMMAND_ADD")):
		return nil, refusal(400, "EVENT_COMMAND_ADD", "Wrong handler URL")
	}
	return c.state.docs("command").add(M("BOT_ID", first(bot, "ID"), "COMMAND", name, "HANDLER", c.text("EVENT_COMMAND_ADD"))), nil
}

func commandUnregister(c *call) (any, error) {
	if _, err := c.ownBot(); err != nil {
		return nil, err
	}
	return c.state.docs("command").rows.remove(c.id("COMMAND_ID")), nil
}

func commandAnswer(c *call) (any, error) {
	bot, err := c.ownBot()
	if err != nil {
		return nil, err
	}
	doc, ok := c.state.docs("message").get(c.id("MESSAGE_ID"))
	switch {
	case !ok:
		return nil, refusal(400, "MESSAGE_ID_ERROR", "Message not found")
	case c.text("MESSAGE") == "":
		return nil, refusal(400, "MESSAGE_EMPTY", "Message can't be empty")
	}
	return c.botSays(bot, str(first(doc, "DIALOG_ID")), c.text("MESSAGE"))
}

// tellBot tells the bot of a dialogue what happened there. what holds «text» and, for a
// message, «id».
func (s *Server) tellBot(d *Map, kind string, what *Map) {
	bot, ok := s.state.docs("bot").get(num(first(d, "BOT_ID")))
	if !ok {
		return
	}
	c := &call{Server: s, now: s.clock(), grant: &grant{user: num(first(d, "USER_ID"))}}
	user, _ := s.state.docs("user").get(num(first(d, "USER_ID")))
	if str(first(bot, "API")) == "2" {
		c.toBot2(bot, kind, d, user, what)
		return
	}
	chat := str(first(d, "ID"))
	params := M("CHAT_TYPE", "L", "MESSAGE_TYPE", "L", "BOT_ID", first(bot, "ID"), "USER_ID", first(d, "USER_ID"), "FROM_USER_ID", first(d, "USER_ID"),
		"TO_USER_ID", first(bot, "ID"), "TO_CHAT_ID", chat, "CHAT_ID", chat, "DIALOG_ID", "chat"+chat, "AUTHOR_ID", first(d, "USER_ID"),
		"CHAT_TITLE", first(d, "TITLE"), "CHAT_ENTITY_TYPE", "LINES", "CHAT_ENTITY_ID", first(d, "ENTITY_ID"),
		"CHAT_ENTITY_DATA_1", first(d, "ENTITY_DATA_1"), "CHAT_ENTITY_DATA_2", first(d, "ENTITY_DATA_2"), "CHAT_ENTITY_DATA_3", "",
		"SYSTEM", "N", "LANGUAGE", "ru", "CHAT_USER_COUNT", "2", "PLATFORM_CONTEXT", "")
	if kind == "MESSAGEADD" {
		params.Set("MESSAGE", first(what, "text"))
		params.Set("MESSAGE_ORIGINAL", first(what, "text"))
		params.Set("MESSAGE_ID", first(what, "id"))
		params.Set("TEMPLATE_ID", "")
	}
	c.toBot(bot, kind, M("PARAMS", params), user)
}

// toBot sends an event of the first generation to a bot's own handler.
func (c *call) toBot(bot *Map, kind string, data, user *Map) {
	if str(first(bot, "API")) != "1" {
		return
	}
	handlers, _ := asMap(first(bot, "HANDLERS"))
	to := str(first(handlers, kind))
	if to == "" {
		return
	}
	id := str(first(bot, "ID"))
	owner := strings.TrimPrefix(str(first(bot, "OWNER")), "webhook:")
	auth := M("domain", c.state.portal.domain, "client_endpoint", "https://"+c.state.portal.domain+"/rest/",
		"member_id", c.state.portal.memberID, "application_token", c.derivedOnce("bot:"+owner))
	if a, ok := c.state.apps[owner]; ok {
		auth = c.auth(a, num(id), "https://"+c.state.portal.domain)
	}
	entry := auth.clone()
	entry.Set("AUTH", auth)
	entry.Set("BOT_ID", id)
	entry.Set("BOT_CODE", first(bot, "CODE"))
	entry.Set("client_id", owner)
	out := M("BOT", M(id, entry))
	for k, v := range data.All {
		out.Set(k, v)
	}
	if user.Len() > 0 {
		out.Set("USER", M("ID", first(user, "ID"), "NAME", fullName(user), "FIRST_NAME", first(user, "NAME"), "LAST_NAME", first(user, "LAST_NAME"),
			"WORK_POSITION", first(user, "WORK_POSITION"), "GENDER", "M", "IS_BOT", "N",
			"IS_CONNECTOR", yn(str(first(user, "USER_TYPE")) == "imconnector"), "IS_NETWORK", "N", "IS_EXTRANET", "N"))
	}
	name := map[string]string{"MESSAGEADD": "ONIMBOTMESSAGEADD", "JOINCHAT": "ONIMBOTJOINCHAT", "DELETE": "ONIMBOTDELETE", "COMMANDADD": "ONIMCOMMANDADD"}[kind]
	body := M("event", name, "event_handler_id", id, "data", out, "ts", strconv.FormatInt(c.now.Unix(), 10), "auth", auth)
	c.outbox.queue(letter{name: name, to: to, body: encodeForm(body)})
}

// derivedOnce is a token that is the same for the same purpose all the time.
func (s *Server) derivedOnce(purpose string) string {
	serial := s.state.serial
	s.state.serial = 0
	defer func() { s.state.serial = serial }()
	return s.derived(purpose)
}
