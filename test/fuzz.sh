#!/bin/sh
# Runs every fuzz target of the tree, as many beside each other as there are processors, one worker each: those
# of the wire formats, which strangers write, for the first time given, the others for the second. A crash
# leaves its input in the package's testdata/fuzz, where it stays as a test. Inputs are made shorter for twenty
# tries each: Go would spend up to a minute on every one that is new, which is all the time there is.
set -eu
cd "$(dirname "$0")/.."

# fuzz.sh one <folder> <target> <time>: one target, its words kept together.
#
# Up to Go 1.26 a target can fail with nothing but "context deadline exceeded" at the very end of its time,
# because the end of the time races with the workers (go.dev/issue/75804). No input failed then: one that does
# is always written down. Whatever else fails, fails.
if [ "${1:-}" = one ]; then
	said=$(mktemp)
	trap 'rm -f "$said"' EXIT
	if go test "./$2" -run '^$' -fuzz "^$3\$" -fuzztime "$4" -fuzzminimizetime 20x -parallel 1 >"$said" 2>&1; then
		printf 'fuzz ./%s %s for %s\n%s\n' "$2" "$3" "$4" "$(tail -n 3 "$said")"
	elif grep -qx ' *context deadline exceeded' "$said" && ! grep -qE 'Failing input|panic|seed corpus entry|hung or terminated|build failed' "$said"; then
		printf 'fuzz ./%s %s for %s\n%s\nits time was over; no input failed\n' "$2" "$3" "$4" "$(cat "$said")"
	else
		printf 'fuzz ./%s %s for %s\n%s\n' "$2" "$3" "$4" "$(cat "$said")"
		exit 1
	fi
	exit
fi

wire=${1:-10s}
rest=${2:-$wire}
targets=$(mktemp)
trap 'rm -f "$targets"' EXIT
for dir in $(git grep -lE '^func Fuzz[A-Z]' -- '*_test.go' | xargs -n1 dirname | sort -u); do
	case $dir in
	core/clixml | core/psrp | core/wsman) time=$wire ;;
	*) time=$rest ;;
	esac
	for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/^func //' | sort -u); do
		echo "$dir $target $time" >>"$targets"
	done
done
ran=$(wc -l <"$targets")
[ "$ran" -gt 0 ]
xargs -n 3 -P "$(getconf _NPROCESSORS_ONLN)" "$0" one <"$targets" || { echo "a fuzz target failed"; exit 1; }
echo "$ran fuzz targets passed"
