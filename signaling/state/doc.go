// Package state keeps small durable facts: used tokens, answers to repeated requests.
package state
