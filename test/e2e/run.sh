#!/bin/sh
# What `make run` does: opens the window on the sample partner. Without a display it plays the first report
# in a virtual one, as a person would with mouse and keyboard, then prints the table that was saved and says
# where the picture is.
set -eu
cd "$(dirname "$0")/../.."
tags=x11,migrated_fynedo,no_animations

if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
	echo "Building Tenantry and opening it on the sample partner. The first build takes a few minutes."
	exec go run -tags "$tags" ./cmd/tenantry --sample
fi

echo "No display here: playing the first report in a virtual one."
go test -count=1 -tags "$tags" -timeout 15m -run '^TestFirstReport$' ./test/e2e
go run ./cmd/tenantry-cli open build/screens/first-report.csv --columns DisplayName,PrimarySmtpAddress,ProhibitSendQuota --limit 20 --format table
echo "Saved by the window: build/screens/first-report.csv"
echo "Its picture:         build/screens/first-report.png"
