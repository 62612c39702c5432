// Package webclient carries the web pages and the TypeScript SDK inside the
// binary.
//
//	index.html, app/caller      the caller page, served at /
//	console/, app/console       the human agents' console, served at /console
//	sdk/                        RelevoCall and CallList, without a framework
//	test/, e2e/                 tests: scripted server; real server
//
//	npm run build ──► dist/ ──go:embed──► FS() ──► signaling's HTTP edge
//
// The Go side holds no goroutine and no lock. dist is built by npm and not
// kept in git but for dist/.keep, so that Go builds without a web build: FS is
// then without index.html, and whoever serves it says so.
//
// The pages run under a policy of 'self' only: no inline code or style, no
// request to anybody else.
package webclient
