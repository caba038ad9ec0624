#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what building and testing Ward needs, on Debian and Ubuntu; on other systems it says what
# to install and goes on if the tools are there.
#
#   scripts/packages.sh          what is required; silent when nothing is missing
#   scripts/packages.sh --all    also what only some targets use (tidy, check-format, the picture)
#
# It asks nothing and touches nothing but packages.  Every make target that builds calls it, so the
# usual case (nothing to do) is one call of dpkg-query.
set -eu

# Needed to build and test.  bpftool is added below: its package has two names.
required='gcc libc6-dev make meson ninja-build pkg-config clang llvm libbpf-dev libelf-dev
	libyaml-dev libxxhash-dev libcmocka-dev libuv1-dev libmnl-dev libnftables-dev
	python3 iproute2 nftables iptables'
# Used by single targets, which say so when it is not there.  clang-format is pinned: another
# version formats differently, so a system that does not have 14 does without the check.
optional='clang-format-14 clang-tidy mandoc librsvg2-bin'

say()
{
	echo "packages: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Prints those of "$@" that are not installed.
missing_of()
{
	installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^ii *//p')
	for package; do
		printf '%s\n' "$installed" | grep -qx "$package" || printf '%s ' "$package"
	done
}

# Prints those of "$@" that the package lists know.
available_of()
{
	for package; do
		apt-cache show "$package" 2>/dev/null | grep -q '^Filename:' && printf '%s ' "$package"
	done
	return 0
}

has_bpftool()
{
	for tool in /usr/lib/linux-tools/*/bpftool /usr/sbin/bpftool /usr/local/sbin/bpftool; do
		[ -x "$tool" ] && "$tool" version >/dev/null 2>&1 && return 0
	done
	return 1
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif [ -t 0 ]; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

apt_install()
{
	as_root apt-get -y -q --no-install-recommends -o Dpkg::Use-Pty=0 install "$@" >&2
}

update_lists()
{
	say "the package lists are missing or too old: apt-get update"
	as_root apt-get -q update >&2 || die "apt-get update failed; is there a network?"
}

# Debian, and Ubuntu from 25.04, have a package bpftool; older Ubuntus hide it in linux-tools.
bpftool_package()
{
	has_bpftool && return
	if [ -n "$(available_of bpftool)" ]; then
		echo bpftool
	else
		echo linux-tools-common linux-tools-generic
	fi
}

# libFuzzer, in the version of the default clang.
fuzzer_package()
{
	apt-cache depends clang 2>/dev/null |
		sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p'
}

install_debian()
{
	# shellcheck disable=SC2086 # lists of words
	missing=$(missing_of $required)
	has_bpftool || missing="$missing bpftool"
	if [ "${1-}" = --all ]; then
		# shellcheck disable=SC2086
		missing="$missing $(missing_of $optional)"
	fi
	missing=$(echo $missing)
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		die "root is needed (and sudo is not there) for: apt-get install $missing"
	fi

	# shellcheck disable=SC2086
	[ -n "$(available_of ${missing%% *})" ] || update_lists
	# shellcheck disable=SC2086
	packages="$(missing_of $required) $(bpftool_package)
		$(available_of $(missing_of $optional $(fuzzer_package)))"
	packages=$(echo $packages)
	[ -n "$packages" ] || return 0
	say "installing $packages"
	# shellcheck disable=SC2086
	apt_install $packages || {
		update_lists
		apt_install $packages
	} || die "apt-get could not install them (see above); nothing else was changed"
}

# Elsewhere: name the packages, and go on when what the build looks for is there.
check_tools()
{
	absent=
	for tool in cc meson ninja pkg-config clang bpftool python3 ip nft; do
		PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || absent="$absent $tool"
	done
	for library in libbpf yaml-0.1 libxxhash cmocka libuv libmnl libnftables; do
		pkg-config --exists $library 2>/dev/null || absent="$absent $library"
	done
	[ -n "$absent" ] || return 0
	say "this is no Debian or Ubuntu, so nothing is installed; not found:$absent"
	say "install: $1"
	exit 1
}

system=
[ ! -r /etc/os-release ] || system=$(. /etc/os-release && echo "${ID-} ${ID_LIKE-}")
case " $system " in
*' debian '* | *' ubuntu '*)
	install_debian "$@"
	;;
*' fedora '* | *' rhel '*)
	check_tools "dnf install gcc make meson ninja-build pkgconf clang llvm bpftool libbpf-devel \
elfutils-libelf-devel libyaml-devel xxhash-devel libcmocka-devel libuv-devel libmnl-devel \
nftables-devel python3 iproute nftables"
	;;
*' arch '*)
	check_tools "pacman -S --needed gcc make meson ninja pkgconf clang llvm bpf libbpf libelf \
libyaml xxhash cmocka libuv libmnl nftables python iproute2"
	;;
*' alpine '*)
	check_tools "apk add build-base meson ninja pkgconf clang llvm bpftool libbpf-dev elfutils-dev \
yaml-dev xxhash-dev cmocka-dev libuv-dev libmnl-dev nftables-dev linux-headers python3 iproute2 nftables"
	;;
*' suse '* | *' opensuse '*)
	check_tools "zypper install gcc make meson ninja pkgconf clang llvm bpftool libbpf-devel \
libelf-devel libyaml-devel xxhash-devel libcmocka-devel libuv-devel libmnl-devel libnftables-devel \
python3 iproute2 nftables"
	;;
*)
	check_tools "a C compiler, make, meson, ninja, pkg-config, clang, llvm, bpftool, python3, \
iproute2, nftables, and the headers of libbpf, libelf, libyaml, xxhash, cmocka, libuv, libmnl, libnftables"
	;;
esac
