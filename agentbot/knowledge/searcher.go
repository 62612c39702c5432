package knowledge

import "context"

// Searcher finds passages. A Base searches by words.
type Searcher interface {
	Search(query string, k int) []Hit
}

// Meaning searches by meaning as well as by words; see package semantic.
type Meaning interface {
	// View makes ready for a turn in which base is searched for queries. It
	// takes a bounded time, and where meaning cannot be had, the view is the base
	// itself; so is it for other queries.
	View(ctx context.Context, base *Base, queries ...string) Searcher
}

var _ Searcher = (*Base)(nil)
