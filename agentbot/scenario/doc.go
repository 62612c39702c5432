// Package scenario reads conversations with exact times from files that people
// can read, and judges them on a stage.
//
//	file ──Parse──▶ Settings ─ Steps at their times ─ Expects
//	                   │            │                    │
//	                   ▼            ▼                    ▼
//	                Rule.Set     Rule.Do            Rule.Check ─▶ what is wrong, by line
//
// A stage is whatever is tested: package agentbot's tests have the agent alone,
// cmd/relevo's the whole server. Each has its own Language, a list of rules; the
// form of the files is the same. agentbot/testdata/scenarios/README.md describes
// both.
//
// It is for tests: no goroutine, no state, and nothing of the product imports it.
package scenario
