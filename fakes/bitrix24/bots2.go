package bitrix24

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"progon"
)

// bot2Methods are imbot.v2.*, the current generation of bots. Page: imbot.v2 of the
// vendor's documentation. Its pull mode (Event.get) needs no public address.
func bot2Methods() []*method {
	const scope = "imbot"
	own := func(run func(c *call, bot *Map) (any, error)) func(*call) (any, error) {
		return func(c *call) (any, error) {
			bot, err := c.bot2()
			if err != nil {
				return nil, err
			}
			return run(c, bot)
		}
	}
	return []*method{
		{name: "imbot.v2.Revision.get", scope: scope, run: func(*call) (any, error) {
			return M("revision", M("rest", 1, "web", 1, "mobile", 1, "desktop", 1)), nil
		}},
		{name: "imbot.v2.Bot.register", scope: scope, run: bot2Register},
		{name: "imbot.v2.Bot.unregister", scope: scope, run: own(func(c *call, bot *Map) (any, error) {
			c.removeBot(bot)
			return M("result", true), nil
		})},
		{name: "imbot.v2.Bot.update", scope: scope, run: own(bot2Update)},
		{name: "imbot.v2.Bot.get", scope: scope, run: own(func(c *call, bot *Map) (any, error) { return M("bot", shownBot2(bot)), nil })},
		{name: "imbot.v2.Bot.list", scope: scope, run: bot2List},
		{name: "imbot.v2.Chat.Message.send", scope: scope, run: own(bot2Send)},
		{name: "imbot.v2.Chat.Message.update", scope: scope, run: own(bot2MessageUpdate)},
		{name: "imbot.v2.Chat.Message.delete", scope: scope, run: own(bot2MessageDelete)},
		{name: "imbot.v2.Chat.Message.read", scope: scope, level: "форма", run: own(func(*call, *Map) (any, error) { return M("result", true), nil })},
		{name: "imbot.v2.Chat.InputAction.notify", scope: scope, run: own(bot2Typing)},
		{name: "imbot.v2.Chat.get", scope: scope, run: own(bot2Chat)},
		{name: "imbot.v2.Event.get", scope: scope, run: own(bot2Events)},
		{name: "imbot.v2.Command.register", scope: scope, run: own(bot2Command)},
		{name: "imbot.v2.Command.answer", scope: scope, run: own(commandAnswer2)},
		{name: "imbot.v2.Command.list", scope: scope, run: own(bot2Commands)},
		{name: "imbot.v2.Command.unregister", scope: scope, run: own(bot2CommandRemove)},
	}
}

// maxBots2 is how many bots of this generation one application may have; maxBotToken the
// length of a bot's token.
const (
	maxBots2    = 100
	maxBotToken = 40
)

// bot2Owner is whose bots a call may touch: the application, or the bot's own token.
func (c *call) bot2Owner(token string) (string, error) {
	switch {
	case c.grant.app != "":
		return c.grant.app, nil
	case token == "":
		return "", refusal(400, "BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
	case utf8.RuneCountInString(token) > maxBotToken:
		return "", refusal(400, "BOT_TOKEN_INVALID_LENGTH", "Bot token is too long")
	}
	return "webhook:" + token, nil
}

// bot2 finds the bot that a call speaks for.
func (c *call) bot2() (*Map, error) {
	owner, err := c.bot2Owner(c.text("botToken"))
	if err != nil {
		return nil, err
	}
	id := c.id("botId")
	if id == 0 {
		return nil, refusal(400, "BOT_ID_REQUIRED", "Bot ID is required")
	}
	bot, ok := c.state.docs("bot").get(id)
	switch {
	case !ok:
		return nil, refusal(400, "BOT_NOT_FOUND", "Bot not found")
	case str(first(bot, "OWNER")) != owner:
		return nil, refusal(400, "BOT_OWNERSHIP_ERROR", "Bot belongs to another application")
	}
	return bot, nil
}

func shownBot2(bot *Map) *Map {
	return M("id", num(first(bot, "ID")), "code", first(bot, "CODE"), "type", first(bot, "TYPE"), "isHidden", false,
		"isSupportOpenline", flag(first(bot, "OPENLINE")), "isReactionsEnabled", true, "backgroundId", nil, "language", "ru",
		"moduleId", "rest", "eventMode", first(bot, "MODE"), "countMessage", 0, "countCommand", 0, "countChat", 0, "countUser", 0)
}

func bot2Register(c *call) (any, error) {
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	get := func(name string) string { v, _ := fields.Get(name); return str(v) }
	owner, err := c.bot2Owner(orText(get("botToken"), c.text("botToken")))
	if err != nil {
		return nil, err
	}
	code := get("code")
	properties, _ := asMap(first(fields, "properties"))
	name, _ := properties.Get("name")
	typ, mode := orText(get("type"), "bot"), orText(get("eventMode"), "fetch")
	for _, bot := range c.state.docs("bot").rows.all {
		if str(first(bot, "CODE")) != code || code == "" || str(first(bot, "API")) != "2" {
			continue
		}
		if str(first(bot, "OWNER")) != owner {
			return nil, refusal(400, "BOT_CODE_ALREADY_TAKEN", "Bot code is already taken")
		}
		return c.bot2Answer(bot), nil // idempotent: the known bot, unchanged
	}
	switch {
	case code == "":
		return nil, refusal(400, "BOT_CODE_REQUIRED", "Bot code is required")
	case str(name) == "":
		return nil, refusal(400, "BOT_PROPERTIES_REQUIRED", "Bot properties are required")
	case !oneOf(typ, "bot", "supervisor", "personal", "openline", "network"):
		return nil, refusal(400, "BOT_INVALID_TYPE", "Invalid bot type")
	case !oneOf(mode, "fetch", "webhook"):
		return nil, refusal(400, "BOT_INVALID_EVENT_MODE", "Invalid event mode")
	case mode == "webhook" && get("webhookUrl") == "":
		return nil, refusal(400, "BOT_WEBHOOK_URL_REQUIRED", "Webhook URL is required")
	case mode == "webhook" && !goodHandler(get("webhookUrl")):
		return nil, refusal(400, "BOT_INVALID_CALLBACK", "Invalid webhook URL")
	case len(c.bots(owner, "2")) >= maxBots2:
		return nil, refusal(400, "BOT_LIMIT_EXCEEDED", "Bot limit exceeded")
	}
	id := c.newBot(owner, "2", code, str(name), typ, typ == "openline" || flag(first(fields, "isSupportOpenline")), M("*", get("webhookUrl")), mode)
	bot, _ := c.state.docs("bot").get(id)
	return c.bot2Answer(bot), nil
}

func oneOf(s string, of ...string) bool { return contains(of, s) }

func (c *call) bot2Answer(bot *Map) *Map {
	user, _ := c.state.docs("user").get(num(first(bot, "ID")))
	return M("bot", shownBot2(bot), "users", []any{person2(user)})
}

// person2 is a user as the second generation shows one.
func person2(user *Map) *Map {
	typ := str(first(user, "USER_TYPE"))
	return M("id", num(first(user, "ID")), "active", true, "name", fullName(user), "firstName", first(user, "NAME"), "lastName", first(user, "LAST_NAME"),
		"workPosition", first(user, "WORK_POSITION"), "color", "#1eb4aa", "avatar", "", "gender", "M", "extranet", false, "bot", typ == "bot",
		"connector", typ == "imconnector", "externalAuthId", "default", "status", "online", "type", orText(map[string]string{"bot": "bot", "imconnector": "user"}[typ], "user"))
}

func bot2Update(c *call, bot *Map) (any, error) {
	fields, ok := c.mapping("fields")
	if !ok {
		return nil, missing("fields")
	}
	bot = bot.clone()
	if mode := str(first(fields, "eventMode")); mode != "" {
		if !oneOf(mode, "fetch", "webhook") {
			return nil, refusal(400, "BOT_INVALID_EVENT_MODE", "Invalid event mode")
		}
		bot.Set("MODE", mode)
	}
	if address := str(first(fields, "webhookUrl")); address != "" {
		bot.Set("HANDLERS", M("*", address))
	}
	c.state.docs("bot").rows.put(num(first(bot, "ID")), bot)
	return c.bot2Answer(bot), nil
}

func bot2List(c *call) (any, error) {
	owner, err := c.bot2Owner(c.text("botToken"))
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, bot := range c.bots(owner, "2") {
		rows = append(rows, shownBot2(bot))
	}
	return M("bots", rows), nil
}

// maxMessage is where a message is cut, with « (...)» at the end.
const maxMessage = 20000

func bot2Send(c *call, bot *Map) (any, error) {
	dialog := c.text("dialogId")
	fields, ok := c.mapping("fields")
	switch {
	case dialog == "":
		return nil, missing("dialogId")
	case !ok:
		return nil, missing("fields")
	}
	text := str(first(fields, "message"))
	if strings.TrimSpace(text) == "" && first(fields, "attach") == nil {
		return nil, refusal(400, "EMPTY_MESSAGE", "Message is empty")
	}
	if utf8.RuneCountInString(text) > maxMessage {
		text = string([]rune(text)[:maxMessage]) + " (...)"
	}
	n, chat := strings.CutPrefix(dialog, "chat")
	if d, known := c.state.docs("dialog").get(num(n)); chat && (!known || (first(d, "BOT_ID") != nil && str(first(d, "BOT_ID")) != str(first(bot, "ID")))) {
		return nil, refusal(400, "ACCESS_DENIED", "Access denied")
	}
	message, err := c.botSays(bot, dialog, text)
	if err != nil {
		return nil, err
	}
	return M("id", message, "uuidMap", &Map{}), nil
}

func (c *call) bot2Message(bot *Map) (*Map, int, error) {
	id := c.id("messageId")
	doc, ok := c.state.docs("message").get(id)
	if !ok || str(first(doc, "AUTHOR_ID")) != str(first(bot, "ID")) {
		return nil, 0, refusal(400, "MESSAGE_NOT_FOUND", "Message not found")
	}
	return doc, id, nil
}

func bot2MessageUpdate(c *call, bot *Map) (any, error) {
	doc, id, err := c.bot2Message(bot)
	if err != nil {
		return nil, err
	}
	fields, _ := c.mapping("fields")
	doc = doc.clone()
	doc.Set("MESSAGE", str(first(fields, "message")))
	c.state.docs("message").rows.put(id, doc)
	c.changed(docEffect(progon.Updated, "message", id, doc))
	return M("result", true), nil
}

func bot2MessageDelete(c *call, bot *Map) (any, error) {
	doc, id, err := c.bot2Message(bot)
	if err != nil {
		return nil, err
	}
	c.state.docs("message").rows.remove(id)
	c.changed(docEffect(progon.Deleted, "message", id, doc))
	return M("result", true), nil
}

func bot2Typing(c *call, _ *Map) (any, error) {
	if c.text("dialogId") == "" {
		return nil, missing("dialogId")
	}
	return M("result", true), nil
}

func bot2Chat(c *call, _ *Map) (any, error) {
	n := strings.TrimPrefix(c.text("dialogId"), "chat")
	d, ok := c.state.docs("dialog").get(num(n))
	if !ok {
		return nil, refusal(400, "ACCESS_DENIED", "Access denied")
	}
	return M("chat", shownChat2(d)), nil
}

func shownChat2(d *Map) *Map {
	return M("id", num(first(d, "ID")), "dialogId", "chat"+str(first(d, "ID")), "type", "lines", "name", first(d, "TITLE"), "entityType", "LINES",
		"entityId", first(d, "ENTITY_ID"), "owner", num(first(d, "OPERATOR_ID")), "avatar", "", "color", "#4ba984")
}

// bot2Events is the pull mode: the events since offset. offset confirms all below it.
func bot2Events(c *call, bot *Map) (any, error) {
	limit := c.id("limit")
	if _, given := c.param("limit"); !given {
		limit = 100
	}
	if limit < 1 || limit > 1000 {
		return nil, refusal(400, "INVALID_LIMIT", "Limit must be between 1 and 1000")
	}
	offset := c.id("offset")
	list := c.state.docs("botevent")
	rows := []any{}
	next, more := offset, false
	var confirmed []int
	for id, doc := range list.rows.all {
		if str(first(doc, "BOT_ID")) != str(first(bot, "ID")) {
			continue
		}
		switch {
		case id < offset:
			confirmed = append(confirmed, id)
		case len(rows) == limit:
			more = true
		default:
			rows = append(rows, M("eventId", id, "type", first(doc, "TYPE"), "date", first(doc, "DATE"), "data", first(doc, "DATA")))
			next = id + 1
		}
	}
	for _, id := range confirmed {
		list.rows.remove(id)
	}
	return M("events", rows, "nextOffset", next, "hasMore", more), nil
}

func bot2Command(c *call, bot *Map) (any, error) {
	fields, _ := c.mapping("fields")
	name := strings.TrimPrefix(str(first(fields, "command")), "/")
	if name == "" {
		return nil, refusal(400, "COMMAND_REQUIRED", "Command is required")
	}
	id := c.state.docs("command").add(M("BOT_ID", first(bot, "ID"), "COMMAND", name))
	return M("command", M("id", id, "botId", num(first(bot, "ID")), "command", "/"+name)), nil
}

func bot2Commands(c *call, bot *Map) (any, error) {
	rows := []any{}
	for id, doc := range c.state.docs("command").rows.all {
		if str(first(doc, "BOT_ID")) == str(first(bot, "ID")) {
			rows = append(rows, M("id", id, "botId", num(first(bot, "ID")), "command", "/"+str(first(doc, "COMMAND"))))
		}
	}
	return M("commands", rows), nil
}

func bot2CommandRemove(c *call, _ *Map) (any, error) {
	return M("result", c.state.docs("command").rows.remove(c.id("commandId"))), nil
}

// commandAnswer2 answers a command in the dialogue where it was given.
func commandAnswer2(c *call, bot *Map) (any, error) {
	doc, ok := c.state.docs("message").get(c.id("messageId"))
	fields, given := c.mapping("fields")
	switch text := str(first(fields, "message")); {
	case !ok:
		return nil, refusal(400, "MESSAGE_NOT_FOUND", "Message not found")
	case !given || text == "":
		return nil, refusal(400, "EMPTY_MESSAGE", "Message is empty")
	default:
		message, err := c.botSays(bot, str(first(doc, "DIALOG_ID")), text)
		if err != nil {
			return nil, err
		}
		return M("id", message), nil
	}
}

// toBot2 tells a bot of the second generation: into its queue or to its webhook.
func (c *call) toBot2(bot *Map, kind string, d, user, what *Map) {
	data := M("bot", shownBot2(bot), "chat", shownChat2(d), "user", person2(user), "language", "ru")
	switch kind {
	case "MESSAGEADD":
		data.Set("message", M("id", first(what, "id"), "chatId", num(first(d, "ID")), "authorId", num(first(user, "ID")), "date", c.iso(c.now),
			"text", first(what, "text"), "isSystem", false, "uuid", nil, "forward", nil, "params", &Map{}, "viewedByOthers", false))
	case "COMMANDADD":
		data.Set("message", M("id", first(what, "id"), "chatId", num(first(d, "ID")), "authorId", num(first(user, "ID")), "text", first(what, "text")))
		data.Set("command", first(what, "command"))
	case "JOINCHAT":
		data.Set("dialogId", "chat"+str(first(d, "ID")))
	}
	name := "ONIMBOTV2" + kind
	if str(first(bot, "MODE")) == "fetch" {
		c.state.docs("botevent").add(M("BOT_ID", first(bot, "ID"), "TYPE", name, "DATE", c.iso(c.now), "DATA", data))
		return
	}
	owner := strings.TrimPrefix(str(first(bot, "OWNER")), "webhook:")
	auth := M("domain", c.state.portal.domain, "member_id", c.state.portal.memberID, "application_token", c.derivedOnce("bot:"+owner))
	if a, ok := c.state.apps[owner]; ok {
		auth = c.auth(a, num(first(bot, "ID")), "https://"+c.state.portal.domain)
	}
	data.Set("bot", M("id", first(bot, "ID"), "code", first(bot, "CODE"), "auth", auth))
	handlers, _ := asMap(first(bot, "HANDLERS"))
	c.outbox.queue(letter{name: name, to: str(first(handlers, "*")), body: encodeForm(
		M("event", name, "event_handler_id", first(bot, "ID"), "data", data, "ts", strconv.FormatInt(c.now.Unix(), 10), "auth", auth))})
}

// MessageBot lets a person of the staff write to a bot in private; a text that begins
// with «/» and is a registered command goes to its handler.
func (s *Server) MessageBot(user string, botID int, text string) error {
	defer s.deliver()
	s.mu.Lock()
	defer s.mu.Unlock()
	who, ok := s.state.userNamed(user)
	if !ok {
		return fmt.Errorf("сотрудника «%s» в портале нет", user)
	}
	bot, ok := s.state.docs("bot").get(botID)
	if !ok {
		return fmt.Errorf("бота %d в портале нет", botID)
	}
	from := str(first(who, "ID"))
	message := s.state.docs("message").add(M("DIALOG_ID", from, "AUTHOR_ID", from, "MESSAGE", text, "DATE", s.iso(s.clock()), "SYSTEM", "N"))
	doc, _ := s.state.docs("message").get(message)
	s.byPerson(user, "im.message", docEffect(progon.Created, "message", message, doc))
	c := &call{Server: s, now: s.clock(), grant: &grant{user: num(from)}}
	d := M("ID", from, "USER_ID", from, "BOT_ID", strconv.Itoa(botID), "TITLE", fullName(who))
	kind, command := "MESSAGEADD", (*Map)(nil)
	if name, params, _ := strings.Cut(strings.TrimPrefix(text, "/"), " "); strings.HasPrefix(text, "/") {
		for id, doc := range s.state.docs("command").rows.all {
			if str(first(doc, "BOT_ID")) == strconv.Itoa(botID) && str(first(doc, "COMMAND")) == name {
				kind = "COMMANDADD"
				command = M("id", id, "command", "/"+name, "params", params, "context", "textarea")
			}
		}
	}
	if str(first(bot, "API")) == "2" {
		c.toBot2(bot, kind, d, who, M("text", text, "id", message, "command", command))
		return nil
	}
	params := M("MESSAGE", text, "MESSAGE_ID", message, "MESSAGE_TYPE", "P", "CHAT_TYPE", "P", "FROM_USER_ID", from, "TO_USER_ID", botID,
		"DIALOG_ID", from, "AUTHOR_ID", from, "SYSTEM", "N", "LANGUAGE", "ru")
	data := M("PARAMS", params)
	if command != nil {
		id := str(first(command, "id"))
		data.Set("COMMAND", M(id, M("COMMAND", strings.TrimPrefix(str(first(command, "command")), "/"), "COMMAND_ID", id,
			"COMMAND_PARAMS", first(command, "params"), "COMMAND_CONTEXT", "TEXTAREA", "MESSAGE_ID", message, "BOT_ID", botID)))
	}
	c.toBot(bot, kind, data, who)
	return nil
}
