package bitrix24

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"progon"
)

// lineMethods are open lines: the dialogues of clients with bots and operators. Pages:
// imopenlines and its neighbours in the vendor's documentation.
func lineMethods() []*method {
	const scope = "imopenlines"
	yes := func(*call) (any, error) { return true, nil }
	return []*method{
		{name: "imopenlines.bot.session.operator", scope: scope, run: sessionOperator},
		{name: "imopenlines.bot.session.transfer", scope: scope, run: sessionTransfer},
		{name: "imopenlines.bot.session.finish", scope: scope, run: sessionFinish},
		{name: "imopenlines.bot.session.message.send", scope: scope, run: sessionMessage},
		{name: "imopenlines.operator.answer", scope: scope, run: operatorStep(func(c *call, d *Map) { c.giveTo(d, strconv.Itoa(c.grant.user)) })},
		{name: "imopenlines.operator.finish", scope: scope, run: operatorStep(closeDialog)},
		{name: "imopenlines.operator.another.finish", scope: scope, run: operatorStep(closeDialog)},
		{name: "imopenlines.operator.spam", scope: scope, run: operatorStep(closeDialog)},
		{name: "imopenlines.operator.skip", scope: scope, run: operatorStep((*call).toQueue)},
		{name: "imopenlines.operator.transfer", scope: scope, run: operatorTransfer},
		{name: "imopenlines.session.open", scope: scope, run: sessionOpen},
		{name: "imopenlines.session.start", scope: scope, run: sessionJoin},
		{name: "imopenlines.session.join", scope: scope, run: sessionJoin},
		{name: "imopenlines.session.intercept", scope: scope, run: sessionJoin},
		{name: "imopenlines.session.history.get", scope: scope, run: sessionHistory},
		{name: "imopenlines.dialog.get", scope: scope, run: lineDialog},
		{name: "imopenlines.config.list.get", scope: scope, run: lineList},
		{name: "imopenlines.config.get", scope: scope, run: lineGet},
		{name: "imopenlines.crm.chat.get", scope: scope, run: crmChats},
		{name: "imopenlines.crm.chat.getLastId", scope: scope, run: crmLastChat},
		{name: "imopenlines.crm.chat.user.add", scope: scope, run: yes, level: "форма"},
		{name: "imopenlines.crm.chat.user.delete", scope: scope, run: yes, level: "форма"},
		{name: "imopenlines.crm.message.add", scope: scope, run: crmMessage},
		{name: "imopenlines.crm.lead.create", scope: scope, run: crmLead},
	}
}

// States of an open-line dialogue.
const (
	withBot      = "bot"
	withOperator = "operator"
	closed       = "closed"
)

// ClientMessage is what a client writes to an open line.
type ClientMessage struct {
	Line      int    // 0 means the first line
	Connector string // "" means livechat
	User      string // the client's id in the channel
	Chat      string // the chat's id in the channel; "" means User
	Name      string
	Phone     string
	Text      string
	ID        string // of the message in the channel
}

// ClientWrites puts a client's message into an open line and tells whoever serves the
// dialogue. It returns the id of the chat.
func (s *Server) ClientWrites(m ClientMessage) (chat int, err error) {
	defer s.deliver()
	s.mu.Lock()
	defer s.mu.Unlock()
	chat, _, effects, err := s.clientWrites(m, "")
	if err != nil {
		return 0, err
	}
	s.byPerson(string(progon.ActorClient), "imopenlines.message", effects...)
	return chat, nil
}

func (s *Server) line(id int) (*Map, bool) {
	if id > 0 {
		return s.state.docs("queue").get(id)
	}
	for _, line := range s.state.docs("queue").rows.all {
		return line, true
	}
	return nil, false
}

func (s *Server) clientWrites(m ClientMessage, app string) (chat, message int, effects []progon.Effect, err error) {
	line, ok := s.line(m.Line)
	if !ok {
		return 0, 0, nil, fmt.Errorf("открытой линии %d в портале нет", m.Line)
	}
	m.Connector, m.Chat = orText(m.Connector, "livechat"), orText(m.Chat, m.User)
	d, fresh := s.dialogOf(line, m)
	chat = num(first(d, "ID"))
	if fresh {
		if app != "" {
			d.Set("APP", app)
		}
		effects = append(effects, docEffect(progon.Created, "dialog", chat, d))
		s.tellBot(d, "JOINCHAT", M("text", ""))
	}
	message = s.state.docs("message").add(M("DIALOG_ID", "chat"+strconv.Itoa(chat), "AUTHOR_ID", str(first(d, "USER_ID")), "MESSAGE", m.Text,
		"DATE", s.iso(s.clock()), "SYSTEM", "N", "CHANNEL_ID", m.ID))
	doc, _ := s.state.docs("message").get(message)
	effects = append(effects, docEffect(progon.Created, "message", message, doc, append([]string{"dialog:" + strconv.Itoa(chat)}, dialogLinks(d)...)...))
	if str(first(d, "STATUS")) == withBot {
		s.tellBot(d, "MESSAGEADD", M("text", m.Text, "id", message))
	}
	return chat, message, effects, nil
}

// dialogOf finds the open dialogue of a client on a line, or begins one.
func (s *Server) dialogOf(line *Map, m ClientMessage) (d *Map, fresh bool) {
	list := s.state.docs("dialog")
	lineID := str(first(line, "ID"))
	for _, doc := range list.rows.all {
		if str(first(doc, "CONNECTOR")) == m.Connector && str(first(doc, "LINE_ID")) == lineID && str(first(doc, "CHANNEL_CHAT")) == m.Chat &&
			str(first(doc, "STATUS")) != closed {
			return doc, false
		}
	}
	user := s.state.docs("user").add(newUser(M("NAME", orText(m.Name, "Гость"), "PERSONAL_MOBILE", m.Phone, "USER_TYPE", "imconnector"), s.iso(s.clock())))
	s.state.serial++
	session := s.state.docs("session").add(M("LINE_ID", lineID, "DATE", s.iso(s.clock())))
	status := withOperator
	doc := M("TITLE", orText(m.Name, "Гость")+" - "+str(first(line, "LINE_NAME")), "TYPE", "lines", "ENTITY_TYPE", "LINES",
		"ENTITY_ID", strings.Join([]string{m.Connector, lineID, m.Chat, strconv.Itoa(user)}, "|"),
		"ENTITY_DATA_1", "N|NONE|0|N|N|"+strconv.Itoa(session)+"|0|0|0|0", "ENTITY_DATA_2", "LEAD|0|COMPANY|0|CONTACT|0|DEAL|0",
		"LINE_ID", lineID, "CONNECTOR", m.Connector, "CHANNEL_CHAT", m.Chat, "CHANNEL_USER", m.User, "USER_ID", strconv.Itoa(user),
		"SESSION_ID", strconv.Itoa(session), "DATE_CREATE", s.iso(s.clock()))
	if bot, ok := s.lineBot(line); ok {
		status = withBot
		doc.Set("BOT_ID", str(first(bot, "ID")))
	}
	doc.Set("STATUS", status)
	id := list.add(doc)
	doc, _ = list.get(id)
	return doc, true
}

// lineBot is the bot that serves a line: the last one registered for open lines.
func (s *Server) lineBot(line *Map) (*Map, bool) {
	if id := num(first(line, "BOT_ID")); id > 0 {
		return s.state.docs("bot").get(id)
	}
	var found *Map
	for _, bot := range s.state.docs("bot").rows.all {
		if flag(first(bot, "OPENLINE")) {
			found = bot
		}
	}
	return found, found != nil
}

// OperatorSays lets a person answer a client in an open line: the dialogue becomes that
// person's, and the bot must stay silent from now on. user is an id, a name or a role.
func (s *Server) OperatorSays(user string, chat int, text string) error {
	return s.operator(user, chat, "imopenlines.operator.message", func(c *call, d *Map, id string) {
		d.Set("STATUS", withOperator)
		d.Set("OPERATOR_ID", id)
		c.saveDialog(d)
		n := c.say("chat"+str(first(d, "ID")), id, text, false)
		c.toConnector(d, n, id, text)
	})
}

// ReturnToBot lets a person give the dialogue back to the bot.
func (s *Server) ReturnToBot(user string, chat int) error {
	return s.operator(user, chat, "imopenlines.operator.return", func(c *call, d *Map, _ string) {
		d.Set("STATUS", withBot)
		if bot, ok := c.lineBot(d); ok && first(d, "BOT_ID") == nil {
			d.Set("BOT_ID", str(first(bot, "ID")))
		}
		c.saveDialog(without(without(d, "OPERATOR_ID"), "QUEUE_ID"))
		c.tellBot(d, "JOINCHAT", M("text", ""))
	})
}

// FinishDialog lets a person close the dialogue; the client's next message begins a new
// session with the bot.
func (s *Server) FinishDialog(user string, chat int) error {
	return s.operator(user, chat, "imopenlines.operator.finish", func(c *call, d *Map, _ string) { closeDialog(c, d) })
}

func (s *Server) operator(user string, chat int, kind string, do func(c *call, d *Map, id string)) error {
	defer s.deliver()
	s.mu.Lock()
	defer s.mu.Unlock()
	who, ok := s.state.userNamed(user)
	if !ok {
		return fmt.Errorf("сотрудника «%s» в портале нет", user)
	}
	d, ok := s.state.docs("dialog").get(chat)
	if !ok {
		return fmt.Errorf("диалога %d в портале нет", chat)
	}
	c := &call{Server: s, params: &Map{}, now: s.clock(), grant: &grant{user: num(first(who, "ID"))}, who: who}
	do(c, d.clone(), str(first(who, "ID")))
	s.byPerson(user, kind, c.effects...)
	return nil
}

// Dialogs lists the open-line dialogues: chat id → fields.
func (s *Server) Dialogs() map[int][]progon.Field {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[int][]progon.Field{}
	for id, d := range s.state.docs("dialog").rows.all {
		out[id] = flatten(nil, "", d)
	}
	return out
}

func (c *call) saveDialog(d *Map) {
	id := num(first(d, "ID"))
	c.state.docs("dialog").rows.put(id, d)
	c.changed(docEffect(progon.Updated, "dialog", id, d, dialogLinks(d)...))
}

// dialogLinks are the cards that a dialogue is tied to: LEAD|1209|COMPANY|0|…
func dialogLinks(d *Map) []string {
	var out []string
	parts := strings.Split(str(first(d, "ENTITY_DATA_2")), "|")
	for i := 0; i+1 < len(parts); i += 2 {
		if parts[i+1] != "0" && parts[i+1] != "" {
			out = append(out, strings.ToLower(parts[i])+":"+parts[i+1])
		}
	}
	return out
}

// dialog finds the dialogue that a bot's call names.
func (c *call) dialog() (*Map, error) {
	v, ok := c.param("CHAT_ID")
	text := strings.TrimPrefix(str(v), "chat")
	if !ok || num(text) == 0 {
		return nil, refusal(400, "CHAT_ID_EMPTY", "Chat ID can't be empty")
	}
	d, ok := c.state.docs("dialog").get(num(text))
	if !ok || str(first(d, "ENTITY_TYPE")) != "LINES" {
		return nil, refusal(400, "WRONG_CHAT", "Chat is not open line")
	}
	return d.clone(), nil
}

// nextOperator is the next person in the queue of a dialogue's line.
func (c *call) nextOperator(d *Map) string {
	line, _ := c.line(num(first(d, "LINE_ID")))
	users, _ := asList(first(line, "QUEUE"))
	if len(users) == 0 {
		return ""
	}
	last := slices.IndexFunc(users, func(u any) bool { return str(u) == str(first(line, "LAST_OPERATOR")) })
	next := str(users[(last+1)%len(users)])
	line = line.clone()
	line.Set("LAST_OPERATOR", next)
	c.state.docs("queue").rows.put(num(first(line, "ID")), line)
	return next
}

// giveTo hands a dialogue to a person, whom nobody chose if it came through the queue.
func (c *call) giveTo(d *Map, user string) {
	d = without(without(d, "QUEUE_ID"), "OPERATOR_ID")
	d.Set("STATUS", withOperator)
	d.Set("OPERATOR_ID", user)
	c.saveDialog(d)
}

// toQueue hands a dialogue to the queue of its line, and to the next person there.
func (c *call) toQueue(d *Map) {
	d = without(without(d, "QUEUE_ID"), "OPERATOR_ID")
	d.Set("STATUS", withOperator)
	d.Set("QUEUE_ID", str(first(d, "LINE_ID")))
	if user := c.nextOperator(d); user != "" {
		d.Set("OPERATOR_ID", user)
	}
	c.saveDialog(d)
}

func sessionOperator(c *call) (any, error) {
	d, err := c.dialog()
	if err != nil {
		return nil, err
	}
	if str(first(d, "STATUS")) != withBot {
		return nil, refusal(400, "WRONG_CHAT", "Operator is not a bot")
	}
	c.toQueue(d)
	return true, nil
}

func sessionTransfer(c *call) (any, error) {
	d, err := c.dialog()
	if err != nil {
		return nil, err
	}
	user, queue, target := c.text("USER_ID"), c.text("QUEUE_ID"), c.text("TRANSFER_ID")
	if user == "" && queue == "" && target != "" {
		if n, ok := strings.CutPrefix(target, "queue"); ok {
			queue = n
		} else {
			user = target
		}
	}
	if bot := c.id("BOT_ID"); bot > 0 {
		if _, ok := c.state.docs("bot").get(bot); !ok {
			return nil, refusal(400, "BOT_ID_ERROR", "Bot not found")
		}
	}
	switch {
	case user == "" && queue == "":
		return nil, refusal(400, "TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")
	case user != "":
		if who, ok := c.state.docs("user").get(num(user)); !ok || str(first(who, "USER_TYPE")) != "employee" {
			return nil, refusal(400, "OPERATOR_WRONG", "Operator is wrong")
		}
	default:
		line, ok := c.line(num(queue))
		if !ok {
			return nil, refusal(400, "QUEUE_ID_EMPTY", "Queue ID can't be empty")
		}
		d.Set("LINE_ID", str(first(line, "ID")))
		c.toQueue(d)
		return true, nil
	}
	c.giveTo(d, user)
	return true, nil
}

// closeDialog ends a session.
func closeDialog(c *call, d *Map) {
	d.Set("STATUS", closed)
	d = without(d, "OPERATOR_ID")
	c.saveDialog(without(d, "QUEUE_ID"))
	c.tell("ONIMCONNECTORDIALOGFINISH", M("CONNECTOR", first(d, "CONNECTOR"), "LINE", first(d, "LINE_ID"), "DATA", M("chat", M("id", first(d, "CHANNEL_CHAT")))), c.grant.user, str(first(d, "APP")))
	c.tell("ONSESSIONFINISH", M("DATA", []any{M("connector", c.connectorOf(d), "session", M("id", first(d, "SESSION_ID"), "closed", "Y"))}), c.grant.user, str(first(d, "APP")))
}

func (c *call) connectorOf(d *Map) *Map {
	return M("connector_id", first(d, "CONNECTOR"), "line_id", first(d, "LINE_ID"), "chat_id", first(d, "CHANNEL_CHAT"), "user_id", first(d, "CHANNEL_USER"))
}

func sessionFinish(c *call) (any, error) {
	d, err := c.dialog()
	if err != nil {
		return nil, err
	}
	closeDialog(c, d)
	return true, nil
}

func sessionMessage(c *call) (any, error) {
	d, err := c.dialog()
	if err != nil {
		return nil, err
	}
	if c.text("MESSAGE") != "" {
		c.say("chat"+str(first(d, "ID")), orText(str(first(d, "BOT_ID")), "0"), c.text("MESSAGE"), false)
	}
	return true, nil
}

func operatorStep(do func(c *call, d *Map)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		d, err := c.dialog()
		if err != nil {
			return nil, refusal(400, "CHAT_ID", "Не указан идентификатор чата")
		}
		do(c, d)
		return true, nil
	}
}

func operatorTransfer(c *call) (any, error) {
	if c.text("TRANSFER_ID", "USER_ID", "QUEUE_ID") == "" {
		return nil, refusal(400, "USER_ID", "Не указан сотрудник или линия")
	}
	return sessionTransfer(c)
}

func sessionOpen(c *call) (any, error) {
	code := strings.TrimPrefix(c.text("USER_CODE"), "imol|")
	for id, d := range c.state.docs("dialog").rows.all {
		if code != "" && str(first(d, "ENTITY_ID")) == code {
			return M("chatId", strconv.Itoa(id)), nil
		}
	}
	return nil, refusal(400, "ERROR_USER_CODE", "Не указан или неверен код пользователя")
}

func sessionJoin(c *call) (any, error) {
	d, err := c.dialog()
	if err != nil {
		return nil, err
	}
	c.giveTo(d, strconv.Itoa(c.grant.user))
	return true, nil
}

func sessionHistory(c *call) (any, error) {
	var d *Map
	for id, doc := range c.state.docs("dialog").rows.all {
		if str(first(doc, "SESSION_ID")) == c.text("SESSION_ID") || id == c.id("CHAT_ID") {
			d = doc
		}
	}
	if d == nil {
		return nil, refusal(400, "CHAT_ID", "Не указан идентификатор сессии")
	}
	chat := str(first(d, "ID"))
	messages, users := &Map{}, &Map{}
	for _, m := range c.messagesOf("chat" + chat) {
		messages.Set(str(first(m, "ID")), M("id", first(m, "ID"), "chatid", chat, "senderid", first(m, "AUTHOR_ID"),
			"recipientid", "chat"+chat, "date", first(m, "DATE"), "text", first(m, "MESSAGE"), "textlegacy", first(m, "MESSAGE")))
		if user, ok := c.state.docs("user").get(num(first(m, "AUTHOR_ID"))); ok {
			users.Set(str(first(user, "ID")), imPerson(user))
		}
	}
	return M("chatId", num(chat), "canJoin", "Y", "canVoteAsHead", "N", "sessionId", num(first(d, "SESSION_ID")), "sessionVoteHead", 0,
		"userId", strconv.Itoa(c.grant.user), "message", messages, "users", users, "chat", M(chat, c.shownDialog(d))), nil
}

func lineDialog(c *call) (any, error) {
	want := strings.TrimPrefix(c.text("DIALOG_ID", "CHAT_ID"), "chat")
	for id, d := range c.state.docs("dialog").rows.all {
		if strconv.Itoa(id) == want || (c.text("SESSION_ID") != "" && str(first(d, "SESSION_ID")) == c.text("SESSION_ID")) ||
			(c.text("USER_CODE") != "" && str(first(d, "ENTITY_ID")) == strings.TrimPrefix(c.text("USER_CODE"), "imol|")) {
			c.changed(docEffect(progon.Read, "dialog", id, d, dialogLinks(d)...))
			return c.shownDialog(d), nil
		}
	}
	return nil, refusal(400, "DIALOG_NOT_FOUND", "Dialog not found")
}

func lineList(c *call) (any, error) {
	rows := []any{}
	options, _ := c.mapping("OPTIONS")
	for _, line := range c.state.docs("queue").rows.all {
		row := M("ID", first(line, "ID"), "LINE_NAME", first(line, "LINE_NAME"), "ACTIVE", first(line, "ACTIVE"), "CRM", "Y", "LANGUAGE_ID", "ru")
		if v, ok := options.Fold("QUEUE"); ok && flag(v) {
			users, _ := asList(first(line, "QUEUE"))
			ids := make([]any, len(users))
			for i, u := range users {
				ids[i] = num(u)
			}
			row.Set("QUEUE", ids)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func lineGet(c *call) (any, error) {
	line, ok := c.state.docs("queue").get(c.id("CONFIG_ID"))
	if !ok {
		return false, nil
	}
	return line, nil
}

// toConnector sends what an operator or a bot wrote to the channel's own application.
func (c *call) toConnector(d *Map, message int, author, text string) {
	app := str(first(d, "APP"))
	if app == "" {
		return
	}
	name := "Оператор"
	if user, ok := c.state.docs("user").get(num(author)); ok {
		name = fullName(user)
	}
	c.tell("ONIMCONNECTORMESSAGEADD", M("CONNECTOR", first(d, "CONNECTOR"), "LINE", first(d, "LINE_ID"), "MESSAGES", []any{
		M("im", M("chat_id", first(d, "ID"), "message_id", message), "message", M("user_id", author, "text", "[b]"+name+":[/b] [br]"+text),
			"chat", M("id", first(d, "CHANNEL_CHAT"))),
	}), c.grant.user, app)
}
