#!/usr/bin/env bash
# Runs a Windows program here, with Wine, in a fresh Windows of its own that is gone afterwards:
#
#   test/windows/wine.sh program.exe [arguments]
#   GOOS=windows go test $(test/windows/wine.sh --flags) ./core/journal
#   test/windows/wine.sh --make FOLDER     makes a Windows in FOLDER that stays
#   test/windows/wine.sh --in FOLDER program.exe [arguments]     runs in that one, in its person's Documents
#   test/windows/wine.sh --end FOLDER      stops what still runs in it
#
# TENANTRY_WINDOWS_VERSION says which Windows it is, win10 unless said otherwise: win7, win81, win10, win11,
# win2008r2, win2012, win2012r2, win2016, win2019, win2022 or win2025. The program gets the variable too.
# TENANTRY_WINDOWS_LANGUAGE says which language it speaks, en-US unless said otherwise.
#
# --flags prints what `go test` needs: -exec with this file, and -overlay with one line of Go's library changed. Its
# os.RemoveAll, which t.TempDir uses, deletes a file in a way that Wine 8 lacks, and does not know Wine's answer to
# that; the line makes it use the older way from the start. What is built for users is not built with it.
#
# It needs Wine and mingw-w64 (packaging/setup.sh windows-test).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kept=$(realpath -m "${TENANTRY_WINE:-$here/../../build/wine}") # finished Windows to copy from
export TENANTRY_WINDOWS_VERSION=${TENANTRY_WINDOWS_VERSION:-win10}
version=$TENANTRY_WINDOWS_VERSION
language=${TENANTRY_WINDOWS_LANGUAGE:-en-US}

export WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe="

fail() {
	echo "wine.sh: $*" >&2
	exit 125
}

for p in wine wineserver x86_64-w64-mingw32-gcc flock; do
	command -v "$p" >/dev/null || fail "$p is not installed: run packaging/setup.sh windows-test"
done

# What each Windows says of itself: major, minor, build, update, kind, release, edition. Windows 11 calls itself
# Windows 10 in the registry, as the real one does.
facts() {
	case $1 in
	win7) echo "6 1 7601 24545 Client - Windows 7 Professional" ;;
	win2008r2) echo "6 1 7601 24545 Server - Windows Server 2008 R2 Standard" ;;
	win2012) echo "6 2 9200 24768 Server - Windows Server 2012 Standard" ;;
	win81) echo "6 3 9600 20778 Client - Windows 8.1 Pro" ;;
	win2012r2) echo "6 3 9600 20778 Server - Windows Server 2012 R2 Standard" ;;
	win10) echo "10 0 19045 5965 Client 22H2 Windows 10 Pro" ;;
	win11) echo "10 0 26100 4351 Client 24H2 Windows 10 Pro" ;;
	win2016) echo "10 0 14393 8148 Server 1607 Windows Server 2016 Standard" ;;
	win2019) echo "10 0 17763 7434 Server 1809 Windows Server 2019 Standard" ;;
	win2022) echo "10 0 20348 3807 Server 21H2 Windows Server 2022 Standard" ;;
	win2025) echo "10 0 26100 4349 Server 24H2 Windows Server 2025 Standard" ;;
	*) fail "no Windows is called $1" ;;
	esac
}

# registry writes what makes Wine report a version, as a file that regedit reads.
registry() {
	local major minor build update kind release edition pack="" pack_number=0 product=WinNT
	read -r major minor build update kind release edition
	[ "$build" = 7601 ] && pack="Service Pack 1" pack_number=100
	[ "$kind" = Server ] && product=ServerNT
	printf 'Windows Registry Editor Version 5.00\n'
	for key in 'SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion'; do
		printf '\n[HKEY_LOCAL_MACHINE\\%s]\n' "$key"
		printf '"CurrentBuild"="%s"\n"CurrentBuildNumber"="%s"\n' "$build" "$build"
		printf '"UBR"=dword:%08x\n"InstallationType"="%s"\n' "$update" "$kind"
		printf '"ProductName"="%s"\n"CSDVersion"="%s"\n' "$edition" "$pack"
		if [ "$major" -ge 10 ]; then
			# The real ones say 6.3 here and mean the next two; Wine reads only this one.
			printf '"CurrentVersion"="%s.%s"\n"CurrentMajorVersionNumber"=dword:%08x\n"CurrentMinorVersionNumber"=dword:%08x\n' "$major" "$minor" "$major" "$minor"
			printf '"ReleaseId"="%s"\n' "$([[ $release == *H* ]] && echo 2009 || echo "$release")"
			[[ $release == *H* ]] && printf '"DisplayVersion"="%s"\n' "$release"
		else
			printf '"CurrentVersion"="%s.%s"\n"CurrentMajorVersionNumber"=-\n"CurrentMinorVersionNumber"=-\n' "$major" "$minor"
		fi
	done
	printf '\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Windows]\n"CSDVersion"=dword:%08x\n' "$((16#$pack_number))"
	printf '\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions]\n"ProductType"="%s"\n' "$product"
}

# copy takes a finished Windows: its own programs are shared with the original, everything else is copied.
copy() {
	mkdir -p "$2/drive_c"
	for f in "$1"/* "$1"/.[!.]*; do
		[ "${f##*/}" = drive_c ] || cp -a "$f" "$2/"
	done
	for f in "$1"/drive_c/*; do
		if [ "${f##*/}" = windows ]; then
			cp -al "$f" "$2/drive_c/" 2>/dev/null || cp -a "$f" "$2/drive_c/" # another disk has no links
		else
			cp -a "$f" "$2/drive_c/"
		fi
	done
}

# end stops what still runs in a Windows.
end() {
	WINEPREFIX=$1 wineserver -k >/dev/null 2>&1 || true
	WINEPREFIX=$1 wineserver -w >/dev/null 2>&1 || true
}

# speak makes the locale from which Wine takes the language of its Windows.
speak() {
	locale=C.UTF-8 # Wine's English
	[ "$language" = en-US ] && return
	locale=${language/-/_}.UTF-8
	mkdir -p "$kept/locale"
	[ -d "$kept/locale/$locale" ] && return
	local making="$kept/locale/making.$$"
	localedef -i "${language/-/_}" -f UTF-8 "$making" || fail "no language is called $language, or the package locales is not installed"
	mv -T "$making" "$kept/locale/$locale" 2>/dev/null || rm -rf "$making" # another was faster
}

# run starts a program in the Windows of WINEPREFIX; a program that is a file here is named as Windows names it.
run() {
	local program=$1
	shift
	if [ -f "$program" ]; then
		program=$(realpath "$program")
		program=Z:${program//\//\\}
	fi
	exec env -u LANG -u LANGUAGE LC_ALL="$locale" LOCPATH="$kept/locale" wine 'C:\windows\launch.exe' "$program" "$@"
}

# finished prints the folder of a Windows of the wanted version, made when it is not there yet.
finished() {
	local mark made
	mark=$(cat "$here/wine.sh" "$here/wine/"*.c <(wine --version) | sha256sum | cut -c1-12)
	made=$kept/$mark-$version
	mkdir -p "$kept"
	(
		flock 9
		if [ ! -d "$kept/$mark" ]; then
			find "$kept" -mindepth 1 -maxdepth 1 -type d -mtime +0 ! -name "$mark*" ! -name 'run.*' ! -name library ! -name locale -exec rm -rf {} + # of another Wine
			rm -rf "$kept/making"
			export WINEPREFIX=$kept/making
			wine wineboot -i >/dev/null 2>&1 || fail "Wine could not make a Windows"
			wineserver -w
			x86_64-w64-mingw32-gcc -O2 -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$here/wine/bcryptprimitives.c" -ladvapi32
			x86_64-w64-mingw32-gcc -O2 -o "$WINEPREFIX/drive_c/windows/launch.exe" "$here/wine/launch.c"
			# Documents and Desktop are folders of that Windows, not of whoever works here.
			find "$WINEPREFIX/drive_c/users" -type l | while read -r link; do rm "$link" && mkdir "$link"; done
			mv "$WINEPREFIX" "$kept/$mark"
		fi
		if [ ! -d "$made" ]; then
			rm -rf "$kept/making"
			copy "$kept/$mark" "$kept/making"
			export WINEPREFIX=$kept/making
			facts "$version" | registry >"$WINEPREFIX/version.reg"
			wine regedit /S "Z:$WINEPREFIX/version.reg" >/dev/null 2>&1 || fail "Wine could not be told its version"
			wineserver -w
			mv "$WINEPREFIX" "$made"
		fi
	) 9>"$kept/lock" >&2
	echo "$made"
}

# flags prints what go test needs, and makes what they name.
flags() {
	local root original
	root=$(go env GOROOT)
	original=$root/src/internal/syscall/windows/at_windows.go
	mkdir -p "$kept/library"
	sed 's/^var TestDeleteatFallback bool$/var TestDeleteatFallback = true/' "$original" >"$kept/library/$$.txt"
	cmp -s "$original" "$kept/library/$$.txt" && fail "Go's library is not as expected: $original"
	mv "$kept/library/$$.txt" "$kept/library/at_windows.txt"
	printf '{"Replace": {"%s": "%s"}}\n' "$original" "$kept/library/at_windows.txt" >"$kept/library/$$.json"
	mv "$kept/library/$$.json" "$kept/library/overlay.json"
	echo "-exec=$here/wine.sh -overlay=$kept/library/overlay.json"
}

facts "$version" >/dev/null
case ${1:-} in
--flags)
	flags
	exit
	;;
--make)
	[ $# -eq 2 ] || fail "--make wants a folder"
	from=$(finished)
	copy "$from" "$2"
	exit
	;;
--in)
	[ $# -ge 3 ] || fail "--in wants a folder and a program"
	speak
	WINEPREFIX=$(cd "$2" && pwd)
	export WINEPREFIX
	shift 2
	[ -f "$1" ] && set -- "$(realpath "$1")" "${@:2}"
	cd "$WINEPREFIX"/drive_c/users/*/AppData/../Documents
	run "$@"
	;;
--end)
	[ $# -eq 2 ] || fail "--end wants a folder"
	end "$(cd "$2" && pwd)"
	exit
	;;
"") fail "which program?" ;;
esac

from=$(finished)
speak
# What was left by a run that was killed.
for d in "$kept"/run.*; do
	[ -d "$d" ] && ! kill -0 "${d##*.}" 2>/dev/null && end "$d" && rm -rf "$d"
done
export WINEPREFIX=$kept/run.$$
program=
leave() {
	[ -n "$program" ] && kill "$program" 2>/dev/null
	end "$WINEPREFIX"
	rm -rf "$WINEPREFIX"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP QUIT
copy "$from" "$WINEPREFIX"
run "$@" <&0 &
program=$!
status=0
wait "$program" || status=$?
program=
exit "$status"
