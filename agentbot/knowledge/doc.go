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
//	language: en
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
// by edit distance, or joined with its neighbour; each costs a little. A thesaurus
// of what callers of any business call the same thing (thesaurus.go) helps words that
// the base does not know; words that say little of a subject count little where it
// does not know them.
//
// People say why they ask before they do: the ends of a question, after a mark or
// from a word that begins one, are searched by themselves too (clause.go).
//
// # Languages
//
// Each passage belongs to a language, the one that its file's front matter says,
// else the one that the whole file's text tells: by script, or by words of
// grammar, which are a third of any running text (a single passage may be too
// short for that, a caller's question surely is). There is one index a language;
// a question is read by the rules of each of them and the best scores of all
// win, so that nobody needs to know what language a caller speaks. English, German and Spanish are stemmed;
// other languages with spaces are matched word by word.
//
// Chinese, Japanese and Korean are indexed by overlapping pairs of characters,
// which needs no dictionary and bears words that none has. Phrases of grammar
// ("请问", "ですか") part a run before it is paired. A pair that the base does not
// know is most often no word but the seam of two: it counts by those of its
// characters that no known pair beside it explains, so that a question about
// something else stays low and one with seams does not. Sound is not compared,
// and traditional characters are not simplified.
//
// # Reloading
//
// A Watcher looks at its folder every two seconds (names, sizes, modes, times of
// change; no notification of a file system works on all mounts) and loads it
// when it has changed and rests between two looks:
//
//	folder ──look, rests──▶ Load ──ok──▶ atomic swap ──▶ Base() of the next turn
//	                          └─ fails: the old base stays; said once in the log, tried again at each look
//
// One goroutine, joined by Close; no lock. What a recogniser was told to expect
// when the server began (Sentences, Names) stays as it is until the next start.
//
// A Base never changes after Load and may be used by many goroutines.
package knowledge
