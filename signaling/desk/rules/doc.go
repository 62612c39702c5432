// Package rules gives a handoff its priority from what is known about the
// caller and the call: a customer segment, words, reasons, languages, members
// of the app's metadata. It is pure.
//
//	[]Rule (form, store) ──Check──► Problems, a field each
//	     │ Compile
//	     ▼
//	    Set ──Priority(Facts)──► P1…P4, and the name of the rule that said so
//
// Rules are tried in their order and the first that matches decides, so that
// one can say why a call has the priority it has. A rule matches where each of
// its conditions does; a condition lists what it may be, any of which will do.
// A rule without a condition is an error, not one for everybody.
//
// Words are found whole, in any case, also several in a row ("bank account")
// with any space or punctuation between them. In scripts that are written
// without spaces a word is found anywhere. What the app says counts before the
// rules; what an agent says later counts before both: neither is this package's
// business.
package rules
