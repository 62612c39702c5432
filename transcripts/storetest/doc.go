// Package storetest is the suite that every transcripts.Store passes. A store's
// test calls Run; what Run checks is the contract, and where the text of the
// interface and this suite differ, the suite is wrong.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) transcripts.Store { … })
//	}
//
// The property test drives the store and a naive model (a map of slices) with
// the same random operations and compares every answer.
package storetest
