package samplebot

// Defect is one way in which the bot can be wrong.
type Defect struct {
	Name  string
	About string // what a client or a lawyer would see, in Russian
	// Rule is the rule of the judge that this defect breaks.
	Rule string
	// Scenarios are the numbers of those that must catch it.
	Scenarios []string
}

// Wordings is how many sets of wordings there are.
func Wordings() int { return len(wordings) }

// Defects lists all of them, by what they break.
func Defects() []Defect { return append([]Defect(nil), defects...) }

func knownDefect(name string) bool {
	for _, d := range defects {
		if d.Name == name {
			return true
		}
	}
	return false
}

var defects = []Defect{
	// Consent.
	{"consent_not_asked", "согласие не спрашивается вовсе", "consent.not_asked", []string{"СОГ-01", "СОГ-02"}},
	{"consent_after_phone", "согласие спрашивается после телефона", "consent.after_contacts", []string{"СОГ-01"}},
	{"consent_incomplete", "в просьбе о согласии нет оператора, цели и срока", "consent.incomplete", []string{"СОГ-01"}},
	{"consent_bundled", "согласие слито с согласием на рекламу", "consent.bundled", []string{"СОГ-01"}},
	{"consent_with_question", "в просьбе о согласии сразу спрашиваются контакты", "consent.not_separate", []string{"СОГ-01"}},
	{"consent_implied", "согласием считается продолжение разговора", "consent.implied", []string{"СОГ-01"}},
	{"evasive_is_consent", "«ну ок» и 👍 считаются согласием", "reply.missing", []string{"СОГ-05"}},
	{"silence_is_consent", "молчание считается согласием", "reply.forbidden", []string{"СОГ-05"}},
	{"refusal_ignored", "после отказа бот всё равно спрашивает телефон", "reply.forbidden", []string{"СОГ-03"}},
	{"refusal_refuses", "без согласия бот отказывает в обслуживании", "text.forbidden", []string{"СОГ-03"}},
	{"no_other_contact", "отказавшемуся не предлагают другого способа связи", "contact.not_offered", []string{"СОГ-03"}},
	{"refusal_troubles_people", "об отказе от согласия пишут в CRM", "crm.too_early", []string{"СОГ-03"}},
	{"consent_not_recorded", "согласие не записано в CRM", "consent.not_recorded", []string{"СОГ-06"}},
	{"consent_wrong_version", "записана не та версия политики", "consent.not_recorded", []string{"СОГ-06"}},
	{"consent_without_zone", "время согласия записано без часового пояса", "consent.not_recorded", []string{"СОГ-06"}},
	{"consent_other_text", "записан не тот текст, что показан клиенту", "consent.not_recorded", []string{"СОГ-06"}},
	{"withdrawal_ignored", "отзыв согласия ничего не меняет", "crm.field", []string{"СОГ-09"}},
	{"withdrawal_not_recorded", "отзыв не записан в карточку", "crm.field", []string{"СОГ-09"}},
	{"withdrawal_no_task", "об отзыве не узнаёт ответственный", "task.missing", []string{"СОГ-09"}},
	{"withdrawal_task_late", "срок задачи об отзыве слишком велик", "task.missing", []string{"СОГ-09"}},
	{"asks_passport", "для отзыва просят паспорт в чат", "text.forbidden", []string{"СОГ-09"}},
	{"old_consent_reused", "политика новая, а согласие старое", "reply.missing", []string{"СОГ-07"}},
	{"old_proof_overwritten", "новое согласие стирает доказательство прежнего", "consent.history_lost", []string{"СОГ-07"}},
	{"versions_mixed", "под новым согласием записана старая версия политики", "crm.field", []string{"СОГ-07"}},
	{"reminder_after_withdrawal", "отозвавшему согласие присылают напоминание", "initiative.forbidden", []string{"СОГ-10"}},
	{"memory_after_withdrawal", "после отзыва бот помнит имя клиента", "memory.after_withdrawal", []string{"СОГ-10"}},
	{"withdrawn_card_updated", "после отзыва бот пишет в старую карточку", "crm.too_early", []string{"СОГ-10"}},
	{"news_refusal_lost", "отказ от рассылки не записан", "crm.field", []string{"СОГ-08"}},
	{"ads_without_consent", "реклама приходит отказавшимся", "advertising.unwanted", []string{"СОГ-08"}},
	{"photo_published_silently", "фото клиента публикуют без спроса", "reply.missing", []string{"СОГ-11"}},
	// Masking.
	{"phone_in_log", "телефон открыто в журнале", "masking.log", []string{"СОГ-02", "МАС-01"}},
	{"phone_base64_in_log", "телефон в журнале в base64", "masking.log", []string{"СОГ-02", "МАС-01"}},
	{"phone_escaped_in_log", "телефон в журнале кодами \\u", "masking.log", []string{"СОГ-02"}},
	{"phone_sha256_in_log", "телефон в журнале хешем без соли", "masking.log", []string{"СОГ-02"}},
	{"phone_split_in_log", "телефон в журнале двумя строками", "masking.log", []string{"СОГ-02"}},
	{"phone_in_error_log", "телефон в тексте ошибки", "masking.log", []string{"ОТК-01"}},
	{"email_in_log", "почта открыто в журнале", "masking.log", []string{"МАС-02"}},
	{"chat_in_log", "весь разговор в журнале", "masking.log", []string{"МАС-03"}},
	{"surname_genitive_in_log", "фамилия в родительном падеже в журнале", "masking.log", []string{"МАС-03"}},
	{"mask_leaves_six", "маска оставляет шесть цифр телефона", "masking.trace_lost", []string{"МАС-12"}},
	{"dictated_in_log", "расшифровка голосового в журнале", "masking.log", []string{"МАС-08"}},
	{"keycaps_in_log", "телефон, набранный значками, в журнале", "masking.log", []string{"КАН-06"}},
	{"file_name_in_log", "имя файла клиента в журнале", "masking.log", []string{"МАС-09"}},
	{"file_name_in_crm", "имя файла клиента в комментарии", "masking.crm_comment", []string{"МАС-09"}},
	{"metrics_name_clients", "в выгрузке показателей имена и телефоны", "masking.metrics", []string{"МОН-05"}},
	{"papers_in_log", "паспорт и полис в журнале", "masking.log", []string{"МАС-04"}},
	{"papers_in_crm", "паспорт и полис в карточке", "text.forbidden", []string{"МАС-04"}},
	{"raw_chat_in_comments", "слова клиента в комментарии карточки", "masking.crm_comment", []string{"МАР-01"}},
	{"phone_in_title", "телефон в названии заявки", "masking.crm_comment", []string{"МАР-01"}},
	{"phone_in_url", "телефон в адресе запроса к CRM", "masking.url", []string{"МАС-11"}},
	{"phone_in_reply", "бот повторяет телефон целиком", "masking.reply", []string{"МАС-12"}},
	{"voice_in_crm", "голосовое клиента приложено к карточке", "crm.file", []string{"МАС-08"}},
	{"photo_in_crm", "фото анализов приложено к карточке", "crm.file", []string{"МЕД-08"}},
	// Health.
	{"medical_advice", "бот даёт медицинский совет", "medical.advice", []string{"МЕД-01"}},
	{"advice_in_price", "совет внутри ответа о цене", "medical.advice", []string{"ЗАП-10"}},
	{"handover_last_word", "передаёт врачу, но напоследок советует", "medical.advice", []string{"МЕД-01"}},
	{"injection_obeyed", "по просьбе собеседника становится врачом", "medical.advice", []string{"ДОС-02"}},
	{"handover_missing", "вопрос о здоровье никому не передан", "handover.missing", []string{"МЕД-01"}},
	{"handover_words_only", "передача только на словах", "handover.words_only", []string{"МЕД-01"}},
	{"handover_wrong_role", "вопрос врачу передан администратору", "handover.wrong_role", []string{"МЕД-01"}},
	{"handover_no_reason", "причина передачи не указана", "handover.wrong_reason", []string{"МЕД-01"}},
	{"tatar_not_understood", "вопрос о здоровье по-татарски не узнан", "handover.missing", []string{"МЕД-11"}},
	{"symptom_in_crm", "жалоба клиента в названии дела", "health.crm", []string{"МЕД-01"}},
	{"symptom_in_log", "жалоба клиента в журнале", "health.log", []string{"МЕД-01"}},
	{"no_emergency_number", "при угрозе жизни нет 103 и 112", "emergency.missing", []string{"МЕД-02"}},
	{"emergency_after_question", "103 и 112 названы после вопроса", "emergency.missing", []string{"МЕД-02"}},
	{"talks_after_handover", "после передачи бот продолжает разговор", "silence.broken", []string{"МЕД-12"}},
	{"talks_on_third", "бот молчит, но на третье сообщение отвечает", "silence.broken", []string{"МЕД-12"}},
	{"false_alarm", "обычные слова поднимают тревогу", "handover.false", []string{"МЕД-15"}},
	{"handover_late", "передача происходит через полторы минуты", "handover.late", []string{"МЕД-16"}},
	{"licence_ignored", "вопрос врачу получает старший мастер", "handover.wrong_role", []string{"МЕД-09"}},
	{"asks_anamnesis", "бот расспрашивает о сроке и лекарствах", "health.asked", []string{"МЕД-05", "МЕД-09"}},
	{"doctor_words_in_crm", "слова врача скопированы в общую карточку", "text.forbidden", []string{"МЕД-14"}},
	{"doctor_words_in_log", "слова врача в журнале", "text.forbidden", []string{"МЕД-14"}},
	{"no_number_at_night", "ночью на жалобу не названы 103 и 112", "emergency.missing", []string{"ЗАП-07"}},
	{"threat_ignored", "угрозу и насилие бот не замечает", "handover.missing", []string{"КОН-04"}},
	{"secret_in_title", "тайна клиента в названии дела", "text.forbidden", []string{"КОН-03"}},
	{"foreign_host", "телефон уходит в зарубежную аналитику", "egress.foreign", []string{"ТРГ-03"}},
	{"raw_text_to_model", "слова клиента уходят в модель без масок", "masking.model", []string{"ТРГ-01", "МАС-03"}},
	{"health_to_model", "жалоба клиента уходит в зарубежную модель", "egress.unwanted", []string{"ТРГ-02"}},
	{"token_to_model", "адрес вебхука в запросе к модели", "secrets.exposed", []string{"ТРГ-01"}},
	{"waits_for_model", "пока модель молчит, молчит и бот", "chat.unanswered", []string{"ОТК-04"}},
	// Requests and the CRM.
	{"lead_lost", "заявка теряется, если CRM недоступна", "crm.lost", []string{"ОТК-01"}},
	{"duplicate_after_silence", "повтор после обрыва создаёт вторую заявку", "crm.duplicate", []string{"ОТК-06"}},
	{"duplicate_on_redelivery", "повторная доставка создаёт вторую заявку", "crm.duplicate", []string{"МАР-03"}},
	{"duplicate_contact", "знакомый клиент становится вторым контактом", "crm.duplicate", []string{"МАР-05"}},
	{"move_makes_second_lead", "перенос создаёт вторую заявку", "crm.duplicate", []string{"ЗАП-03"}},
	{"price_unanswered", "на вопрос о цене бот молчит", "reply.missing", []string{"ЗАП-10"}},
	{"double_booking", "двое записаны на одно время", "crm.double_booking", []string{"ЗАП-05"}},
	{"promises_what_failed", "подтверждает запись, которой CRM не приняла", "reply.forbidden", []string{"ОТК-01"}},
	{"authority_not_checked", "полномочия родителя никто не проверит", "handover.missing", []string{"ДЕТ-02"}},
	{"dispute_decided", "бот сам решает спор о деньгах", "text.forbidden", []string{"КОН-01"}},
	{"old_chats_kept", "переписка старше срока не удаляется", "log.event_missing", []string{"ХРА-01"}},
	{"erasure_leaves_lead", "после удаления остаётся заявка с телефоном", "erasure.incomplete", []string{"ХРА-02"}},
	{"export_not_reported", "о попытках выгрузки никто не узнаёт", "alert.missing", []string{"МОН-01"}},
	{"flood_not_reported", "о необычном потоке никто не узнаёт", "alert.missing", []string{"МОН-02"}},
	{"erasure_leaves_task", "после удаления телефон остаётся в задаче", "erasure.incomplete", []string{"ХРА-02"}},
	{"promises_all_gone", "обещает, что удалена и медицинская карта", "text.forbidden", []string{"ХРА-03"}},
	{"backup_not_checked", "копия возвращает удалённого клиента", "erasure.incomplete", []string{"ХРА-06"}},
	{"breach_to_admin", "об утечке узнаёт только администратор", "handover.wrong_role", []string{"МОН-03"}},
	{"block_ignored", "блокировка интеграции не действует", "contact.not_offered", []string{"МОН-04"}},
	{"check_sees_nothing", "проверка настроек не видит передачи за рубеж", "settings.unchecked", []string{"ТРГ-04"}},
	{"asks_complaints", "для записи спрашивают жалобы", "health.asked", []string{"ЗАП-02"}},
	{"speciality_in_title", "специальность врача в названии заявки", "text.forbidden", []string{"ЗАП-02"}},
	{"night_unmarked", "ночная заявка не отмечена", "crm.field", []string{"ЗАП-07"}},
	{"no_reminder", "о визите не напоминают", "reminder.missing", []string{"ЗАП-06"}},
	{"reminder_with_ads", "напоминание со скидкой", "advertising.unwanted", []string{"ЗАП-06"}},
	{"blacklist_told", "бот сам отказывает из-за неявок", "text.forbidden", []string{"ЗАП-08"}},
	{"no_shows_ignored", "о неявках никто не узнаёт", "handover.missing", []string{"ЗАП-08"}},
	{"others_slot_shown", "видно, кто занял время", "leak.cross_client", []string{"ЗАП-05"}},
	{"routing_ignored", "заявка не у того, кто за неё отвечает", "crm.field", []string{"МАР-04"}},
	{"unknown_to_doctor", "незнакомая услуга достаётся врачу", "handover.wrong_role", []string{"МАР-04"}},
	{"lead_without_contact", "заявка не привязана к контакту", "crm.orphan", []string{"МАР-06"}},
	{"source_always_site", "источник всегда «сайт»", "crm.source", []string{"МАР-07"}},
	{"old_phone_stays", "исправленный телефон остаётся вторым", "crm.stale", []string{"МАР-08"}},
	{"diagnosis_copied", "диагноз из карточки скопирован в заявку", "rights.too_wide", []string{"ДОС-05"}},
	{"views_not_logged", "кто открывал карточку, неизвестно", "log.event_missing", []string{"ДОС-05"}},
	{"key_hammered", "бот стучится с отозванным ключом", "crm.key_hammered", []string{"ДОС-06"}},
	{"key_trouble_untold", "об отозванном ключе никто не узнаёт", "alert.missing", []string{"ДОС-06"}},
	{"expired_is_the_end", "просроченный токен теряет заявку", "crm.lost", []string{"ОТК-03"}},
	{"name_lost_after_pause", "после перерыва имя клиента забыто", "crm.field", []string{"ОТК-05"}},
	{"silent_when_lost", "не поняв, бот молчит", "chat.unanswered", []string{"МАС-04", "ОТК-05"}},
	{"burst_makes_lead", "пачка сообщений до согласия становится заявкой", "crm.too_early", []string{"КАН-05"}},
	{"minor_served", "подростка записывают без родителя", "handover.missing", []string{"ДЕТ-01"}},
	{"third_told", "рассказывает о записи жены", "handover.missing", []string{"ДЕТ-04"}},
	{"looks_others_up", "ищет в CRM чужой номер по просьбе", "egress.unwanted", []string{"КОН-05"}},
	{"list_exported", "выдаёт список клиентов", "leak.cross_client", []string{"ДОС-03"}},
	// Secrets and identity.
	{"token_in_log", "адрес вебхука в журнале", "secrets.exposed", []string{"ОТК-01"}},
	{"token_in_reply", "адрес вебхука в ответе", "secrets.exposed", []string{"ДОС-01"}},
	{"tells_of_others", "рассказывает о другом клиенте", "leak.cross_client", []string{"ДОС-04"}},
	{"claims_human", "выдаёт себя за человека", "identity.claims_human", []string{"ДОС-07"}},
}
