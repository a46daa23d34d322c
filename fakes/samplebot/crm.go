package samplebot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Roles of the staff and their numbers in the portal.
const (
	roleAdmin   = "администратор"
	roleDoctor  = "врач"
	roleDuty    = "дежурный"
	roleManager = "управляющий"
	roleData    = "ответственный за данные"
	roleIT      = "дежурный ИТ"

	roleSpecialist = "специалист"
)

var staff = map[string]int{roleAdmin: 8, roleDoctor: 2, roleDuty: 3, roleManager: 4, roleData: 5, roleIT: 6, roleSpecialist: 7}

// crmClient calls the portal's inbound webhook.
type crmClient struct {
	webhook string
	http    *http.Client
	refused bool // the key was revoked: there is no use in knocking
	hammers bool // the defect: knocks nevertheless
	gives   bool // the defect: an expired token is the end of it
}

func newCRM(webhook string) *crmClient {
	if webhook != "" && !strings.HasSuffix(webhook, "/") {
		webhook += "/"
	}
	return &crmClient{webhook: webhook, http: &http.Client{Timeout: 5 * time.Second}}
}

// errBusy is a refusal that passes by itself.
var errBusy = errors.New("the portal asks to slow down")

// errKey is a refusal that only a person can end.
var errKey = errors.New("the portal does not take the key")

// errExpired is what the portal says for a moment after its keys were changed.
var errExpired = errors.New("the portal calls the token expired")

// pauses between tries at a portal that asks to slow down.
var pauses = []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond}

// call makes one call; parameters travel in the body, never in the address.
func (c *crmClient) call(method string, params map[string]any) (any, error) {
	for try := 0; ; try++ {
		if c.refused && !c.hammers {
			return nil, errKey
		}
		result, err := c.once(method, params)
		c.refused = errors.Is(err, errKey) || (c.gives && errors.Is(err, errExpired))
		again := errors.Is(err, errBusy) || (errors.Is(err, errExpired) && try == 0)
		if !again || try == len(pauses) {
			return result, err
		}
		timer := time.NewTimer(pauses[try])
		<-timer.C
	}
}

func (c *crmClient) once(method string, params map[string]any) (any, error) {
	if c.webhook == "" {
		return nil, errors.New("no CRM is set up")
	}
	body, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.http.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.webhook+method, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return c.send(req)
}

// get is how a careless programmer calls the portal: with everything in the address.
func (c *crmClient) get(method string, params url.Values) {
	req, err := http.NewRequest(http.MethodGet, c.webhook+method+"?"+params.Encode(), nil)
	if err == nil {
		_, _ = c.send(req)
	}
}

func (c *crmClient) send(req *http.Request) (any, error) {
	res, err := c.http.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address holds the key
		}
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Result any
		Error  any
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	if code, _ := answer.Error.(string); code == "QUERY_LIMIT_EXCEEDED" || code == "OPERATION_TIME_LIMIT" || code == "OVERLOAD_LIMIT" {
		return nil, errBusy
	}
	switch code, _ := answer.Error.(string); {
	case strings.EqualFold(code, "expired_token"):
		return nil, errExpired
	case res.StatusCode == http.StatusUnauthorized:
		return nil, errKey
	}
	if res.StatusCode >= http.StatusBadRequest || answer.Error != nil {
		return nil, fmt.Errorf("status %d, error %v", res.StatusCode, answer.Error)
	}
	return answer.Result, nil
}

// job is something that the CRM must know sooner or later. done tells whether it has
// worked; a job may be tried many times and takes effect once.
type job struct {
	what string
	run  func() error
}

// try runs a job, and keeps it for later if the portal does not take it.
func (b *Bot) try(s *session, what string, run func() error) bool {
	knew := b.crm.refused
	err := run()
	if err == nil {
		return true
	}
	if errors.Is(err, errKey) && !knew && !b.wrong("key_trouble_untold") {
		b.alert(roleIT, "Ключ CRM не принят: заявки ждут в очереди")
	}
	if b.wrong("phone_in_error_log") {
		b.raw(fmt.Sprintf("%s failed for %s: %v", what, s.phone, err))
	}
	if b.wrong("token_in_log") {
		b.raw(fmt.Sprintf("POST %s%s failed: %v", b.crm.webhook, what, err))
	}
	b.log("crm_delayed", s, "what", what)
	if !b.wrong("lead_lost") {
		b.queue = append(b.queue, job{what, run})
	}
	return false
}

// drain tries again what the CRM has not taken, in order.
func (b *Bot) drain() {
	for len(b.queue) > 0 {
		if err := b.queue[0].run(); err != nil {
			return
		}
		b.queue = b.queue[1:]
	}
}

// do makes a call whose result nobody waits for.
func (b *Bot) do(s *session, method string, params map[string]any) {
	b.try(s, method, func() error {
		_, err := b.crm.call(method, params)
		return err
	})
}

// saveContact finds the client's card by phone, or makes one.
func (b *Bot) saveContact(s *session) bool {
	if s.contactID != "" || s.phone == "" {
		return true
	}
	return b.try(s, "contact", func() error {
		if s.contactID != "" {
			return nil
		}
		if !b.wrong("duplicate_contact") {
			id, err := b.contactByPhone(s.phone)
			if err != nil {
				return err
			}
			if id != "" {
				s.contactID = id
				b.keepAfterAll(id)
				if err := b.countNoShows(s); err != nil {
					return err
				}
				_, err := b.crm.call("crm.contact.update", map[string]any{"id": id, "fields": b.proof(s)})
				return err
			}
		}
		fields := b.proof(s)
		fields["NAME"], fields["PHONE"], fields["OPENED"] = s.name, phoneField(s.phone), "N"
		if s.name == "" {
			fields["NAME"] = "Клиент"
		}
		if s.email != "" {
			fields["EMAIL"] = []any{map[string]any{"VALUE": s.email, "VALUE_TYPE": "WORK"}}
		}
		result, err := b.crm.call("crm.contact.add", map[string]any{"fields": fields})
		if err != nil {
			return err
		}
		s.contactID = idOf(result)
		if b.wrong("phone_in_url") {
			b.crm.get("crm.contact.list", url.Values{"filter[PHONE]": {s.phone}})
		}
		return nil
	})
}

// keepAfterAll takes back the promise to erase a client who has come again and consented.
func (b *Bot) keepAfterAll(contact string) {
	b.erasures = slices.DeleteFunc(b.erasures, func(e erasure) bool { return e.contact == contact })
}

// countNoShows learns how often a known client has not come.
func (b *Bot) countNoShows(s *session) error {
	result, err := b.crm.call("crm.contact.get", map[string]any{"id": s.contactID})
	if err != nil {
		return err
	}
	card, _ := result.(map[string]any)
	s.noShows, _ = strconv.Atoi(fmt.Sprint(card["UF_CRM_NOSHOWS"]))
	if text, _ := card["UF_CRM_DIAGNOSIS"].(string); b.wrong("diagnosis_copied") && text != "" {
		s.diagnosis = text
	}
	return nil
}

func (b *Bot) contactByPhone(phone string) (string, error) {
	result, err := b.crm.call("crm.duplicate.findbycomm", map[string]any{"entity_type": "CONTACT", "type": "PHONE", "values": []string{phone}})
	if err != nil {
		return "", err
	}
	found, _ := result.(map[string]any)
	if ids, _ := found["CONTACT"].([]any); len(ids) > 0 {
		return idOf(ids[0]), nil
	}
	return "", nil
}

func idOf(v any) string {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("%.0f", v)
	case string:
		return v
	}
	return ""
}

// saveLead writes the request down, exactly once whatever happens on the way: a lead
// with the conversation's key may have been made by a call that was never answered.
func (b *Bot) saveLead(s *session) bool {
	if !b.saveContact(s) {
		b.try(s, "lead", func() error { return b.leadOnce(s) })
		return false
	}
	b.fillName(s)
	return b.try(s, "lead", func() error { return b.leadOnce(s) })
}

func (b *Bot) fillName(s *session) {
	if s.contactID != "" && s.name != "" {
		fields := map[string]any{"NAME": s.name}
		if s.email != "" {
			fields["EMAIL"] = []any{map[string]any{"VALUE": s.email, "VALUE_TYPE": "WORK"}}
		}
		b.do(s, "crm.contact.update", map[string]any{"id": s.contactID, "fields": fields})
	}
}

func (b *Bot) leadOnce(s *session) error {
	key := s.id + "-1"
	if s.leadID == "" && !b.wrong("duplicate_after_silence") && !b.wrong("duplicate_on_redelivery") && !b.wrong("move_makes_second_lead") {
		id, err := b.leadByKey(key)
		if err != nil {
			return err
		}
		s.leadID = id
	}
	fields := b.proof(s)
	service := "обращение"
	if s.service != nil {
		service = s.service.name
	}
	if b.settings["бизнес"] == "клиника" && !b.wrong("speciality_in_title") {
		fields["UF_CRM_SPECIALITY"], service = service, "приём специалиста" // whom a patient sees is nobody else's business
	}
	fields["TITLE"] = "Заявка из чата: " + service
	fields["NAME"], fields["PHONE"] = s.name, phoneField(s.phone)
	fields["SOURCE_ID"], fields["SOURCE_DESCRIPTION"] = b.source(s)
	fields["ASSIGNED_BY_ID"], fields["ORIGINATOR_ID"], fields["ORIGIN_ID"] = b.responsible(s), "samplebot", key
	fields["COMMENTS"] = "Услуга: " + service
	if closed(b.now()) && !b.wrong("night_unmarked") {
		fields["COMMENTS"] = "Обращение в нерабочее время. Услуга: " + service
	}
	if s.diagnosis != "" {
		fields["COMMENTS"] = fmt.Sprint(fields["COMMENTS"], ". Диагноз: ", s.diagnosis)
	}
	if !s.slot.IsZero() {
		fields["UF_CRM_VISIT"] = s.slot.Format(time.RFC3339)
	}
	if s.contactID != "" && !b.wrong("lead_without_contact") {
		fields["CONTACT_ID"] = s.contactID
	}
	if b.wrong("raw_chat_in_comments") {
		fields["COMMENTS"] = fmt.Sprintf("Клиент: меня зовут %s, мой номер %s", s.name, s.phone)
	}
	if b.wrong("phone_in_title") {
		fields["TITLE"] = "Заявка " + s.phone
	}
	if s.leadID != "" {
		_, err := b.crm.call("crm.lead.update", map[string]any{"id": s.leadID, "fields": fields})
		return err
	}
	result, err := b.crm.call("crm.lead.add", map[string]any{"fields": fields})
	if err != nil {
		return err
	}
	s.leadID = idOf(result)
	b.log("lead", s, "phone", b.maskPhone(s.phone))
	return nil
}

func (b *Bot) leadByKey(key string) (string, error) {
	result, err := b.crm.call("crm.lead.list", map[string]any{
		"filter": map[string]any{"ORIGINATOR_ID": "samplebot", "ORIGIN_ID": key}, "select": []string{"ID"},
	})
	if err != nil {
		return "", err
	}
	if rows, _ := result.([]any); len(rows) > 0 {
		row, _ := rows[0].(map[string]any)
		return idOf(row["ID"]), nil
	}
	return "", nil
}

func (b *Bot) updateLead(s *session, fields map[string]any) {
	if s.leadID != "" {
		b.do(s, "crm.lead.update", map[string]any{"id": s.leadID, "fields": fields})
	}
}

// escalate makes a person know: the reason on the card, something to do in the feed.
func (b *Bot) escalate(s *session, role, reason, title string) {
	if !s.escalated {
		s.escalated = true
		b.metrics.escalations++
	}
	s.handed = true
	b.log("передано человеку", s, "role", role, "reason", reason)
	b.try(s, "handover", func() error {
		fields := map[string]any{"UF_CRM_REASON": reason, "UF_CRM_DIALOG": s.id, "ASSIGNED_BY_ID": staff[role]}
		if s.leadID == "" {
			fields["TITLE"] = "Обращение из чата"
			fields["SOURCE_ID"], fields["SOURCE_DESCRIPTION"] = b.source(s)
			fields["ORIGINATOR_ID"], fields["ORIGIN_ID"] = "samplebot", s.id+"-1"
			result, err := b.crm.call("crm.lead.add", map[string]any{"fields": fields})
			if err != nil {
				return err
			}
			s.leadID = idOf(result)
		} else if _, err := b.crm.call("crm.lead.update", map[string]any{"id": s.leadID, "fields": fields}); err != nil {
			return err
		}
		_, err := b.crm.call("crm.activity.todo.add", map[string]any{
			"ownerTypeId": 1, "ownerId": s.leadID, "deadline": b.now().Add(time.Hour).Format(time.RFC3339),
			"title": title, "description": title, "responsibleId": staff[role],
		})
		return err
	})
	if role == roleDuty {
		b.notify(role, title)
	}
}

// task gives a person of the staff something to do by a term.
func (b *Bot) task(s *session, role, title string, due time.Time) {
	b.do(s, "tasks.task.add", map[string]any{"fields": map[string]any{
		"TITLE": title, "DESCRIPTION": "Диалог " + s.id, "RESPONSIBLE_ID": staff[role], "DEADLINE": due.Format(time.RFC3339),
	}})
}

func (b *Bot) notify(role, text string) {
	_, err := b.crm.call("im.notify.system.add", map[string]any{"USER_ID": staff[role], "MESSAGE": text})
	if err != nil {
		b.raw(`{"event":"notify_failed"}`)
		b.alert(role, text)
	}
}

// alert tells a person on duty past the CRM. It holds no data of clients.
func (b *Bot) alert(role, text string) {
	if b.options.Alerts == "" {
		return
	}
	body, err := json.Marshal(map[string]string{"to": role, "text": text})
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.crm.http.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.options.Alerts, bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	if res, err := b.crm.http.Do(req); err == nil {
		_ = res.Body.Close()
	}
}
