package queue

import "strings"

// want is a need with its name as a number, so that a thousand handoffs can be
// tried with an agent who has become free.
type want struct {
	name      int32
	level     int8
	preferred bool
	language  bool
}

// names numbers the skills and languages that are asked for.
type names struct {
	numbers map[string]int32
	list    []string
}

// maxNames bounds the numbers: names come from outside.
const maxNames = 4096

const unknown = int8(-1) // a level that has not been looked up

func (n *names) number(kind byte, name string) int32 {
	key := string(kind) + name
	i, ok := n.numbers[key]
	if !ok {
		if n.numbers == nil {
			n.numbers = map[string]int32{}
		}
		i = int32(len(n.list))
		n.numbers[key] = i
		n.list = append(n.list, key)
	}
	return i
}

// wanted numbers needs.
func (d *Desk) wanted(skills, languages []Need) []want {
	var out []want
	for _, n := range skills {
		out = append(out, want{d.names.number('s', n.Name), int8(max(n.Level, 1)), n.Preferred, false})
	}
	for _, n := range languages {
		out = append(out, want{d.names.number('l', n.Name), int8(max(n.Level, 1)), n.Preferred, true})
	}
	return out
}

// number numbers the needs of h after they have changed.
func (d *Desk) number(h *item) {
	if len(d.names.list) > maxNames {
		d.names = names{}
		for _, a := range d.roster {
			a.levels = nil
		}
		for _, o := range d.handoffs {
			o.wants = d.wanted(o.Skills, o.Languages)
		}
	}
	h.wants = d.wanted(h.Skills, h.Languages)
}

// level is how well a knows what has the number.
func (d *Desk) level(a *worker, number int32) int8 {
	if int(number) < len(a.levels) && a.levels[number] != unknown {
		return a.levels[number]
	}
	for len(a.levels) <= int(number) {
		a.levels = append(a.levels, unknown)
	}
	name := d.names.list[number]
	if name[0] == 's' {
		a.levels[number] = int8(a.Skills[name[1:]])
	} else {
		a.levels[number] = int8(a.Languages.language(name[1:]))
	}
	return a.levels[number]
}

// language is the level of a language: of the tag itself, of the language
// without its region, or of any of its regions.
func (l Levels) language(tag string) int {
	if v, ok := l[tag]; ok {
		return v
	}
	base, _, regional := strings.Cut(tag, "-")
	if regional {
		return l[base]
	}
	best := 0
	for t, v := range l {
		if b, _, _ := strings.Cut(t, "-"); b == base {
			best = max(best, v)
		}
	}
	return best
}
