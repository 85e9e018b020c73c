#!/usr/bin/env bash
# What `make test-windows` does: builds everything for Windows, then tries it in Wine, from the registry and the
# Credential Manager up to the window. It says how many seconds went by.
set -euo pipefail
cd "$(dirname "$0")/../.."

step() {
	echo "[${SECONDS}s] $*"
}

# tests runs tests in a Windows.
tests() {
	# shellcheck disable=SC2046 # two flags
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go test -count=1 -timeout 10m $(test/windows/wine.sh --flags) "$@"
}

step "Building the command line, and the window beside what follows. The first time it takes a few minutes."
packaging/windows/build.sh tenantry-cli
mkdir -p build/windows
nice packaging/windows/build.sh tenantry >build/windows/window.log 2>&1 &
window=$!
trap 'kill "$window" 2>/dev/null || true' EXIT

step "What is below them: every test of core"
export TENANTRY_WINDOWS_LANGUAGE=en-US
tests ./core/...

step "The same computer with each Windows, and in Dutch"
for version in win7 win81 win11 win2008r2 win2025; do
	TENANTRY_WINDOWS_VERSION=$version tests ./core/preflight/here
done
TENANTRY_WINDOWS_LANGUAGE=nl-NL tests -run Detect ./core/wording

step "The command line: every test of it, but two that start it hundreds of times for what is alike everywhere"
# Built like the tests, see wine.sh: it removes its folders in the way that Wine 8 knows.
cli=$PWD/build/wine/cli/tenantry-cli.exe
# shellcheck disable=SC2046 # two flags
GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build $(test/windows/wine.sh --flags | sed 's/^-exec=[^ ]* //') -o "$cli" ./cmd/tenantry-cli
TENANTRY_CLI="Z:${cli//\//\\}" tests -timeout 30m -skip '^(TestEveryOperatorOnEveryType|TestShapingTwentyThousandRows)$' ./cmd/tenantry-cli

step "The window is built to its end"
wait "$window" || {
	cat build/windows/window.log
	exit 1
}

step "A person with Windows: the command line and the window"
TENANTRY_WINDOWS_PROGRAMS=$PWD/build/windows go test -count=1 -timeout 20m -v ./test/windows

step "All of it passed."
