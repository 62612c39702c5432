package intent

// Sure is the result from which Human, Affirms and the like mean yes.
const Sure = 0.5

// Human says, from 0 to 1, how sure it is that the speaker of one turn asks to
// talk to a person now, in any wording: from Sure on it is a request.
func Human(text string) float64 {
	u := read(text)
	best := 0.0
	if len(u.words) > 0 {
		best = max(best, u.english(), u.european(german), u.european(spanish), u.european(french))
	}
	if u.han != "" {
		best = max(best, hanHuman(u.han))
	}
	return min(max(best*Sure, 0), 1)
}
