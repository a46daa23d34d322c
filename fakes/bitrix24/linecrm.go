package bitrix24

import (
	"slices"
	"strconv"
	"strings"

	"progon"
)

// Dialogues and cards: imopenlines.crm.*. Page: imopenlines/openlines/crm.

// chatsOf lists the dialogues that are tied to a card.
func (c *call) chatsOf(kind, id string) []*Map {
	var out []*Map
	for _, d := range c.state.docs("dialog").rows.all {
		if slices.Contains(dialogLinks(d), strings.ToLower(kind)+":"+id) {
			out = append(out, d)
		}
	}
	return out
}

func crmChats(c *call) (any, error) {
	rows := []any{}
	for _, d := range c.chatsOf(c.text("CRM_ENTITY_TYPE"), c.text("CRM_ENTITY")) {
		if active, ok := c.param("ACTIVE_ONLY"); (!ok || flag(active)) && str(first(d, "STATUS")) == closed {
			continue
		}
		rows = append(rows, M("CHAT_ID", first(d, "ID"), "CONNECTOR_ID", first(d, "CONNECTOR"), "CONNECTOR_TITLE", first(d, "CONNECTOR")))
	}
	return rows, nil
}

func crmLastChat(c *call) (any, error) {
	chats := c.chatsOf(c.text("CRM_ENTITY_TYPE"), c.text("CRM_ENTITY"))
	if len(chats) == 0 {
		return nil, refusal(400, "CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity")
	}
	return num(first(chats[len(chats)-1], "ID")), nil
}

func crmMessage(c *call) (any, error) {
	chat := c.text("CHAT_ID")
	if _, ok := c.state.docs("dialog").get(num(chat)); !ok {
		return nil, refusal(400, "CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity")
	}
	if c.text("MESSAGE") == "" {
		return nil, refusal(400, "EMPTY_MESSAGE", "Message can't be empty")
	}
	return c.say("chat"+chat, orText(c.text("USER_ID"), strconv.Itoa(c.grant.user)), c.text("MESSAGE"), false), nil
}

// crmLead makes a lead of a dialogue and ties both together.
func crmLead(c *call) (any, error) {
	d, err := c.dialog()
	if err != nil {
		return nil, err
	}
	user, _ := c.state.docs("user").get(num(first(d, "USER_ID")))
	fields := M("TITLE", first(d, "TITLE"), "NAME", first(user, "NAME"), "SOURCE_ID", "WEB",
		"IM", []any{M("VALUE", "imol|"+str(first(d, "ENTITY_ID")), "VALUE_TYPE", "OPENLINE")})
	t := c.state.tables["lead"]
	r, err := c.create(t, fields, c.grant.user)
	if err != nil {
		return nil, err
	}
	id := strconv.Itoa(r.id)
	d.Set("ENTITY_DATA_1", "Y|LEAD|"+id+"|N|N|"+str(first(d, "SESSION_ID"))+"|0|0|0|0")
	d.Set("ENTITY_DATA_2", "LEAD|"+id+"|COMPANY|0|CONTACT|0|DEAL|0")
	c.state.docs("dialog").rows.put(num(first(d, "ID")), d)
	c.changed(t.effect(progon.Created, r))
	return true, nil
}
