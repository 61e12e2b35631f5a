# The package under a running systemd: a root becomes a small system in namespaces.

# on COMMAND...: in the booted system.
on() { nsenter -t "$init" --mount --pid --cgroup env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
boot() {
  mkdir -p "$work/cgroup"
  mount -t cgroup2 cgroup2 "$work/cgroup" && cgroup=$(mktemp -d "$work/cgroup/peernet-XXXXXX") || return 1
  (
    echo $BASHPID >"$cgroup/cgroup.procs"
    exec unshare --mount --cgroup --pid --fork --kill-child "$here/boot" "$root"
  ) >"$work/boot.log" 2>&1 &
  booted=$!
  soon is_up || { cat "$work/boot.log"; on systemctl list-jobs; on systemctl --failed; return 1; }
}
rmdir_all() { find "$1" -depth -type d -exec rmdir {} + 2>/dev/null; }
is_up() {
  init=$(cat "/proc/$booted/task/$booted/children" 2>/dev/null) && init=${init% } && [ -n "$init" ] &&
    on systemctl is-active --quiet multi-user.target
}
is_down() { ! kill -0 "$booted" 2>/dev/null; }
show() { on systemctl show -P "$1" peernetd.service; }
is_active() { same active show ActiveState; }
is_paired() { "$PEERNET_COMMAND" ping booted --timeout 2; }
process_status() { on sh -c 'sed -n "s/^\('"$1"'\):[[:space:]]*/\1 /p" /proc/$0/status' "$(show MainPID)"; }
inside() { on nsenter -t "$(show MainPID)" --mount "$@"; }
has_restarted() { [ "$(show MainPID)" != "$before" ] && is_active >/dev/null; }
# Where there is no root, it wants a key of another name.
pair_booted() {
  on sed -i '/^\[node\]/a interfaces = lo' /etc/peernet/peernetd.conf
  on systemctl restart peernetd
  booted_key=$(on peernetd id | key)
  on peernetd pair "$("$PEERNET_COMMAND" id | key)" laptop --allow '*' && "$PEERNET_COMMAND" pair "$booted_key" booted
}
# A radio of which there is only the control socket, on the one interface that there is.
add_radio() {
  "$here/supplicant" "$init" lo &
  printf '[wifi]\ninterface = lo\n' | on tee -a /etc/peernet/board.conf >/dev/null
  soon on test -S /run/wpa_supplicant/lo && on systemctl restart peernetd && soon is_paired
}
tells_wifi() { "$PEERNET_COMMAND" wifi status booted | grep "ssid *$1"; }
# NetworkManager's command line, of which there are only the answers.
add_nmcli() {
  printf '%s\n' '#!/bin/sh' 'case "$*" in' \
    '*"device show lo") printf "GENERAL.TYPE:wifi\nGENERAL.STATE:100 (connected)\n" ;;' \
    '*"device wifi list ifname lo"*) echo "*:22\:46\:25\:E7\:5F\:5D:2437 MHz:90:WPA2:677265656E" ;;' \
    'esac' | on tee /usr/bin/nmcli >/dev/null
  on chmod 755 /usr/bin/nmcli
}
info_has() { "$PEERNET_COMMAND" info booted | grep "^$1 "; }

unpack booted
umount "$root/proc"
cp "$root/mnt/"*.deb "$root/opt/"
check 'systemd starts' boot
if ! is_up; then
  echo 'the rest needs a kernel with cgroup2, and a systemd that runs in its namespaces' >&2
else
  check 'systemd: installs' on dpkg --force-unsafe-io -i "/opt/$earlier"
  check 'systemd: runs once installed' soon is_active
  check 'systemd: confines it' same $'CapPrm 0000000000400020\nCapBnd 0000000000400020\nNoNewPrivs 1\nSeccomp 2' \
    process_status 'CapPrm\|CapBnd\|NoNewPrivs\|Seccomp'
  check 'systemd: it cannot write elsewhere' inside sh -c '! touch /usr/x /etc/x /var/lib/x 2>/dev/null'
  check 'systemd: it sees the GPIO chip and no other device' same $'/dev/gpiochip0' \
    inside sh -c 'ls -d /dev/gpiochip0 /dev/ttyS0 2>/dev/null || true'
  check 'systemd: root pairs it with a laptop while it runs' pair_booted
  check 'systemd: the laptop reaches it' soon is_paired
  for fact in hostname uptime boot_id load memory.total kernel.release agent.rss; do
    check "systemd: it tells its $fact" info_has "$fact"
  done
  check 'systemd: it may reboot' sh -c '"$0" reboot booted --dry-run | grep -q "init *systemd"' "$PEERNET_COMMAND"
  check 'systemd: it is given a radio' add_radio
  check 'systemd: it reaches wpa_supplicant, which answers' tells_wifi workshop
  check 'systemd: it is given NetworkManager' add_nmcli
  check 'systemd: it calls nmcli, which answers' tells_wifi green
  check 'systemd: and is on its own again' on rm /usr/bin/nmcli
  before=$(show MainPID)
  check 'systemd: reloads' on systemctl reload peernetd
  check 'systemd: and is the same process' same "$before" show MainPID
  check 'systemd: upgrades' on dpkg --force-unsafe-io --force-confold -i "/opt/$package"
  check 'systemd: an upgrade restarts it' soon has_restarted
  check 'systemd: and it is the same peer' soon is_paired
  on mkdir -p /run/systemd/system/peernetd.service.d
  printf '[Service]\nWatchdogSec=2\n' | on tee /run/systemd/system/peernetd.service.d/watchdog.conf >/dev/null
  on systemctl daemon-reload
  on systemctl restart peernetd
  before=$(show MainPID)
  sleep 4
  check 'systemd: it feeds the watchdog' same "$before" show MainPID
  on kill -STOP "$before" 2>/dev/null || on sh -c "kill -STOP $before"
  check 'systemd: one that hangs is replaced' soon has_restarted
  on systemctl disable --quiet --now peernetd
  on dpkg --force-unsafe-io --force-confold -i "/opt/$package" >/dev/null 2>&1
  check 'systemd: one that was disabled stays so' same disabled on systemctl is-enabled peernetd
  on systemctl enable --quiet --now peernetd
  check 'systemd: is removed' on dpkg -r peernetd
  check 'systemd: and has stopped' not is_active
  check 'systemd: comes back' on dpkg --force-unsafe-io -i "/opt/$package"
  check 'systemd: and runs, the same peer' soon is_paired
  check 'systemd: is purged' on dpkg -P peernetd
  check 'systemd: and has stopped again' not is_active
  tar -xzf "$cache/packages/peernetd-$version-$machine.tar.gz" -C "$root/opt"
  check 'systemd: install.sh installs' on sh "/opt/peernetd-$version-$machine/install.sh"
  check 'systemd: install.sh has started it, the same peer' soon is_paired
  check 'systemd: uninstall.sh removes' on sh "/opt/peernetd-$version-$machine/uninstall.sh"
  check 'systemd: and it has stopped' not is_active
  check 'systemd: is installed again' on dpkg --force-unsafe-io -i "/opt/$package"
  check 'systemd: and is reached again' soon is_paired
  check 'systemd: the laptop reboots it' "$PEERNET_COMMAND" reboot booted --yes
  check 'systemd: and the system goes down' soon is_down
fi
if [ -n "${cgroup:-}" ]; then
  is_down || kill -KILL "$booted"
  soon rmdir_all "$cgroup" || echo "the control group $(basename "$cgroup") is left over" >&2
fi
