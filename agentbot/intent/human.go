package intent

// Sure is the result from which Human, Affirms and the like mean yes.
const Sure = 0.5

// Human says, from 0 to 1, how sure it is that the speaker of one turn asks to
// talk to a person now, in any wording: from Sure on it is a request.
func Human(text string) float64 {
	u := read(text)
	best := 0.0
	if len(u.words) > 0 {
		// What a word means depends on the language: an "agent" who is French is
		// refused in other words than an English one.
		counts := u.tell()
		most := 0
		for _, n := range counts {
			most = max(most, n)
		}
		for i, reading := range readings {
			if counts[i] == most {
				best = max(best, reading(&u))
			}
		}
	}
	if u.han != "" {
		best = max(best, hanHuman(u.han))
	}
	return min(max(best*Sure, 0), 1)
}

// readings are by the order of tellers; never changed.
var readings = [len(tellers)]func(u *utterance) float64{
	(*utterance).english,
	func(u *utterance) float64 { return u.european(german) },
	func(u *utterance) float64 { return u.european(spanish) },
	func(u *utterance) float64 { return u.european(french) },
}
