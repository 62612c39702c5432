package openai

import "strings"

// item is a piece of an utterance that was committed.
type item struct {
	id        string
	confirmed bool // the endpoint told its id
	text      string
	final     bool
	void      bool // nobody waits for it any more
}

// find returns the first item that ok accepts, nil for none.
func (s *realtimeStream) find(ok func(*item) bool) *item {
	for _, it := range s.items {
		if ok(it) {
			return it
		}
	}
	return nil
}

// confirm takes the id of the piece that was committed first and has none yet.
func (s *realtimeStream) confirm(id string) {
	it := s.find(func(it *item) bool { return !it.confirmed && !it.final })
	if it == nil {
		return
	}
	if it.id != id { // what was heard early was of another
		it.id, it.text = id, ""
	}
	it.confirmed = true
}

// of is the item that an event with id is about, nil for none.
func (s *realtimeStream) of(id string) *item {
	if id != "" {
		if it := s.find(func(it *item) bool { return it.id == id }); it != nil {
			return it
		}
	}
	it := s.find(func(it *item) bool { return !it.final && it.id == "" })
	if it == nil && id == "" {
		it = s.find(func(it *item) bool { return !it.final })
	}
	return it
}

// add appends to the text of a piece.
func (s *realtimeStream) add(id, delta string) {
	it := s.of(id)
	switch {
	case it == nil && s.open:
		if s.early.id != id {
			s.early = item{id: id}
		}
		it = &s.early
	case it == nil || it.final:
		return
	case it.id == "":
		it.id = id
	}
	if len(it.text)+len(delta) <= maxReply {
		it.text += delta
	}
}

// complete has the whole text of a piece.
func (s *realtimeStream) complete(id, text string) {
	it := s.of(id)
	if it == nil {
		it = s.find(func(it *item) bool { return !it.final && !it.confirmed })
	}
	if it == nil {
		return // of nothing that anybody waits for
	}
	it.text, it.final, it.confirmed = text, true, true
	s.fails, s.failure = 0, nil
	kept := s.items[:0]
	for _, other := range s.items {
		if !other.void || !other.final {
			kept = append(kept, other)
		}
	}
	clear(s.items[len(kept):])
	s.items = kept
}

// text is the utterance's so far.
func (s *realtimeStream) text() string {
	var all []string
	for _, it := range s.items {
		if !it.void {
			all = append(all, it.text)
		}
	}
	return strings.Join(strings.Fields(strings.Join(append(all, s.early.text), " ")), " ")
}

// whole says whether the text of all that was committed is known.
func (s *realtimeStream) whole() bool {
	return s.find(func(it *item) bool { return !it.void && !it.final }) == nil
}
