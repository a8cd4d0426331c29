# ASM, the Attack Surface Manager. `make` alone tells what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build web run test lint test-go test-web test-browser bench release example-scans reference clean

export CGO_ENABLED := 0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
WEB_SOURCES := $(shell find web/src web/public web/scripts -type f 2>/dev/null) $(wildcard web/*.html web/*.ts web/package-lock.json internal/api/*.graphql)

help: ## tell what there is to make
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: web/dist/app/index.html ## build the web app and the binary: bin/asm
	go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/asm ./cmd/asm

web: web/dist/app/index.html

web/dist/app/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error

run: build ## build and start the demo on http://127.0.0.1:8000, kept in ./asm-demo
	bin/asm serve --demo --data asm-demo

test: ## install what tests need, then lint and run every test
	scripts/install-test-dependencies.sh
	$(MAKE) --no-print-directory lint test-web
	$(MAKE) --no-print-directory build
	scripts/with-postgres.sh $(MAKE) --no-print-directory test-go test-browser

lint: web/node_modules/.package-lock.json ## check the form of Go and web sources
	@unformatted=$$(git ls-files '*.go' | xargs gofmt -l); if [ -n "$$unformatted" ]; then echo "gofmt is needed for:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	cd web && npm run --silent check

test-go: ## run the Go tests
	go test ./...

test-web: web/node_modules/.package-lock.json ## run the web app's unit tests
	cd web && npm run --silent test

test-browser: build ## walk through the product in a real browser
	cd test/browser && npm ci --no-audit --no-fund --loglevel=error && npm test --silent

bench: ## run the benchmarks behind docs/performance.md
	scripts/with-postgres.sh go test -run '^$$' -bench . -benchmem -benchtime 1s ./internal/...

release: web ## build the binaries of a release into dist/, with checksums
	scripts/make-release.sh $(VERSION)

example-scans: ## scan the weak programs in examples/ anew, with the real scanners
	scripts/make-example-scans.sh

reference: ## write docs/reference anew from the schema and the program's help
	go test ./internal/api ./cmd/asm -run Reference -update

clean: ## remove what was built
	rm -rf bin web/dist/app web/node_modules test/browser/node_modules test-output
