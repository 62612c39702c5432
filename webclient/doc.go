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
//
// # What is asked of the pages, and what tests it
//
// Clause by clause: where it is, and tests that fail where it does not hold. A name is
// test/<file>.test.ts or e2e/<file>.test.mjs, then words of a test, a step or a picture in
// it; test/clauses.test.ts sees that they are there.
//
//	INBOX
//	filters
//		app/console/inbox.ts callspane.tsx
//		inbox#only what there is can be chosen
//		ui/desk#the desk
//	search over all text, live and past, to the line
//		app/console/inboxmodel.ts lists.tsx
//		inbox#waits until one has typed, asks once
//		attention#live calls are found by who calls
//		ui/desk#desk-4b-found
//		e2e/desk-agent#finds it again by its words
//	who waits first, as in the line
//		app/console/inbox.ts
//		inbox#who waits first, as in the line
//		desk#the line: front first, then rank
//	orange dot, priority, wait, mood, language, last line
//		app/console/callspane.tsx
//		ui/desk#desk-1-inbox
//	countdown of the deadline, by words and icon too
//		app/console/callspane.tsx attention.ts
//		attention#a warning goes by itself, a breach
//		ui/desk#desk-10b-alert
//		e2e/desk-caller#the desk sees the deadline come and pass
//	call-backs, and what has ended
//		app/console/lists.tsx
//		ui/desk#desk-3-callbacks
//		ui/desk#desk-5b-past
//		e2e/desk-caller#the desk finds the number
//	2,000 calls, 10,000 entries
//		app/shared/virtual.ts transcript.tsx
//		inbox#10,000 turns of many heights
//		ui/desk#10,000 entries and 2,000 calls
//	CALL
//	who said what in colour and shape; backlog, then live
//		app/shared/transcript.tsx turns.ts
//		app#gathers one speaker's lines to a turn
//		app#a milestone from before the backlog
//		ui/states#console
//	jump to where the AI failed
//		app/console/deskcall.ts
//		attention#one goes from failure to failure
//	brief, facts, suggestions by click or key
//		app/console/copilot.tsx
//		copilot#shows suggestions to who holds the call only
//		copilot#tells a handoff's brief
//		app#suggestions are taken by their number
//	audio levels; video and screen tiles
//		app/console/side.tsx
//		ui/states#console
//		e2e/modes#the caller's camera is seen at the desk
//		e2e/modes#the shared screen is seen beside the camera
//	listen; take over in one's own voice or the AI's
//		app/console/deskcall.ts dock.tsx
//		call#desk: listens, takes over, holds, hands back
//		e2e/modes#in the agent's voice: words come
//		e2e/desk-agent#takes one from the line in the AI's voice
//	guide the AI; or write to the caller, which takes over
//		app/console/dock.tsx
//		ui/desk#desk-13-choice
//		e2e/desk-agent#guides the AI
//		e2e/desk-agent#the first message takes the call
//	whisper, barge in
//		app/console/dock.tsx
//		ui/desk#a colleague's call: listen, whisper
//		e2e/desk-team#whispers: the agent hears it
//		e2e/desk-team#barges in: the caller hears both
//	consult, hand over, transfer
//		app/console/sheets.tsx dock.tsx
//		ui/desk#desk-10-consulting
//		e2e/desk-team#a colleague is consulted
//		e2e/desk-team#a transfer: the AI keeps
//	hand back, end
//		app/console/dock.tsx
//		e2e/desk-keys#hands back
//		e2e/desk-agent#ends it for everybody
//	notes, tags, disposition, wrap-up form
//		app/console/wrapup.tsx wrapupmodel.ts side.tsx
//		wrapup#has the desk's clock
//		wrapup#is there without a clock
//		wrapup#half written when the time is over
//		e2e/desk-keys#wraps up
//	ready replies
//		app/console/dock.tsx admin/canned.tsx
//		ui/desk#desk-8-canned
//		e2e/desk-keys#saves a ready reply of their own
//	the picture of who has the call, at the caller
//		app/console/admin/profile.tsx picture.ts
//		admin#pictures: the middle square
//		e2e/desk-admin#their picture is at the caller
//	DESK
//	presence, n of capacity, take the next, take this one
//		app/console/presence.tsx request.tsx
//		ui/desk#desk-1-inbox
//		ui/desk#desk-17-waiting
//		e2e/desk-keys#is away, and available again
//	what rings: accept and decline, also while typing
//		app/console/offercard.tsx
//		inbox#an offer is answered while one types
//		ui/desk#desk-6-offer
//		e2e/desk-team#it rings at one of them, who declines
//	sound, notification, badge: switches, help, until seen
//		app/console/notify.ts attention.ts sheets.tsx
//		inbox#grows until it is seen
//		inbox#each can be switched off
//		attention#the operator's setting holds until one chooses
//		ui/desk#desk-14-notifications
//		e2e/desk-agent#with sound, notifications and badge switched off
//	keyboard for everything; palette; keys shown by ?
//		app/console/shortcuts.ts actions.ts help.tsx
//		app#the help names each command once
//		inbox#the palette has what can be done now
//		e2e/desk-keys#a day by the keyboard
//		ui/admin#the keyboard reaches everything
//	wallboard, live list, listen, whisper, barge in, assign
//		app/console/admin/wallboard.tsx request.tsx
//		e2e/desk-team#the supervisor's wallboard
//		e2e/desk-team#the supervisor assigns the next request
//		ui/desk#desk-17-waiting
//	reports with charts and CSV
//		app/console/admin/reports.tsx charts.tsx
//		admin#an axis ends above what it shows
//		e2e/desk-admin#the report has the call
//	settings, checked as typed; audit log
//		app/console/admin/settings.tsx form.ts audit.tsx
//		admin#is checked once, after a pause
//		ui/admin#are checked as typed, saved
//		e2e/desk-admin#the audit log has all of it
//	public link
//		app/console/admin/settings.tsx
//		e2e/desk-admin#the public link: anybody who has it calls
//	login, roles, sessions that can be ended
//		app/console/login.tsx admin/sessions.tsx
//		admin#pages are for roles
//		e2e/desk-admin#a session is ended
//	CALLER
//	place and wait, cancel
//		app/caller
//		ui/desk#the caller waits, is asked, and finds nobody
//		e2e/desk-caller#reads and hears the place
//		e2e/desk-caller#ends the request by its button
//	asked whether to wait on: text, button, voice
//		app/caller
//		ui/desk#wait-2-question
//		e2e/desk-caller#by text, button and voice
//	out of hours: the reply, a call-back
//		app/caller/over.tsx
//		ui/desk#wait-3-over
//		e2e/desk-caller#out of hours: the reply is read and heard
//	either side ends the live chat
//		app/caller app/console/dock.tsx
//		e2e/desk-agent#the caller ends the live chat
//	there and back twice, one log
//		sdk
//		e2e/thereandback#there and back twice, with one log
//	ALL PAGES
//	every word from language files; Hebrew, right to left
//		app/lang app/shared/i18n.ts
//		i18n#have no words of their own
//		i18n#have the same keys
//		e2e/desk-admin#in Hebrew, from right to left
//	axe finds nothing: light, dark, phone, Hebrew
//		test/ui/browser.ts
//		ui/states#console
//		ui/desk#the desk
//		ui/admin#each page
package webclient
