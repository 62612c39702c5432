//go:build race

package echo

// racing: the race detector makes signal processing many times slower and finds
// nothing in what one goroutine does alone.
const racing = true
