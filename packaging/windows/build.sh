#!/usr/bin/env bash
# What `make windows` does: builds the window and the command line for Windows (x64) into build/windows, with the
# icon, the version and a manifest: which versions of Windows they know, so that Windows tells them its real one;
# sharp on screens of any resolution; and no more rights than whoever starts them.
#
#   packaging/windows/build.sh [tenantry|tenantry-cli]     only one of them
set -euo pipefail
cd "$(dirname "$0")/../.."

winres=github.com/tc-hib/go-winres@v0.3.3
version=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' assets/version.go)
resources=resources_windows_amd64.syso # go build links a file of this name that it finds beside main.go
trap 'rm -f cmd/tenantry/$resources cmd/tenantry-cli/$resources' EXIT

# build compiles one program; the rest are variables of the environment and flags of go build.
build() {
	local program=$1
	shift
	go run "$winres" make --in "packaging/windows/$program.json" --out "cmd/$program/resources" --arch amd64 \
		--product-version "$version" --file-version "$version"
	mkdir -p build/windows
	env GOOS=windows GOARCH=amd64 "$@" -o "build/windows/$program.exe" "./cmd/$program"
	echo "build/windows/$program.exe"
}

want=${1:-all}
case $want in
all | tenantry-cli) build tenantry-cli CGO_ENABLED=0 go build -ldflags '-s -w' ;;
esac
case $want in
all | tenantry)
	build tenantry CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc go build -tags migrated_fynedo,no_animations -ldflags '-H windowsgui -s -w'
	;;
esac
