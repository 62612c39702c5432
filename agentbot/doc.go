// Package agentbot is the AI agent of a call.
package agentbot
