// Package knowledge is what an agent knows: a folder of Markdown, cut into
// passages and searched by what a caller said.
//
//	*.md ──parse──▶ passages ──index──▶ Base
//	                                      │  Search("how much is the acme tron")
//	caller's words ─▶ stems ─▶ terms of the index (exact, sounds alike, misheard, split) ─▶ scores 0 to 1
//
// # Writing
//
// A file is a topic. Its first heading is the topic's title; the text under it
// and under each further heading is a passage. The first paragraph of a passage
// is written to be spoken: one to three short sentences. A list under a heading
// "Questions" holds what callers ask about the passage before it; it is never
// spoken, makes the search better, and teaches the local ASR the words. Front
// matter may name things that are words of no dictionary, such as products:
//
//	---
//	names: Acmetron, Acmetron Pro
//	---
//
// A file called _synonyms.md holds lists of words that mean the same here.
//
// # Searching
//
// The index is in memory and our own, on purpose: a knowledge base of a call
// centre is some hundred passages, ASR text needs matching that full-text
// engines do not have (sounds alike, split names), and the score must be a
// confidence that means the same for every question. SQLite's FTS5 ranks but
// gives no such score; bleve would be most of the binary. Stemming is Snowball's
// (blevesearch/snowballstem).
//
// A score is made of two parts. Coverage is the share of the question's
// information (inverse document frequency, as in BM25, with saturating term
// frequency) that the passage accounts for; words that the whole base does not
// know count as much as rare ones, so a question about something else stays low.
// Likeness compares with the passage's own questions. A word of the question
// matches a term of the base exactly, by synonym, by sound (a coarse metaphone),
// by edit distance, or joined with its neighbour; each costs a little.
//
// A Base never changes after Load and may be used by many goroutines.
package knowledge
