package samplebot

import "strings"

// sources are the entry points as the portal knows them.
var sources = map[string]string{
	"сайт": "WEB", "telegram": "TELEGRAM", "whatsapp": "WHATSAPP", "vk": "VK", "max": "MAX", "instagram": "INSTAGRAM",
}

// source is where the request came from: the portal's id and words for people.
func (b *Bot) source(s *session) (id, about string) {
	if b.wrong("source_always_site") {
		return "WEB", "Чат"
	}
	if id = sources[strings.ToLower(s.channel)]; id == "" {
		id = "WEB"
	}
	return id, "Чат: " + s.channel
}

// responsible is who gets a request: as the rules of the business say, or the
// administrator. A rule reads «чистка зубов=врач; лечебный массаж=специалист».
func (b *Bot) responsible(s *session) int {
	if s.service == nil || b.wrong("routing_ignored") {
		return staff[roleAdmin]
	}
	for _, rule := range strings.Split(b.settings["правило маршрутизации"], ";") {
		service, role, ok := strings.Cut(rule, "=")
		if id := staff[strings.ToLower(strings.TrimSpace(role))]; ok && id != 0 && strings.EqualFold(strings.TrimSpace(service), s.service.name) {
			return id
		}
	}
	return staff[roleAdmin]
}

// unknownService is who answers for what is not in the price list.
func (b *Bot) unknownService() string {
	if b.wrong("unknown_to_doctor") {
		return roleDoctor
	}
	return roleAdmin
}
