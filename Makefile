# make run    build all and start it for development: open the addresses it prints
# make test   everything that tests it, with what the tests need
# make help   the rest

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

export GOFLAGS := -tags=nolibopusfile

build_packages := gcc g++ pkg-config libopus-dev flite1-dev libpocketsphinx-dev libsphinxbase-dev \
	pocketsphinx-en-us libwebrtc-audio-processing-dev
test_packages := $(build_packages) chromium firefox-esr

web_sources := $(shell find webclient -type f -not -path '*/node_modules/*' -not -path '*/dist/*' \
	-not -path '*/e2e/*' -not -path '*/test/*' -not -name '*.go' 2>/dev/null)
say = @printf '== %s\n'

.PHONY: run build test deps test-deps web check test-go test-web ui e2e bench bench-agent bench-speech faults figures fuzz clean help

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build and start a server for development (ARGS: more flags)
	@exec bin/relevo serve --dev $(ARGS)

build: deps web ## bin/relevo, with the pages in it
	$(say) 'go build (the first time takes a few minutes)'
	@go build -o bin/relevo ./cmd/relevo

deps: ## the system packages that a build needs
	@.ci/apt $(build_packages)

test-deps:
	@.ci/apt $(test_packages)

# npm writes this file when it has installed all.
webclient/node_modules/.package-lock.json: webclient/package-lock.json
	$(say) 'npm ci'
	@cd webclient && npm ci --no-audit --no-fund
	@touch $@

web: .cache/web.stamp ## the pages, when their sources have changed

.cache/web.stamp: webclient/node_modules/.package-lock.json $(web_sources)
	$(say) 'building the pages'
	@cd webclient && npm run --silent build
	@mkdir -p .cache && touch $@

test: test-deps check test-go test-web e2e ## everything
	$(say) 'all tests passed'

check: deps web ## format and vet
	$(say) 'gofmt, go vet'
	@files=$$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 -r gofmt -l); \
	if [ -n "$$files" ]; then echo "not formatted (gofmt -w):"; echo "$$files"; exit 1; fi
	@go vet ./...

test-go: deps web ## Go tests under the race detector
	$(say) 'go test -race ./...'
	@go test -race -timeout 20m ./...
	$(say) 'the long tables of the agent, without the race detector'
	@go test -timeout 10m ./agentbot ./agentbot/echo
	$(say) '1000 random schedules of takeover, return, loss and reconnects'
	@RELEVO_SCHEDULES=1000 go test -timeout 10m -run TestRandomSchedules ./signaling/call
	$(say) 'kill -9 of a desk at 100 random moments'
	@RELEVO_KILLS=100 go test -timeout 10m -run TestKill ./signaling/desk
	$(say) 'kill -9 of relevo serve under a crowd'
	@RELEVO_KILLS=10 go test -timeout 10m -run TestKillAcknowledged ./cmd/relevo

test-web: web ## the pages' unit tests
	$(say) 'web unit tests'
	@cd webclient && npm run --silent test

# The pages' pictures and their accessibility depend on the pages alone.
ui: .cache/ui.stamp ## pictures and accessibility of every state, when the pages have changed

.cache/ui.stamp: .cache/web.stamp $(shell find webclient/test webclient/vitest.ui.config.ts -type f -not -path '*/out/*' 2>/dev/null) | test-deps
	$(say) 'the pages in a browser: pictures, accessibility'
	@cd webclient && npm run --silent test:ui
	@mkdir -p .cache && touch $@

e2e: test-deps build ui ## the story in real browsers, against bin/relevo
	$(say) 'end to end in real browsers (a few minutes)'
	@cd webclient && npm run --silent e2e

bench: deps web ## benchmarks of the forwarding path and its neighbours
	@go test -run '^$$' -bench . -benchmem ./sfu/... ./signaling/... ./agentbot/... ./transcripts/...

faults: deps ## the longest silence heard of each way in which an engine can fail
	@go test -count=1 -run TestFaultMatrix -v ./agentbot | grep -oE 'FAULT .*|^(ok|FAIL).*'

figures: build ## the figures in the README, on this machine
	@bin/relevo simulate --self --calls 50 --duration 60s

bench-agent: build ## what callers notice of the voice agent, by recorded conversations
	@bin/relevo bench agent

bench-speech: deps ## the recorded conversations anew, after a change of their texts
	@go run ./agentbot/bench/record agentbot/bench/corpus/data

fuzz: deps web ## each fuzz target for FUZZTIME (10s)
	@.ci/fuzz $(or $(FUZZTIME),10s)

clean: ## what builds leave behind, but not the data
	rm -rf bin .cache webclient/node_modules
	find webclient/dist -mindepth 1 -not -name .keep -delete
