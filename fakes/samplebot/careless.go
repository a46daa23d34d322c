package samplebot

// careless does with a message what only a wrong bot does: keeps the client's files, takes
// over the words of staff. Each of them is a defect.
func (b *Bot) careless(s *session, in incoming) {
	if s.burst > 2 && s.consent != consentGiven && b.wrong("burst_makes_lead") {
		b.do(s, "crm.lead.add", map[string]any{"fields": map[string]any{"TITLE": "Много сообщений в чате", "UF_CRM_DIALOG": s.id}})
	}
	if s.leadID == "" {
		return
	}
	switch {
	case b.wrong("photo_in_crm") && in.Type == "photo":
		b.attach(s, "photo.jpg")
	case b.wrong("voice_in_crm") && in.Type == "voice":
		b.attach(s, "voice.ogg")
	case b.wrong("file_name_in_crm") && in.Type == "file":
		b.comment(s, "Клиент прислал файл "+in.File)
	}
}

func (b *Bot) attach(s *session, name string) {
	b.do(s, "crm.timeline.comment.add", map[string]any{"fields": map[string]any{
		"ENTITY_TYPE": "lead", "ENTITY_ID": s.leadID, "COMMENT": "Вложение клиента", "FILES": []any{[]any{name, "aW52ZW50ZWQ="}},
	}})
}

func (b *Bot) comment(s *session, text string) {
	b.do(s, "crm.timeline.comment.add", map[string]any{"fields": map[string]any{"ENTITY_TYPE": "lead", "ENTITY_ID": s.leadID, "COMMENT": text}})
}

// keepWords copies what a doctor has written to where everybody reads it.
func (b *Bot) keepWords(s *session, text string) {
	if b.wrong("doctor_words_in_crm") && s.leadID != "" {
		b.comment(s, "Врач: "+text)
	}
	if b.wrong("doctor_words_in_log") {
		b.raw("operator says: " + text)
	}
}
