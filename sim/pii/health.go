package pii

import (
	"math/rand"
	"strings"
)

// healthWords are stems about health. Strong ones say it alone; weak ones want a part of
// the body, a person or a number beside them.
var healthWords = []struct {
	class class
	words string
}{
	{healthStrong, `антикоагулянт* непереносимост* эрози* температурам антидепрессант* басымым беременн* йөкле йөклемен диабет диабета диабетом диабету диабетик* эпилепс* эпилептич* эпилептик* авыртам авырыйм авырып вич спид спидом гепатит* онкологи* опухол* метастаз* химиотерап* депресс* суицид* шизофрен* инсульт* инфаркт* астм* псориаз* экзем*
		дерматит* аллерги* гипертони* гипертенз* туберкулез* сифилис* герпес* папиллом* миом* эндометри* кист* мастопат* аритми* тахикарди* артрит* артроз* остеохондроз* грыж* варикоз* тромбоз* тромбофлебит* анеми* гастрит* язва язвы язву панкреатит* цистит* пиелонефрит* молочниц*
		цирроз* рассеянн* паркинсон* альцгеймер* аутизм* аутист* паническ* знобит аппендицит* ммоль авырта авыртып сызлый сызлап йөрәгем дцп инвалид инвалида инвалиду инвалидом инвалиды инвалидност* выкидыш* аборт* бесплоди* климакс* менопауз* лактаци* гв кардиостимулятор* ишемическ* стенокарди* мигрен* эпилептик* невроз* невралги* биполярн* анорекси* булими* алкоголизм* наркозависим* онкобольн* розацеа* купероз* витилиг* демодекоз* кандидоз* хламиди* уреаплазм*
		пневмони* бронхит* ангин* гайморит* отит отита ковид* коронавирус* ветрянк* скарлатин* лишай* чесотк* педикулез* микоз* онихомикоз* сколиоз* протрузи* гемофили* лейкоз* лейкеми* меланом* карцином* саркома* лимфом* щитовидк* щитовидн* гипотиреоз* гипертиреоз* тиреоидит* анафилак* квинке рожистое
		мастит мастита маститом бурсит* тендинит* плоскостоп* подагр* ревматизм* ревматоидн* волчанк* остеопороз* спондил* радикулит* ишиас* люмбаго себоре* алопеци* облысен* акне
		фурункул* крапивниц* нейродермит* атопич* фолликулит* бородавк* кератоз* базалиом* конъюнктивит* катаракт* глауком* блефарит* близорук* миопи* астигматизм* кератит
		пародонтит* пародонтоз* гингивит* стоматит* пульпит* бруксизм* синусит* фарингит* ларингит* тонзиллит* аденоид* ринит ринита ринитом хобл эмфизем* шунтирован* гастродуоденит* колит колита колитом
		геморро* холецистит* желчнокаменн* дискинези* рефлюкс* гепатоз* нефрит* мочекаменн* недержан* простатит* аденом* эректильн* импотенц* поликистоз* спкя фиброаденом* вагинит* вагиноз* гонорре* трихомон* впч
		ожирени* паралич* парез пареза инсулинорезистентн* дисплази* кривоше* заикан* сдвг дислекси* деменци* сепсис* коклюш* краснух* паротит* менингит* энцефалит* боррели* лямбли* аскарид* глист*
		токсикоз* преэклампси* гестоз* кесарев* химию ампутир* слабослыш* лордоз* кифоз* дистони* всд тремор* фибромиалги* крона склероз склероза склерозом порфири* целиаки* стеатоз* дисбактериоз* уретрит*
		авыруы чирем`},
	{healthStrong, `температурю температурит гипертоническ* аллергическ* астматическ* авырый авырыйбыз чирли чирлим авыруым диагнозым`},
	{healthWeak, `рак рака раком раке шелуш* гемоглобин* холестерин* глюкоз* билирубин* кружит* кровь болит болят болело болел болела боли боль болью болями больно ноет тянет кровит кровоточ* опухл* опухш* воспал* распух* отек* отекл* зуд зудит чешется сып* высып* гной гноит* нагно* ожог* ожег* температур* давлени* кровотеч* тошн* тошнит рвот* кашл* кашель головокруж* обморок* сознани* судорог* онемен* немеет слабост* бессонниц* простуд* заразн* шишк* язвочк* покрасне*
		обостр* рецидив* приступ* симптом* диагноз* операци* оперирова* наркоз* перелом* ушиб* травм* шов швы рубец рубц* авырта авырт* сызлый сызл* шеште шешен* кычыта төшкән
		принимаю пью таблетк* лекарств* антибиотик* гормон* инсулин* антидепрессант* варфарин* метформин* ибупрофен* парацетамол* нурофен* амоксициллин* азитромицин* роаккутан* ксарелто* эутирокс* l-тироксин* преднизолон* омепразол* аспирин* найз* кеторол* супрастин* цетрин* лоратадин* дару дарулар дарулары рецепт* диагност* лечу* лечил* лечение заболеван* болезн* болею заболел* болен больна хронич* месячн* цикл задержка родила роды кормлю грудью
		грибок грибка грибком вросш* угри угрев* прыщ прыщи кариес* заложен* онколога онкологу онкологом онколог насморк* осложнени* гипс гипса гипсе биопси*
		бисопролол* конкор лозартан* эналаприл* каптоприл* амлодипин* аторвастатин* розувастатин* эликвис* кардиомагнил* клопидогрел* тироксин* дюфастон* утрожестан* сертралин* флуоксетин* амитриптилин* феназепам* карбамазепин* депакин*
		метотрексат* тамоксифен* изотретиноин* акнекутан* дротаверин* кетонал* диклофенак* сумамед* цефтриаксон* флуконазол* ацикловир* оземпик* форсиг* глюкофаж* сиофор* золофт* атаракс* грандаксин* кветиапин* антигистаминн*`},
	{healthPart, `повышен* понижен* скачет останавлива* спин* поясниц* голов* живот* горл* зуб зуба зубы зубов десн* десен глаз глаза ухо уши сердц* печен* почк* почек желуд* колен* нога ноги ногу ног рука руки руку рук палец пальц* шея шею шеи плеч* лиц* лицо лоб кож* грудь груди груд* сустав* кост* мышц* позвон* матк* яичник* простат* легк* легкие кров крови кровь башым баш башым эчем
		эч аркам арка тешем теш бугаз* йөрәк* күз күзем аягым кулым тәнем битем бит губ* век веки веках щек* нос носа ноготь ногт* ногтев* пятк* стоп* копчик* бедр* таз низ`},
	{healthNot, `парковк* меню пиво пиву креветк* зодиак* гороскоп* знак суши ужин краб* животн* кот кота кошк* собак* питом* лечебн* медицинск* оздоровит* антицеллюлитн* профилактик* профилакт* лекци* вебинар* статья статьи прайс прайсе услуг* бесконтактн* анализ анализы анализа анализов вакцинаци* прививк* расписани* воды вода бассейн* сауны сауна хаммам* атмосферн* комнатн* помещени* погод* улице мойк* стирк* шин шинах фонар* духовк*
		душа душой репутаци* рынк* конкурент* директор* начальник* плана сроков дедлайн* бизнес* цвет* лак* покрыти* гель* свет* света светильник* уход ухода* сервер* процессор* базы систем* устройств* доллар* валют*`},
	{healthOwn, `упал упала упали потерял потеряла эчәм нашел нашла пропил* пропью принимал* жалуется жалоб* беспокоит беспокоят страдаю страдает наблюдаюсь наблюдается состою стоит* поставили обнаружили нашли выявили диагностировали подозр* хроническ* противопоказан* анамнез* история больничн* госпитал* скор* реанимац* перенес* перенесла назнач* прописал* выписал*`},
}

func addHealth(b *builder) {
	for _, h := range healthWords {
		b.add(h.class, h.words)
	}
}

// recogniseHealth finds what is said about the health of somebody.
func recogniseHealth(sc *scan) {
	for i := 0; i < len(sc.toks); i++ {
		c := sc.class(i)
		if c&(healthStrong|healthWeak) != 0 {
			if end := sc.complaint(i); end > 0 {
				i = end
			}
			continue
		}
		if sc.toks[i].letters == 1 {
			sc.icdCode(i)
		}
	}
}

// complaint weighs the words about a word of health; it answers the last token it took.
func (sc *scan) complaint(i int) int {
	c := sc.class(i)
	a, b := i, i
	own, part, not, price := false, false, false, false
	number := false
	for k := i - 1; k >= 0 && k >= i-6 && sameClause(sc.gap(k)); k-- {
		if n := len(sc.found); n > 0 && sc.found[n-1].kind == Health && sc.found[n-1].end > int(sc.toks[k].start) {
			break // another complaint has it
		}
		cl := sc.class(k)
		if i-k <= 5 && cl&(ctxSelf|healthOwn) != 0 && !(fold(sc.str(k)) == "нас") {
			own = true
		}
		if i-k <= 3 && cl&healthPart != 0 && cl&healthNot == 0 {
			part = true
			if !strings.Contains(sc.text[sc.toks[k].end:sc.toks[a].start], ",") {
				a = k
			}
		}
		if i-k <= 2 && cl&healthNot != 0 && cl&healthPart == 0 && !strings.ContainsAny(sc.text[sc.toks[k].end:sc.toks[i].start], ",:") {
			not = true
		}
		if cl&notMoney != 0 && (sc.toks[k].letters > 1 || k > 0 && sc.toks[k-1].is(isDigits)) || priceWord(fold(sc.str(k))) {
			price = true // but not the last letter of «г.р.»
		}
		if i-k <= 1 && cl&(notPerson|isStaff) != 0 {
			not = true
		}
	}
	for k := i + 1; k < len(sc.toks) && k <= i+5 && sameClause(sc.gap(k-1)); k++ {
		cl := sc.class(k)
		if sc.toks[k].is(isDigits) {
			if k <= i+2 && sc.toks[k].letters <= 3 {
				number = true
			}
			continue
		}
		if k-i <= 5 && cl&(ctxSelf|healthOwn) != 0 && fold(sc.str(k)) != "нас" {
			own = true
		}
		if cl&(healthWeak|healthStrong) != 0 && (strings.Contains(sc.gap(k-1), ",") || fold(sc.str(k-1)) == "и") {
			break // the next complaint
		}
		if k-i <= 4 && cl&(healthPart|healthWeak|healthStrong) != 0 && cl&healthNot == 0 && fold(sc.str(k)) != fold(sc.str(i)) {
			part = true
			b = k
		}
		if k-i <= 2 && cl&healthNot != 0 && cl&healthPart == 0 && (!own || !strings.Contains(sc.text[sc.toks[i].end:sc.toks[k].start], ",")) {
			not = true
		}
		if k == i+1 && sc.gap(i) == "-" && !own && cl == 0 && !startsAny(fold(sc.str(k)), "полож", "инфиц", "завис") {
			not = true // «аллергик-парфюмер»
		}
		if cl&notMoney != 0 || priceWord(fold(sc.str(k))) {
			price = true
		}
	}
	switch w := fold(sc.str(i)); {
	case strings.HasPrefix(w, "заболел") && i+1 < len(sc.toks) && sc.class(i+1)&isStaff != 0:
		not = true // the master is absent: no client's datum
	case strings.HasPrefix(w, "болею") || strings.HasPrefix(w, "болеет"):
		own = own || i+1 == len(sc.toks) || fold(sc.str(i+1)) != "за" // «за Рубин»
	case strings.HasPrefix(w, "давлени") && i+2 < len(sc.toks) && fold(sc.str(i+1)) == "на" && !sc.toks[i+2].is(isDigits):
		not = true // «давление на клиента»
	}
	if !sc.firstPerson(i) && (strings.HasPrefix(fold(sc.str(i)), "лечени") || i > 0 && startsAny(fold(sc.str(i-1)), "лечени", "удалени", "удаля")) {
		not = true // «лечение акне» is a service
	}
	if n := len(sc.found); n > 0 && sc.found[n-1].rule == "code" && sc.found[n-1].kind == Health && strings.HasPrefix(fold(sc.str(i)), "диагноз") {
		return 0 // the code was the finding
	}
	if sc.refused(i) || sc.general(i) && !sc.firstPerson(i) {
		not = true
	}
	if after := sc.text[sc.toks[i].end:min(len(sc.text), int(sc.toks[i].end)+90)]; strings.Contains(after, "₽") {
		price = true
	}
	if own && strings.HasPrefix(fold(sc.str(i)), "аллерги") && i+1 < len(sc.toks) && fold(sc.str(i+1)) == "на" {
		not = false // «у меня аллергия на гель-лак»
	}
	if u := sc.fieldClass(i); u&(notMoney|isBooking) != 0 {
		not = true
	}
	if i+2 < len(sc.toks) && sc.toks[i+1].letters == 1 && sc.toks[i+2].is(isDigits) && sc.gap(i+1) == "" {
		return 0 // «диагноз E11.9»: the code is the finding
	}
	if strings.HasPrefix(fold(sc.str(i)), "диагноз") && i+3 < len(sc.toks) && sc.toks[i+2].letters == 1 && sc.toks[i+3].is(isDigits) && sc.gap(i+2) == "" {
		return 0 // «диагноз основной: K29.5»
	}
	if n := len(sc.found); n > 0 && sc.found[n-1].kind == Health && int(sc.toks[i].start)-sc.found[n-1].end < 48 && sameClause(sc.text[sc.found[n-1].end:sc.toks[i].start]) {
		own, part = true, true // «сыпь на лице и зуд»
	}
	cand := candidate{start: int(sc.toks[a].start), end: int(sc.toks[b].end), kind: Health, rule: "stem"}
	switch {
	case not || price && !own:
	case c&healthStrong != 0 && own:
		cand.score = 0.85
	case c&healthStrong != 0:
		cand.score = 0.7
		if sc.topicOnly(i) {
			cand.score = 0.4
		}
	case part && own:
		cand.score = 0.8
	case part:
		cand.score = 0.7
	case number && labWord(fold(sc.str(i))), sc.bloodPressure(i), sc.underwent(i), own && strings.HasPrefix(fold(sc.str(i)), "больно") && i+1 < len(sc.toks) && fold(sc.str(i+1)) == "после":
		cand.score = 0.7
	case own && number:
		cand.score = 0.75
	case own && !vague(fold(sc.str(i))):
		cand.score = 0.65
	}
	if w := fold(sc.str(i)); strings.HasPrefix(w, "рак") && len(w) <= 10 && !part && !sc.somebodyHas(i) {
		return 0 // the sign, the food
	}
	if w := fold(sc.str(i)); w == "кровь" && !sc.flows(i) {
		return 0 // «кровь из носа надо»
	}
	if own {
		cand.note = "сказано о человеке"
	}
	sc.add(cand)
	if cand.score >= Threshold {
		return b
	}
	return 0
}

// refused reads what a bot says instead of advice: «диагнозов не ставлю», «советовать
// лекарства не вправе».
func (sc *scan) refused(i int) bool {
	for k := max(0, i-5); k < len(sc.toks) && k <= i+6; k++ {
		if k > i && !sameClause(sc.gap(k-1)) {
			break
		}
		switch w := fold(sc.str(k)); w {
		case "вправе", "права":
			return true
		case "ставлю", "ставим", "назначаю", "назначаем", "советую", "говорю", "даю":
			if k > 0 && fold(sc.str(k-1)) == "не" {
				return true
			}
		case "ко":
			if k+1 < len(sc.toks) && fold(sc.str(k+1)) == "мне" {
				return true
			}
		}
	}
	return false
}

// general reads conditions and questions to everybody: «если есть аллергия», «нет ли у вас».
func (sc *scan) general(i int) bool {
	for k := i - 1; k >= 0 && k >= i-6 && sameClause(sc.gap(k)); k-- {
		switch fold(sc.str(k)) {
		case "если", "нет":
			return k+1 < len(sc.toks) && (fold(sc.str(k)) == "если" || fold(sc.str(k+1)) == "ли")
		case "лечит", "лечим", "лечат", "специализируется", "анкете", "отметьте", "лечении":
			return true
		}
	}
	return false
}

// firstPerson tells whether the one who speaks is meant: «если у меня диабет».
func (sc *scan) firstPerson(i int) bool {
	for k := max(0, i-6); k < len(sc.toks) && k <= i+4; k++ {
		switch fold(sc.str(k)) {
		case "я", "меня", "мне", "мой", "моя", "моего", "моей", "моему", "мною", "миндә", "минем", "миңа":
			return true
		}
	}
	return false
}

// labWord tells whether a word is of an analysis: with a number it is a result.
func labWord(w string) bool {
	return startsAny(w, "гемоглобин", "холестерин", "глюкоз", "билирубин")
}

// bloodPressure reads «давление 150 на 90».
func (sc *scan) bloodPressure(i int) bool {
	return strings.HasPrefix(fold(sc.str(i)), "давлени") && i+1 < len(sc.toks) && sc.toks[i+1].is(isDigits) && sc.toks[i+1].letters <= 3 &&
		sc.num(i+1) >= 60 && sc.num(i+1) <= 260
}

// underwent reads «сделали операцию», «после операции».
func (sc *scan) underwent(i int) bool {
	if i == 0 || !strings.HasPrefix(fold(sc.str(i)), "операци") {
		return false
	}
	return startsAny(fold(sc.str(i-1)), "сделали", "делали", "перенес", "после", "прошла", "прошел")
}

// somebodyHas reads «у мамы рак», «врач нашёл рак».
func (sc *scan) somebodyHas(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if sc.class(k)&healthOwn != 0 || sc.class(k)&ctxSelf != 0 && k > 0 && fold(sc.str(k-1)) == "у" {
			return true
		}
	}
	return false
}

// flows tells whether blood is said to flow.
func (sc *scan) flows(i int) bool {
	for k := max(0, i-3); k < len(sc.toks) && k <= i+3; k++ {
		switch w := fold(sc.str(k)); {
		case strings.HasPrefix(w, "останав"), strings.HasPrefix(w, "ид"), strings.HasPrefix(w, "пош"), strings.HasPrefix(w, "теч"):
			return true
		}
	}
	return false
}

func sameClause(gap string) bool {
	return !strings.ContainsAny(gap, "\n{};!?") && !strings.Contains(gap, ". ") && !strings.Contains(gap, `","`)
}

func priceWord(w string) bool {
	return w == "сколько" || w == "прайс" || w == "делаете" || w == "лечите" || w == "принимаете" || w == "бесплатно" || w == "клиентов" || w == "пациентов" || w == "людей"
}

// topicOnly tells whether an illness is a matter of a question, not of a person: «при
// диабете можно?» stays a datum of the dialogue, «лекция о диабете» does not.
func (sc *scan) topicOnly(i int) bool {
	if i+2 < len(sc.toks) && fold(sc.str(i+1)) == "что" && fold(sc.str(i+2)) == "это" {
		return true
	}
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		switch w := fold(sc.str(k)); w {
		case "против", "от", "о", "об", "про", "для", "профилактика", "лечение", "лечения", "дня", "день", "борьбы", "фонд", "центр":
			return true
		}
	}
	return false
}

// vague words say something about health only with a part of the body.
func vague(w string) bool {
	return startsAny(w, "пью", "принимаю", "цикл", "тянет", "ноет", "операци", "шов", "швы", "сознани", "задержка", "лечение", "рецепт",
		"диагност", "больно", "приступ", "хронич", "шишк")
}

// icdCode: E11.9 beside «диагноз», «МКБ».
func (sc *scan) icdCode(i int) {
	if i+1 >= len(sc.toks) || !sc.toks[i+1].is(isDigits) || sc.gap(i) != "" || sc.toks[i+1].letters != 2 || !sc.toks[i].is(startsUpper) {
		return
	}
	end := i + 1
	if i+2 < len(sc.toks) && sc.toks[i+2].is(isDigits) && sc.gap(i+1) == "." && sc.toks[i+2].letters <= 2 {
		end = i + 2
	}
	if e := int(sc.toks[end].end); e < len(sc.text) && (asciiLetter(sc.text[e]) || sc.text[e] >= 0xD0) {
		return
	}
	start := int(sc.toks[i].start)
	for k := i - 1; k >= 0 && k >= i-8 && start-int(sc.toks[k].end) < 80; k-- {
		w := fold(sc.str(k))
		if strings.HasPrefix(w, "диагноз") || w == "мкб" || w == "icd" || w == "diagnosis" || strings.HasPrefix(w, "заключени") || w == "ds" || w == "дз" {
			sc.add(candidate{start: start, end: int(sc.toks[end].end), kind: Health, rule: "code", score: 0.9, context: sc.str(k)})
			return
		}
	}
	if end+1 < len(sc.toks) {
		if w := fold(sc.str(end + 1)); w == "мкб" || w == "icd" || strings.HasPrefix(w, "диагноз") {
			sc.add(candidate{start: start, end: int(sc.toks[end].end), kind: Health, rule: "code", score: 0.85, context: sc.str(end + 1)})
		}
	}
}

func maskHealth(string) string { return "[МЕДИЦИНСКИЙ ВОПРОС]" }

func validHealth(v string) bool {
	sc := &scan{lex: theLexicon(), text: v}
	sc.tokenise()
	for i := range sc.toks {
		if sc.class(i)&(healthStrong|healthWeak) != 0 {
			return true
		}
	}
	return false
}

func inventHealth(r *rand.Rand) string {
	all := [...]string{"у меня диабет", "у меня болит спина", "у меня аллергия", "у меня высокое давление", "у меня эпилепсия"}
	return all[r.Intn(len(all))]
}
