package transcripts

import "context"

// Searcher finds calls by what was said and typed in them, and by who did. A
// store that can search implements it.
type Searcher interface {
	// Search returns the newest entry of each call that has all words of query, in
	// what is said or in the speaker's name, newest first, limit at most (0 = 50).
	// A word stands for all that begin with it; case and accents do not count.
	// What is between words does not either. A query without words finds nothing.
	Search(ctx context.Context, query string, limit int) ([]Entry, error)
}
