// Package semantic lets a knowledge base be searched by meaning as well as by
// words: what a caller says in words of their own is found where it is near, in a
// model's vectors, to a passage or to a question that the passage answers.
//
//	Source ──look every 2 s──▶ texts that are new ──Embedder, 64 at a time──▶ space (swapped whole)
//	                                                                            │
//	turn: View(base, queries) ──Embedder, Config.Wait at most──▶ nearness ──▶ confidence ─┐
//	                                       words: base.Search ────────────▶ confidence ─┴▶ fused
//
// # Vectors
//
// A passage has one for its title and text and one for each of its questions, the
// first eight. They are kept in memory by the hash of their text, so that a
// folder that is loaded anew has only what is new in it embedded, and what is gone
// is forgotten. Until the vectors of a base are there, it is searched by words.
//
// # Confidence
//
// How near two texts are says nothing by itself: of one model 0.3 is near, of
// another 0.8 is far. So each base is measured with questions:
//
//	far   how near three quarters of some questions come that no business is asked (probes.go)
//	near  how near half of the base's own questions come to the passage that answers them, not counting themselves
//
// Nearness far is a confidence of 0.15, which is no answer, and near one of 0.75;
// between and beyond them it is a line, up to 0.9. Where far and near do not differ, the
// model does not tell the base's subjects from any others, and words decide alone.
// So they do where a base has no questions.
//
// Words and meaning are fused by their confidences: half of the higher and half
// of their mean. Either of them finds what the other misses; what one finds barely
// and the other not at all is no answer. A passage about a thing by name counts
// half for a question about another, near as they are.
//
// # Failures
//
// A turn waits Config.Wait at most, and not at all for half a minute after three
// turns in a row without an answer in time. The log is told when meaning is lost
// and when it is back, and nothing of what was said.
//
// # Goroutines and locks
//
// One goroutine embeds; Close joins it. The space is an atomic pointer to what
// does not change any more. A lock is held to note how the endpoint is, never
// across a request.
package semantic
