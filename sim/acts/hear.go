package acts

// Hear tells what a reply does. A reply that does nothing Progon has a name for is Other.
func Hear(r Reply) []Act {
	return []Act{{Name: Other, Score: 1, Why: "ничего из известного"}}
}

// Has finds an act by its name.
func Has(heard []Act, name Name) (Act, bool) {
	for _, a := range heard {
		if a.Name == name {
			return a, true
		}
	}
	return Act{}, false
}
