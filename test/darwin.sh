#!/usr/bin/env bash
# What `make darwin` does on any system: builds the command line for macOS, compiles every test that needs no
# Apple SDK, and checks the types of the rest, the window among it. The window itself is built on a Mac, with
# `make build`.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0

for arch in arm64 amd64; do
	echo "Command line for darwin/$arch: build/darwin/tenantry-cli-$arch"
	GOOS=darwin GOARCH=$arch go build -o "build/darwin/tenantry-cli-$arch" ./cmd/tenantry-cli
done

# What can be compiled without cgo: everything but what draws, and the tests that do not look at a real window.
packages=$(GOOS=darwin GOARCH=arm64 go list ./assets/... ./core/... ./cmd/tenantry-cli/...)
for arch in arm64 amd64; do
	echo "Vetting $(wc -w <<<"$packages") packages and their tests for darwin/$arch"
	# shellcheck disable=SC2086 # a list
	GOOS=darwin GOARCH=$arch go vet $packages
done
echo "Linking their tests for darwin/arm64"
# shellcheck disable=SC2086 # a list
GOOS=darwin GOARCH=arm64 go test -vet=off -exec true $packages | sed '/^ok /d; /no test files/d' # not run

echo "Checking the types of everything, the window included, for darwin/arm64"
env -u CGO_ENABLED go test -count=1 -v -run '/darwin' ./test/platforms | sed '/^=== /d'
echo "Not checked here: that the window compiles with Apple's SDK, and links. Run make build on a Mac for that."
