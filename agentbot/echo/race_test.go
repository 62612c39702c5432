//go:build race

package echo

// racing: the race detector makes signal processing many times slower; fewer
// calls are enough to find a race.
const racing = true
