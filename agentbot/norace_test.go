//go:build !race

package agentbot

const racing = false
