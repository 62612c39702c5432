// Package arpa makes trigram language models from sentences and writes them in
// the ARPA format that speech recognisers read.
//
//	sentences ─► counts of 1-, 2-, 3-grams ─► absolute discounting ─► ARPA text
//
// A model of order n takes from each n-gram's count a constant D (per order,
// from the counts of counts: n1/(n1+2·n2), as Ney and others give it) and
// leaves what is taken to the next lower order by a back-off weight, so that
// for every history the probabilities of all words add up to one:
//
//	p(w|h) = (c(hw) − D) / c(h)        where hw was seen
//	       = bow(h) · p(w|h')           else, h' being h without its first word
//
// Unigrams give theirs evenly to the whole vocabulary, so that a word given
// only as vocabulary can be recognised too. Everything is pure and the output
// is the same for the same input, whatever its order in memory.
package arpa
