#!/bin/sh
# Makes this computer able to build and test Tenantry, and says what it does.
#
#   packaging/setup.sh build   what compiling the window needs
#   packaging/setup.sh test    that, and what the tests of the real window, the secret store, Kerberos and the files
#                              we write need
#   packaging/setup.sh windows        what compiling the window for Windows needs
#   packaging/setup.sh windows-test   that, and what running it here needs: Wine and a virtual screen
#
# On Debian and Ubuntu it installs what is missing. On macOS and Windows it says what to install.
set -eu

want=${1:-build}

build_packages="gcc libc6-dev pkg-config libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libgtk-3-dev"
screen_packages="xvfb xauth xdotool imagemagick x11-utils libgl1-mesa-dri openbox dbus dbus-x11 gnome-keyring tesseract-ocr tesseract-ocr-eng tesseract-ocr-nld"
realm_packages="krb5-kdc krb5-admin-server krb5-user python3-gssapi curl ca-certificates"
foreign_packages="python3-winrm gss-ntlmssp" # what our NTLM is held against
reader_packages="libreoffice-calc-nogui chromium" # what opens the files we write
windows_packages="gcc-mingw-w64-x86-64"
wine_packages="wine wine64 fonts-wine locales"

need_go() {
	command -v go >/dev/null 2>&1 && return
	echo "Go is missing. Install Go 1.26 or later from https://go.dev/dl and run this again." >&2
	exit 1
}

# absent prints which of some packages are not installed, each behind a space.
absent() {
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q '^install ok installed$' || printf ' %s' "$p"
	done
}

debian() {
	packages=$build_packages
	case $want in
	test) packages="$packages $screen_packages $realm_packages $foreign_packages" ;;
	run) [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || packages="$packages $screen_packages" ;;
	windows) packages=$windows_packages ;;
	windows-test) packages="$windows_packages $wine_packages $screen_packages" ;;
	esac
	# shellcheck disable=SC2086 # the lists are meant to be split
	missing=$(absent $packages)
	readers=""
	[ "$want" != test ] || readers=$(absent $reader_packages)
	[ -z "$missing$readers" ] && return
	echo "Installing from Debian, because Tenantry needs it to $want:$missing$readers"
	as_root=""
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null 2>&1 || {
			echo "Run this as root, or install sudo: apt-get install --no-install-recommends$missing$readers" >&2
			exit 1
		}
		as_root=sudo
	fi
	# The packages' own services stay off: the tests start each server themselves, for their own time.
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		trap '$as_root rm -f /usr/sbin/policy-rc.d' EXIT
		printf '#!/bin/sh\nexit 101\n' | $as_root tee /usr/sbin/policy-rc.d >/dev/null
		$as_root chmod 755 /usr/sbin/policy-rc.d
	fi
	$as_root apt-get update -qq
	# shellcheck disable=SC2086 # the list is meant to be split
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	# Ubuntu has some of these under other names. Their tests say what is missing and skip.
	for p in $readers; do
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$p" >/dev/null 2>&1 ||
			echo "$p is not to be had here; the tests that open our files with it are left out."
	done
}

mac() {
	xcode-select -p >/dev/null 2>&1 && return
	echo "The window needs Apple's command line tools. Install them with: xcode-select --install" >&2
	exit 1
}

need_go
case $want-$(uname -s) in
windows-Darwin)
	command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1 && exit
	echo "Compiling the window for Windows needs mingw-w64. Install it with: brew install mingw-w64" >&2
	exit 1
	;;
windows-test-Linux) ;;
windows-test-*)
	echo "The Windows build is tried on Debian, where Wine and a virtual screen can be installed." >&2
	exit 1
	;;
esac
case $(uname -s) in
Linux)
	if command -v apt-get >/dev/null 2>&1; then
		debian
	else
		echo "This is not Debian. Tenantry needs a C compiler, pkg-config and the development files of OpenGL, X11 (Xcursor, Xrandr, Xinerama, Xi, Xxf86vm) and GTK 3." >&2
	fi
	;;
Darwin) mac ;;
*)
	command -v gcc >/dev/null 2>&1 || {
		echo "The window needs a C compiler. Install MSYS2 from https://www.msys2.org, then: pacman -S mingw-w64-x86_64-gcc, and put its bin folder on PATH." >&2
		exit 1
	}
	;;
esac
