#!/bin/sh
# Installs the agent from this folder; run again, it upgrades. What stands in /etc/peernet and the board's key stay.
#
#   sh install.sh [--prefix FOLDER] [--root FOLDER] [--init NAME] [--no-start]
#
#   --prefix FOLDER   the program goes to FOLDER/bin; /usr/local when not given
#   --root FOLDER     into the root of an image instead of this system; nothing is started, and no root is needed
#   --init NAME       systemd, openrc, inittab (busybox, sysvinit) or none; found out when not given
#   --no-start        not now, but from the next boot on
set -eu
umask 022

die() { echo "install.sh: $*" >&2; exit 1; }
usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d'; exit "$1"; }

prefix=/usr/local root= init= start=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix | --root | --init)
      [ $# -gt 1 ] || usage 64 >&2
      case "$1" in --prefix) prefix=$2 ;; --root) root=${2%/} ;; --init) init=$2 ;; esac
      shift
      ;;
    --no-start) start=no ;;
    -h | --help) usage 0 ;;
    *) usage 64 >&2 ;;
  esac
  shift
done
case "$prefix" in /*) ;; *) die "the prefix has to begin with /" ;; esac
case "$prefix" in *[!A-Za-z0-9/._+-]*) die "a prefix of letters, digits and /._+- only, please" ;; esac
[ -z "$root" ] || [ -d "$root" ] || die "$root is not a folder"
[ -z "$root" ] || start=no

source=$(cd "$(dirname "$0")" && pwd)
machine=$(cat "$source/MACHINE")
if [ -z "$root" ]; then
  [ "$(id -u)" = 0 ] || die "run it as root"
  [ "$(uname -m)" = "$machine" ] || die "this is the agent for $machine, the board is $(uname -m)"
fi
[ ! -e "$root/usr/lib/systemd/system/peernetd.service" ] ||
  die "the Debian package is installed already: apt remove peernetd comes first"

if [ -z "$init" ]; then
  init=none
  if [ -e "$root/etc/inittab" ]; then init=inittab; fi
  if [ -e "$root/sbin/openrc-run" ]; then init=openrc; fi
  if [ -e "$root/usr/lib/systemd/systemd" ] || [ -e "$root/lib/systemd/systemd" ]; then init=systemd; fi
  # What this system runs on counts more than what lies about on it.
  if [ -z "$root" ] && [ -d /run/openrc ]; then init=openrc; fi
  if [ -z "$root" ] && [ -d /run/systemd/system ]; then init=systemd; fi
fi
case "$init" in systemd | openrc | inittab | none) ;; *) usage 64 >&2 ;; esac

# put MODE TARGET: from standard input, replaced as a whole, for the program may be running.
put() {
  mkdir -p "$root${2%/*}"
  cat >"$root$2.new"
  chmod "$1" "$root$2.new"
  mv -f "$root$2.new" "$root$2"
  echo "installed $2"
}
filled() { sed "s#@BIN@#$prefix/bin#; s#@DOC@#$prefix/share/doc/peernetd/README.md#" "$source/$1"; }

put 755 "$prefix/bin/peernetd" <"$source/peernetd"
put 644 "$prefix/share/man/man8/peernetd.8" <"$source/peernetd.8"
for file in README.md LICENSE COPYRIGHT; do put 644 "$prefix/share/doc/peernetd/$file" <"$source/$file"; done
for file in peernetd.conf board.conf; do
  if [ -e "$root/etc/peernet/$file" ]; then
    echo "kept /etc/peernet/$file"
  else
    put 644 "/etc/peernet/$file" <"$source/etc/$file"
  fi
done

case "$init" in
  systemd)
    filled systemd/peernetd.service.in | put 644 /etc/systemd/system/peernetd.service
    put 644 /etc/sysusers.d/peernetd.conf <"$source/systemd/peernetd.sysusers"
    put 644 /etc/udev/rules.d/60-peernetd.rules <"$source/systemd/60-peernetd.rules"
    put 644 /etc/polkit-1/rules.d/60-peernetd.rules <"$source/polkit/60-peernetd.rules"
    if command -v systemd-sysusers >/dev/null; then
      systemd-sysusers ${root:+--root="$root"} peernetd.conf
    else
      echo "there is no systemd-sysusers here: it has to run in the image, before or at the first boot"
    fi
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../peernetd.service "$root/etc/systemd/system/multi-user.target.wants/peernetd.service"
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then
      udevadm control --reload || true
      udevadm trigger --settle --action=change --subsystem-match=gpio || true
      systemctl daemon-reload
      [ $start = no ] || systemctl restart peernetd.service
    fi
    ;;
  openrc)
    filled init/peernetd.openrc.in | put 755 /etc/init.d/peernetd
    mkdir -p "$root/etc/runlevels/default"
    ln -sf /etc/init.d/peernetd "$root/etc/runlevels/default/peernetd"
    [ $start = no ] || rc-service peernetd restart
    ;;
  inittab)
    # A shell waits for the agent, so that init starts both again when it ends.
    command="$prefix/bin/peernetd"
    if [ -e "$root/usr/bin/logger" ] || [ -e "$root/bin/logger" ]; then command="$command 2>&1 | logger -t peernetd"; fi
    # sysvinit wants run levels, busybox has none.
    if grep -q ':initdefault:' "$root/etc/inittab" 2>/dev/null; then
      line="pnet:2345:respawn:$command"
    else
      line="::respawn:$command"
    fi
    { grep -v '/bin/peernetd' "$root/etc/inittab" 2>/dev/null || true; echo "$line"; } | put 644 /etc/inittab
    if [ $start = yes ]; then
      kill -HUP 1
      # One that ran before is ended, for init to start the new one.
      for process in /proc/[0-9]*; do
        case "$(readlink "$process/exe" 2>/dev/null)" in
          "$prefix/bin/peernetd" | "$prefix/bin/peernetd (deleted)") kill "${process#/proc/}" || true ;;
        esac
      done
    fi
    ;;
  none) echo "nothing starts it yet: have the init run $prefix/bin/peernetd, and again when it ends" ;;
esac

# This system's own program tells whether it works here and what it thinks of the configuration.
if [ -z "$root" ]; then
  "$prefix/bin/peernetd" --version
  "$prefix/bin/peernetd" --check-config
fi
