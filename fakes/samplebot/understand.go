package samplebot

import (
	"regexp"
	"strings"
)

// normal makes a message comparable: small letters, no «ё», single blanks.
func normal(text string) string {
	text = strings.ToLower(strings.NewReplacer("ё", "е", "Ё", "Е", "\u00a0", " ").Replace(text))
	return " " + strings.Join(strings.Fields(text), " ") + " "
}

func hasAny(text string, stems ...string) bool {
	for _, s := range stems {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// redFlags are signs of a threat to life, in the words of clients.
var redFlags = regexp.MustCompile(`давит в груди|боль в груди|трудно дышать|не могу дышать|задыха|рвет кровью|кровью рвет|кровотечени[ея] не|потерял[аи]? сознани|без сознания|не просыпается|опухло горло|отек горла|горло опухло|хриплю|судорог|парализо|онемела (рука|половина)|перекосило лицо|передоз|не хочу жить|лучше не жить|не хочу просыпаться|покончить с собой|суицид|убить себя|йөрәгем чәнчи|йорэгем|сулыш ал|һушын`)

func redFlag(low string) bool { return redFlags.MatchString(low) }

var (
	symptoms = regexp.MustCompile(`бол(ит|ят|ело|еть)[ ,.!?]|боли в|боль в|щелкает и|сып[ьи]|температур|жаропониж|38,\d|39,\d|опух|отек|воспал|гноит|кровит|кровоточ|тошн|рвот|кашл|чешется|зуд|жжет|ожог|мениск|акне|герпес|гормон|аллерги|беремен|на \d+ недел|недел[еи] берем|кормлю груд|варфарин|ибупрофен|кетонал|парацетамол|нурофен|антибиотик|аспирин|таблет|лекарств|мазать|дозиров|\d+ ?мг|ферритин|гемоглобин|лейкоцит|тромбоцит|холестерин|анализ[ыо]? .*(плохо|значит|норм)|диагноз|эпилепси|диабет|давление (\d|сто)|противопоказ|рубц[ыа]|шрам`)
	tatar    = regexp.MustCompile(`сызлый|авырт|дару|йөкле|йокле|температура|табибка|38,5`)
	jokes    = regexp.MustCompile(`лечебн\p{L}* (массаж|маникюр|йог)|умираю,? (как )?хочу|убейте|голова кругом|медкарт|сердечк|болею за|температура (воды|в зале)|без боли|болит душа за`)
)

// medical tells a question about health from ordinary words that only sound so.
func (b *Bot) medical(low string) bool {
	if b.wrong("false_alarm") && hasAny(low, "лечебн", "медкарт", "умираю") {
		return true
	}
	if tatar.MatchString(low) && !b.wrong("tatar_not_understood") {
		return true
	}
	rest := jokes.ReplaceAllString(low, " ")
	return symptoms.MatchString(rest)
}

func isIdentity(low string) bool {
	return regexp.MustCompile(`(вы|ты|это).{0,25}(бот|робот|человек|живо|живая)|(бот|робот) (ли )?(вы|ты|это)|сез (бот|робот|кеше)`).MatchString(low)
}

var (
	yesWords = regexp.MustCompile(`^ (да[ ,.!]*)?(я )?(согласен\(на\)|согласен|согласна|согласны|даю согласие|принимаю|подтверждаю|ризамын)[ .,!]*((я )?мать|спасибо)?[ .,!]*$`)
	noWords  = regexp.MustCompile(`не согласен|не согласна|не даю|отказ|против|риза түгел|не принимаю|не хочу давать`)
	plainYes = regexp.MustCompile(`^ (да|ага|верно|все верно|подходит|подтверждаю|давайте|хорошо|ок|окей|угу|да,? (верно|все верно|подходит|записывайте)|шуны алам|әйе)[ .,!]*$`)
	plainNo  = regexp.MustCompile(`^ (нет|не|неа|не надо|юк|не подходит)[ .,!]`)
	cancels  = regexp.MustCompile(`отмен|не приду|не смогу прийти|кирәкми|юкка чыгар`)
	moves    = regexp.MustCompile(`күчер|перенес|перенос|перепиш|на другое время|не успеваю`)
	prices   = regexp.MustCompile(`сколько (это )?(стоит|будет|стоят)|цен[аыу]|почем|прайс|бәясе|күпме|стоимост|ценник`)
	places   = regexp.MustCompile(`адрес|где (вы )?наход|как (к вам )?(добраться|доехать)|график|до скольки|во сколько открыв|часы работы`)
	greets   = regexp.MustCompile(`^ (здравствуйте|здрасте|привет|добрый (день|вечер)|доброе утро|сәлам|салам|исәнмесез|хай)`)
	policy   = regexp.MustCompile(`политик|зачем вам|для чего`)
	thanked  = regexp.MustCompile(`^ (спасибо|благодарю|рәхмәт|рахмат|ок,? спасибо)`)
)
