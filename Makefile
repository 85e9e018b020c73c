# Tenantry. `make` alone lists what can be made.

# migrated_fynedo: the toolkit need not check which goroutine calls. no_animations: a blinking cursor alone
# keeps a third of a processor busy where there is no graphics card.
TAGS        := x11,migrated_fynedo,no_animations
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# For the decoders of the wire formats, and for all others.
FUZZTIME    ?= 10s
FUZZREST    ?= 3s
# How long the soak lasts, and how often it kills.
SOAK        ?= 30m
KILLS       ?= 1000
PLATFORMS   := linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64

.DEFAULT_GOAL := help
.PHONY: help run build test unit lint fuzz cross windows test-windows darwin e2e frames faults bench soak golden clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## open the window on the sample partner (without a display: in a virtual one, with a screenshot and the table)
	@packaging/setup.sh run
	@test/e2e/run.sh

build: ## build the window and the command line into build/
	@packaging/setup.sh build
	go build -tags $(TAGS) -o build/ ./cmd/tenantry
	CGO_ENABLED=0 go build -o build/ ./cmd/tenantry-cli

test: ## install what is missing, then every check a change must pass
	@packaging/setup.sh test
	@$(MAKE) --no-print-directory lint
	@TENANTRY_REQUIRE_KDC=$$(command -v apt-get) $(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory -j2 -O cross fuzz
	@echo "All of it passed."

unit: ## every test with the race detector, the real window and the secret store among them
	go test -race -tags $(TAGS) -timeout 30m ./...

lint: ## formatting, vet, staticcheck
	@unformatted=$$(git ls-files '*.go' | xargs gofmt -l); if [ -n "$$unformatted" ]; then echo "Not formatted: $$unformatted"; exit 1; fi
	go vet -tags $(TAGS) ./...
	go run $(STATICCHECK) -tags $(TAGS) ./...

fuzz: ## every fuzz target: FUZZTIME (10s) for the wire formats, FUZZREST (3s) for the others
	@test/fuzz.sh $(FUZZTIME) $(FUZZREST)

cross: ## the command line for every system, without cgo
	@for p in $(PLATFORMS); do \
		echo "build cmd/tenantry-cli for $$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build -o build/cross/tenantry-cli-$${p%/*}-$${p#*/} ./cmd/tenantry-cli || exit 1; \
	done

windows: ## build the window and the command line for Windows into build/windows
	@packaging/setup.sh windows
	@packaging/windows/build.sh

test-windows: ## try both for Windows, and what lies below them, in Wine; screenshots in build/screens
	@packaging/setup.sh windows-test
	@test/windows/run.sh

darwin: ## build the command line for macOS, and check what else can be checked without a Mac
	@test/darwin.sh

e2e: ## only the stories in the real window, with their screenshots in build/screens
	@packaging/setup.sh test
	go test -tags $(TAGS) -count=1 -timeout 30m -v ./test/e2e/...

frames: ## scroll a million rows in the real window: what each frame costs (also in build/frames.csv), and that memory stays
	@packaging/setup.sh test
	@mkdir -p build
	TENANTRY_FRAMES=$(CURDIR)/build/frames.csv go test -tags $(TAGS) -count=1 -v -run '^TestScrolling$$' ./test/frames

faults: ## what each fault does at each step of a session, as a table (also in build/faults.txt)
	@mkdir -p build
	@TENANTRY_FAULTS=$(CURDIR)/build/faults.txt go test -count=1 -run '^TestEachFaultAtEachStep$$' ./test/faults >build/faults.log || { cat build/faults.log; exit 1; }
	@cat build/faults.txt

bench: ## speed, each figure beside its yardstick
	go test -run '^$$' -bench . -benchmem -tags $(TAGS) ./core/... ./gui/... ./test/bench/... ./test/frames

soak: ## SOAK (30m) of runs while the partner fails, and KILLS (1000) kills: nothing is left behind
	TENANTRY_SOAK=$(SOAK) TENANTRY_KILLS=$(KILLS) go test -count=1 -timeout 12h -v ./test/soak

golden: ## write the golden files anew; read the difference before you commit it
	TENANTRY_UPDATE=1 go test -count=1 -tags $(TAGS) ./core/... ./cmd/... ./gui/...

clean: ## remove what was built
	rm -rf build dist
