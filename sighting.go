package progon

// Sighting is one kind of personal data in one place: how many events held it there, and
// how it was written. All sightings of a run are its map of personal data.
type Sighting struct {
	Kind    string  `json:"kind"` // in Russian: «телефон», «сведения о здоровье»
	Surface Surface `json:"surface"`
	// Told marks what clients said themselves: it is what the bot was given to keep.
	Told  bool   `json:"told,omitempty"`
	Place string `json:"place"` // «контакт, поле PHONE», «bot.log»
	// Where an event holds a value several ways, the most open one counts.
	Open   int `json:"open"`
	Masked int `json:"masked"`
	Hashed int `json:"hashed"`
	// Example is the first event of the most open sort.
	Example Pointer `json:"example"`
}

// Pointer is an event of one scenario of a run.
type Pointer struct {
	Scenario string `json:"scenario"` // key of the scenario
	Attempt  int    `json:"attempt,omitempty"`
	Variant  int    `json:"variant,omitempty"`
	Seq      int    `json:"seq"`
}

// Events is in how many events the kind was seen there.
func (s Sighting) Events() int { return s.Open + s.Masked + s.Hashed }

// Merge adds the sightings of one scenario to those of the run: counts add up, the first
// example of the most open sort stays.
func Merge(all, more []Sighting) []Sighting {
	at := map[[3]string]int{}
	for i, s := range all {
		at[s.key()] = i
	}
	for _, s := range more {
		i, known := at[s.key()]
		if !known {
			at[s.key()] = len(all)
			all = append(all, s)
			continue
		}
		if s.openness() > all[i].openness() {
			all[i].Example = s.Example
		}
		all[i].Open += s.Open
		all[i].Masked += s.Masked
		all[i].Hashed += s.Hashed
	}
	return all
}

func (s Sighting) key() [3]string {
	told := ""
	if s.Told {
		told = "told"
	}
	return [3]string{s.Kind, string(s.Surface) + told, s.Place}
}

func (s Sighting) openness() int {
	switch {
	case s.Open > 0:
		return 2
	case s.Hashed > 0:
		return 1
	}
	return 0
}
