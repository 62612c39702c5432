package auth

import (
	"sync"
	"time"
)

const familiarFor = 30 * 24 * time.Hour // since somebody last logged in from there

// familiar knows from where each identity has logged in before. Wrong passwords
// from anywhere else do not shut these places out: otherwise anybody could keep
// anybody from logging in, by failing in their name. It remembers a bounded
// number of places, and forgets those first that were used longest ago.
type familiar struct {
	most int

	mu     sync.Mutex           // guards below; never held across anything that waits
	places map[string]time.Time // who and where together: the last login
}

func newFamiliar(most int) *familiar {
	return &familiar{most: most, places: make(map[string]time.Time)}
}

func (f *familiar) add(place string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last, known := f.places[place]; known && last.After(at) {
		return
	} else if !known && len(f.places) >= f.most {
		f.forget()
	}
	f.places[place] = at
}

func (f *familiar) has(place string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	last, known := f.places[place]
	return known && time.Since(last) < familiarFor
}

func (f *familiar) forget() {
	var oldest string
	var since time.Time
	for place, last := range f.places {
		if oldest == "" || last.Before(since) {
			oldest, since = place, last
		}
	}
	delete(f.places, oldest)
}
