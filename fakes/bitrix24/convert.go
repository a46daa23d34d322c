package bitrix24

import (
	"strconv"

	"progon"
)

// simpleMode is the CRM without leads, which many small businesses run: a lead that a bot
// adds turns into a contact and a deal at once. Page: crm/crm-settings-mode.
const simpleMode = 2

// settle makes contact and deal of a new lead where the portal works without leads.
func (c *call) settle(t *table, lead *record) error {
	if t.kind.name != "lead" || c.state.portal.mode != simpleMode {
		return nil
	}
	contacts, deals := c.state.tables["contact"], c.state.tables["deal"]
	common := &Map{}
	for _, code := range []string{"NAME", "SECOND_NAME", "LAST_NAME", "TITLE", "COMMENTS", "SOURCE_ID", "SOURCE_DESCRIPTION", "ASSIGNED_BY_ID",
		"OPPORTUNITY", "UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT", "UTM_TERM", "ORIGINATOR_ID", "ORIGIN_ID"} {
		if v := t.text(lead, code); v != "" {
			common.Set(code, v)
		}
	}
	for _, f := range t.schema.fields {
		if f.user != nil && !f.gone && len(t.values(lead, f.code)) > 0 {
			values := t.values(lead, f.code)
			list := make([]any, len(values))
			for i, v := range values {
				list[i] = v
			}
			if f.multiple {
				common.Set(f.code, list)
			} else {
				common.Set(f.code, list[0])
			}
		}
	}
	person := common.clone()
	for _, m := range lead.comms {
		before, _ := person.Get(m.typ)
		list, _ := asList(before)
		person.Set(m.typ, append(append([]any(nil), list...), M("VALUE", m.value, "VALUE_TYPE", m.kind)))
	}
	contact, err := c.create(contacts, person, c.grant.user)
	if err != nil {
		return err
	}
	common.Set("CONTACT_ID", strconv.Itoa(contact.id))
	deal, err := c.create(deals, common, c.grant.user)
	if err != nil {
		return err
	}
	converted, err := c.change(t, lead, M("STATUS_ID", "CONVERTED", "CONTACT_ID", strconv.Itoa(contact.id)), c.grant.user)
	if err != nil {
		return err
	}
	c.changed(contacts.effect(progon.Created, bornOf(contacts, contact, lead)))
	c.changed(deals.effect(progon.Created, bornOf(deals, deal, lead)))
	c.changed(t.effect(progon.Updated, converted))
	return nil
}

// bornOf notes in a card which lead it came from: a field that only the portal sets.
func bornOf(t *table, r, lead *record) *record {
	next := r.clone()
	t.put(next, "LEAD_ID", strconv.Itoa(lead.id))
	t.rows.put(next.id, next)
	return next
}
