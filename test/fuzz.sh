#!/bin/sh
# Runs every fuzz target of the tree, one after the other: those of the wire formats, which strangers write,
# for the first time given, the others for the second. A crash leaves its input in the package's
# testdata/fuzz, where it stays as a test.
set -eu
cd "$(dirname "$0")/.."
wire=${1:-10s}
rest=${2:-$wire}
ran=0
for dir in $(git grep -lE '^func Fuzz[A-Z]' -- '*_test.go' | xargs -n1 dirname | sort -u); do
	case $dir in
	core/clixml | core/psrp | core/wsman) time=$wire ;;
	*) time=$rest ;;
	esac
	for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/^func //' | sort -u); do
		echo "fuzz ./$dir $target for $time"
		go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
		ran=$((ran + 1))
	done
done
echo "$ran fuzz targets passed"
[ "$ran" -gt 0 ]
