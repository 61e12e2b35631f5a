#!/bin/sh
# Removes what install.sh installed. The configuration, the board's key and its trust list stay unless told otherwise.
#
#   sh uninstall.sh [--prefix FOLDER] [--root FOLDER] [--purge] [--purge-keys]
#
#   --purge        the configuration as well
#   --purge-keys   the key and the trust list as well: the board becomes a stranger to all its peers
set -eu

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d'; exit "$1"; }

prefix=/usr/local root= purge=no keys=no
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix | --root)
      [ $# -gt 1 ] || usage 64 >&2
      case "$1" in --prefix) prefix=$2 ;; --root) root=${2%/} ;; esac
      shift
      ;;
    --purge) purge=yes ;;
    --purge-keys) keys=yes ;;
    -h | --help) usage 0 ;;
    *) usage 64 >&2 ;;
  esac
  shift
done
[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "uninstall.sh: run it as root" >&2; exit 1; }

if [ -z "$root" ]; then
  if [ -e /etc/systemd/system/peernetd.service ] && [ -d /run/systemd/system ]; then
    systemctl disable --now peernetd.service || true
  fi
  if [ -e /etc/init.d/peernetd ] && command -v rc-service >/dev/null; then rc-service peernetd stop || true; fi
fi
if grep -q "respawn:$prefix/bin/peernetd" "$root/etc/inittab" 2>/dev/null; then
  { grep -v "respawn:$prefix/bin/peernetd" "$root/etc/inittab" || true; } >"$root/etc/inittab.new"
  chmod 644 "$root/etc/inittab.new"
  mv -f "$root/etc/inittab.new" "$root/etc/inittab"
  if [ -z "$root" ]; then
    kill -HUP 1
    for process in /proc/[0-9]*; do
      if [ "$(readlink "$process/exe" 2>/dev/null)" = "$prefix/bin/peernetd" ]; then kill "${process#/proc/}" || true; fi
    done
  fi
fi
rm -f "$root/etc/systemd/system/multi-user.target.wants/peernetd.service" \
  "$root/etc/systemd/system/peernetd.service" "$root/etc/sysusers.d/peernetd.conf" \
  "$root/etc/udev/rules.d/60-peernetd.rules" "$root/etc/polkit-1/rules.d/60-peernetd.rules" \
  "$root/etc/runlevels/default/peernetd" "$root/etc/init.d/peernetd" \
  "$root$prefix/bin/peernetd" "$root$prefix/share/man/man8/peernetd.8"
rm -rf "$root$prefix/share/doc/peernetd"
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ $purge = yes ]; then
  rm -f "$root/etc/peernet/peernetd.conf" "$root/etc/peernet/board.conf"
  rmdir "$root/etc/peernet" 2>/dev/null || true
fi
if [ $keys = yes ]; then
  rm -rf "$root/var/lib/peernet"
elif [ -d "$root/var/lib/peernet" ]; then
  echo "this board's key and trust list stay in /var/lib/peernet"
fi
