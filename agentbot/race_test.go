//go:build race

package agentbot

// racing: under the race detector everything takes several times as long, so
// the long tables run in part; make test runs them whole without it.
const racing = true
