package names

import "strings"

// FirstName is a name that people are given.
type FirstName struct {
	Name  string
	Sex   Sex
	Tatar bool
	// Short are diminutives in use; Also are other spellings of the same name.
	Short []string
	Also  []string
}

// All lists the known first names, in a fixed order.
func All() []FirstName { return firstNames }

// firstNames is the table of names. It is for inventing people and for finding what else
// a person may be called; a name that is not here declines by the common rules.
var firstNames = []FirstName{
	{"Алсу", Female, true, words("Алсушка Алсуша"), nil},
	{"Айгуль", Female, true, words("Айгулька Айгулечка Гуля"), words("Айгөл Айгюль")},
	{"Гузель", Female, true, words("Гузелька Гузелечка Гуля Гуза"), words("Гүзәл Гузяль Гузэль")},
	{"Гульнара", Female, true, words("Гуля Гулечка Гульнарка Гулька"), words("Гөлнара Гульнар")},
	{"Гульназ", Female, true, words("Гуля Назка"), words("Гөлназ")},
	{"Гульшат", Female, true, words("Гуля Гульшатка"), words("Гөлшат")},
	{"Диляра", Female, true, words("Диля Дилечка Дилярка"), words("Диләрә Диляра")},
	{"Дина", Female, true, words("Динка Диночка"), nil},
	{"Динара", Female, true, words("Дина Динарка Диночка"), nil},
	{"Зульфия", Female, true, words("Зуля Зульфиюшка Зулечка"), words("Зөлфия")},
	{"Зухра", Female, true, words("Зухрочка Зухрушка"), words("Зөһрә")},
	{"Ильмира", Female, true, words("Миля Ильмирочка"), nil},
	{"Лейсан", Female, true, words("Лейсанка Лейсаночка Лейся"), words("Ләйсән Ляйсан")},
	{"Лилия", Female, true, words("Лиля Лилечка Лилька"), words("Лилия")},
	{"Нурия", Female, true, words("Нурка Нурочка"), nil},
	{"Резеда", Female, true, words("Резедочка Реза"), nil},
	{"Рамиля", Female, true, words("Рамилька Рамилечка Миля"), words("Рамилә")},
	{"Римма", Female, true, words("Риммочка Римуля"), nil},
	{"Роза", Female, true, words("Розочка Розка"), nil},
	{"Румия", Female, true, words("Румиюшка"), nil},
	{"Сария", Female, true, words("Сариюшка"), nil},
	{"Фарида", Female, true, words("Фаридочка Фаридка"), words("Фәридә")},
	{"Фания", Female, true, words("Фаня Фанечка"), words("Фәния")},
	{"Флюра", Female, true, words("Флюрочка"), words("Флүрә")},
	{"Чулпан", Female, true, words("Чулпаночка Чулпанка"), words("Чулпан")},
	{"Эльвира", Female, true, words("Эля Эльвирочка Элечка"), words("Эльвира")},
	{"Эльмира", Female, true, words("Эля Эльмирочка"), nil},
	{"Ильгиза", Female, true, words("Гиза"), nil},
	{"Айсылу", Female, true, words("Сылу Айсылушка"), nil},
	{"Язгуль", Female, true, words("Гуля Язгулька"), words("Язгөл")},
	{"Наиля", Female, true, words("Наилечка Наилька"), words("Наилә")},
	{"Миляуша", Female, true, words("Миля Миляушка"), words("Миләүшә")},
	{"Камиля", Female, true, words("Камилька Камилечка Камила"), words("Камилә")},
	{"Амина", Female, true, words("Аминочка Аминка"), words("Әминә")},
	{"Джамиля", Female, true, words("Джамилька"), words("Җәмилә")},
	{"Анна", Female, false, words("Аня Анечка Анюта Нюра Анька"), nil},
	{"Мария", Female, false, words("Маша Машенька Маруся Машка Мариша"), nil},
	{"Елена", Female, false, words("Лена Леночка Ленка Алёна Еленка"), nil},
	{"Ольга", Female, false, words("Оля Оленька Олечка Олька"), nil},
	{"Наталья", Female, false, words("Наташа Наташка Натали Ната Наталия"), words("Наталия")},
	{"Анастасия", Female, false, words("Настя Настенька Настюша Стася Ася"), nil},
	{"Екатерина", Female, false, words("Катя Катенька Катюша Катерина Катька"), nil},
	{"Татьяна", Female, false, words("Таня Танечка Танюша Танька"), nil},
	{"Ирина", Female, false, words("Ира Ирочка Иришка Ирка"), nil},
	{"Светлана", Female, false, words("Света Светочка Светик Лана"), nil},
	{"Юлия", Female, false, words("Юля Юлечка Юленька Юлька"), nil},
	{"Ксения", Female, false, words("Ксюша Ксеня Ксюня"), nil},
	{"Дарья", Female, false, words("Даша Дашенька Дашка"), words("Дария")},
	{"Полина", Female, false, words("Поля Полинка Полиночка"), nil},
	{"Виктория", Female, false, words("Вика Викуля Тори"), nil},
	{"Марина", Female, false, words("Мариша Маришка Мариночка"), nil},
	{"Людмила", Female, false, words("Люда Людочка Мила Люся"), nil},
	{"Галина", Female, false, words("Галя Галочка Галка"), nil},
	{"Вера", Female, false, words("Верочка Веруня Верка"), nil},
	{"Надежда", Female, false, words("Надя Наденька Надюша"), nil},
	{"Любовь", Female, false, words("Люба Любаша Любочка"), nil},
	{"Алина", Female, false, words("Алинка Алиночка Аля"), nil},
	{"Яна", Female, false, words("Яночка Янка"), nil},
	{"Софья", Female, false, words("Соня Софа Сонечка София"), words("София")},
	{"Евгения", Female, false, words("Женя Женечка Женька"), nil},
	{"Александра", Female, false, words("Саша Сашенька Шура Аля Санька"), nil},
	{"Валентина", Female, false, words("Валя Валечка Валюша"), nil},
	{"Нинель", Female, false, words("Нина Нелля"), nil},
	{"Майя", Female, false, words("Майка Маечка"), nil},
	{"Рада", Female, false, words("Радочка"), nil},
	{"Ильнур", Male, true, words("Ильнурик Нурик Ильнурчик"), nil},
	{"Ильдар", Male, true, words("Ильдарик Ильдарчик"), words("Илдар")},
	{"Ильшат", Male, true, words("Ильшатик"), words("Илшат")},
	{"Ринат", Male, true, words("Ринатик Ринатка"), nil},
	{"Марат", Male, true, words("Маратик Маратка"), nil},
	{"Рамиль", Male, true, words("Рамилька Рамильчик"), nil},
	{"Рустам", Male, true, words("Рустамчик Рустик Рус"), words("Рөстәм Рустем")},
	{"Рустем", Male, true, words("Рустик"), words("Рөстәм")},
	{"Фарид", Male, true, words("Фаридик"), words("Фәрит Фарит")},
	{"Айрат", Male, true, words("Айратик Айратка"), nil},
	{"Азат", Male, true, words("Азатик"), nil},
	{"Айдар", Male, true, words("Айдарик Айдарка"), nil},
	{"Алмаз", Male, true, words("Алмазик"), nil},
	{"Булат", Male, true, words("Булатик"), nil},
	{"Дамир", Male, true, words("Дамирка Дамирчик"), nil},
	{"Ильяс", Male, true, words("Ильяска Илюша"), nil},
	{"Ирек", Male, true, words("Ирик"), nil},
	{"Камиль", Male, true, words("Камилька"), nil},
	{"Ленар", Male, true, words("Ленарик"), nil},
	{"Наиль", Male, true, words("Наилька"), nil},
	{"Радик", Male, true, words("Радичек"), nil},
	{"Рашид", Male, true, words("Рашидик"), words("Рәшит Рашит")},
	{"Рафаэль", Male, true, words("Рафик Рафа"), nil},
	{"Ренат", Male, true, words("Ренатик"), nil},
	{"Салават", Male, true, words("Салаватик"), nil},
	{"Тимур", Male, true, words("Тимурчик Тимка Тима"), nil},
	{"Фаиль", Male, true, nil, nil},
	{"Шамиль", Male, true, words("Шамилька Шама"), nil},
	{"Эльдар", Male, true, words("Эльдарик Эльдарчик"), nil},
	{"Эмиль", Male, true, words("Эмилька"), nil},
	{"Руслан", Male, true, words("Русланчик Русик Рус"), nil},
	{"Равиль", Male, true, words("Равилька"), nil},
	{"Александр", Male, false, words("Саша Сашка Шурик Саня Санёк Алекс"), nil},
	{"Алексей", Male, false, words("Лёша Лёха Алёша Лёшка"), nil},
	{"Андрей", Male, false, words("Андрюша Андрюха Дрон"), nil},
	{"Антон", Male, false, words("Антоша Тоха Антошка"), nil},
	{"Артём", Male, false, words("Артёмка Артёмчик"), nil},
	{"Борис", Male, false, words("Боря Борька"), nil},
	{"Вадим", Male, false, words("Вадик Вадимка"), nil},
	{"Василий", Male, false, words("Вася Васька Васенька"), nil},
	{"Виктор", Male, false, words("Витя Витёк Витька"), nil},
	{"Владимир", Male, false, words("Вова Володя Вовка Вован"), nil},
	{"Дмитрий", Male, false, words("Дима Митя Димка Димон"), words("Димитрий")},
	{"Денис", Male, false, words("Дениска Дэн Денчик"), nil},
	{"Евгений", Male, false, words("Женя Женька Жека"), nil},
	{"Иван", Male, false, words("Ваня Ванька Ванечка Ванюша"), nil},
	{"Игорь", Male, false, words("Игорёк Гоша Игорёша"), nil},
	{"Илья", Male, false, words("Илюша Илюха"), nil},
	{"Кирилл", Male, false, words("Кирюша Кирюха Кира"), nil},
	{"Константин", Male, false, words("Костя Костик Костян"), nil},
	{"Максим", Male, false, words("Макс Максимка Максик"), nil},
	{"Михаил", Male, false, words("Миша Мишка Мишаня"), nil},
	{"Никита", Male, false, words("Никитка Ник"), nil},
	{"Николай", Male, false, words("Коля Колян Николаша Колька"), nil},
	{"Олег", Male, false, words("Олежка Олежек"), nil},
	{"Павел", Male, false, words("Паша Пашка Павлик"), nil},
	{"Пётр", Male, false, words("Петя Петька Петруша"), nil},
	{"Роман", Male, false, words("Рома Ромка Ромочка"), nil},
	{"Сергей", Male, false, words("Серёжа Серёга Серый"), nil},
	{"Степан", Male, false, words("Стёпа Стёпка"), nil},
	{"Юрий", Male, false, words("Юра Юрка Юрик"), nil},
	{"Лев", Male, false, words("Лёва Лёвушка"), nil},
	{"Мир", Male, false, nil, nil},
	{"Марс", Male, true, words("Марсик"), nil},
	{"Ярослав", Male, false, words("Слава Ярик"), nil},
	{"Вячеслав", Male, false, words("Слава Славик Славка"), nil},
	{"Станислав", Male, false, words("Стас Слава Стасик"), nil},
}

func words(s string) []string { return strings.Fields(s) }

// Find gives the table's entry for a name in any capitals or spelling, also for another
// spelling of it.
func Find(name string) (FirstName, bool) {
	name = strings.ReplaceAll(strings.ToLower(name), "ё", "е")
	for _, f := range firstNames {
		if equal(f.Name, name) {
			return f, true
		}
	}
	for _, f := range firstNames {
		for _, a := range f.Also {
			if equal(a, name) {
				return f, true
			}
		}
	}
	return FirstName{}, false
}

// FindShort gives the entries which a diminutive may stand for: «Саша» is two of them.
func FindShort(short string) []FirstName {
	short = strings.ReplaceAll(strings.ToLower(short), "ё", "е")
	var all []FirstName
	for _, f := range firstNames {
		for _, s := range f.Short {
			if equal(s, short) {
				all = append(all, f)
				break
			}
		}
	}
	return all
}

func equal(entry, folded string) bool {
	return strings.ReplaceAll(strings.ToLower(entry), "ё", "е") == folded
}

// KnownFirst tells whether a word is a first name of the table, and whose.
func KnownFirst(name string) (Sex, bool) {
	f, ok := Find(name)
	return f.Sex, ok
}

// Short lists the diminutives of a first name and its other spellings.
func Short(name string) []string {
	f, ok := Find(name)
	if !ok {
		return nil
	}
	all := append([]string(nil), f.Short...)
	all = append(all, f.Also...)
	if !equal(f.Name, strings.ReplaceAll(strings.ToLower(name), "ё", "е")) {
		all = append(all, f.Name)
	}
	return all
}

// PatronymicOf makes the patronymic of a father's name for a child of the given sex.
func PatronymicOf(father string, sex Sex) string {
	son, daughter := "ович", "овна"
	stem := father
	switch father {
	case "Лев":
		stem, son, daughter = "Льв", "ович", "овна"
	case "Павел":
		stem = "Павл"
	case "Пётр":
		stem = "Петр"
	case "Илья":
		return pick(sex, "Ильич", "Ильинична")
	case "Никита":
		return pick(sex, "Никитич", "Никитична")
	case "Михаил":
		stem = "Михайл"
	default:
		switch {
		case hasAny(father, "ий"):
			stem, son, daughter = cut(father, 2)+"ь", "евич", "евна"
			if hasAny(father, "рий", "лий") && !hasAny(father, "илий") {
				stem = cut(father, 2) + "и"
				if father == "Юрий" {
					stem = "Юрь"
				}
			}
		case hasAny(father, "й", "ь"):
			stem, son, daughter = cut(father, 1), "евич", "евна"
		}
	}
	return pick(sex, stem+son, stem+daughter)
}

func pick(sex Sex, male, female string) string {
	if sex == Female {
		return female
	}
	return male
}

// Others lists further first names, without their short forms: enough to know that a word
// beside a surname is somebody's name.
func Others() []string { return words(others) }

const others = `Агата Агния Ада Аделина Адель Азалия Аида Айгиза Айзиля Айлина Алевтина Алеся Алиса Алия Алла Альбина Альмира Альфия
	Ангелина Анжела Анжелика Анфиса Арина Асель Асия Аурика Белла Богдана Валерия Ванда Варвара Василина Васима Венера Вероника
	Виолетта Владислава Галия Гелия Гулия Гульсина Гульфия Гульчачак Дания Дарина Диана Диля Дильбар Ева Евдокия Елизавета Жанна
	Зарема Зарина Земфира Зинаида Зиля Злата Зоя Зайнаб Ильзира Ильсияр Инга Инесса Инна Иоланта Ираида Камила Карина Каролина Кира Клавдия
	Клара Кристина Ксения Лада Лана Лариса Лейла Ленара Лидия Лиана Линара Луиза Луция Майсара Маргарита Марианна Марта Марьям Матрёна
	Милана Мирослава Муслима Надира Назиля Нелли Ника Нина Нонна Оксана Олеся Пелагея Прасковья Разиля Раиса Рания Рашида Регина Рената
	Рината Рузалия Румина Руфина Сабина Савия Сакина Самира Сания Сафия Светозара Серафима Снежана София Суфия Таисия Тамара Танзиля
	Ульяна Фаина Фаузия Фирдаус Фируза Флёра Хадича Халида Чулпан Эвелина Элина Элеонора Элиза Эмма Эльза Юлиана Юлдуз Ядвига Ярослава
	Абдулла Адам Адель Аделя Айнур Айназ Акрам Аким Альберт Альфред Амир Анатолий Аркадий Арсен Арсений Артемий Артур Асхат Афанасий
	Ахмет Аяз Богдан Валентин Валерий Вениамин Виль Виталий Владислав Всеволод Габдулла Гавриил Газинур Геннадий Георгий Герман Глеб
	Григорий Гумер Давид Даниил Данила Данияр Дамир Джамиль Егор Ефим Заур Захар Зуфар Ибрагим Ильгиз Ильназ Ильсур Ильхам Инсаф Ислам
	Искандер Карим Касим Клим Лаврентий Леонид Леонтий Линар Лука Магомед Мансур Марк Марсель Матвей Минтимер Мирон Мурат Муса Мустафа
	Назар Назим Нафис Нияз Нурислам Остап Пахом Платон Прохор Радий Разиль Раиль Раис Рамис Рафаил Рафис Рафкат Рашит Рим Рифат Рифкат
	Родион Ростислав Роберт Рудольф Руфат Савелий Самат Святослав Семён Спартак Султан Тагир Талгат Тарас Тахир Терентий Тихон Трофим
	Фанис Фарит Фатих Фёдор Феликс Фидаил Филипп Фирдавес Фоат Хабиб Халил Халит Хамит Харис Эдуард Эльмир Эмир Эрик Юлиан Юнус Юсуф
	Яков Ян Янис`
