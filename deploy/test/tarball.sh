# install.sh and uninstall.sh with nothing but busybox, into folders that become images.

[ -d "$work/tools" ] || unpack tools
root=$work/tools
busybox=$work/busybox
mkdir -p "$busybox" "$work/tarball"
cp "$root/bin/busybox" "$busybox/"
"$busybox/busybox" --install -s "$busybox"
tar -xzf "$cache/packages/peernetd-$version-$machine.tar.gz" -C "$work/tarball"
unpacked=$work/tarball/peernetd-$version-$machine

script() { # script install|uninstall IMAGE OPTIONS...
  env -i PATH="$busybox" "$busybox/sh" "$unpacked/$1.sh" --root "$work/images/$2" "${@:3}"
}
image() { # image NAME FILES...: an empty one, but for what its init is known by
  local file
  for file in "${@:2}"; do install -D -m 644 /dev/null "$work/images/$1/$file"; done
  mkdir -p "$work/images/$1"
}
listing() { (cd "$work/images/$1" && find . ! -type d -printf '%M %p\n' | sort -k 2); }
contents() { (cd "$work/images/$1" && find . -type f -exec md5sum {} + | sort -k 2); }
common='-rw-r--r-- ./etc/peernet/board.conf
-rw-r--r-- ./etc/peernet/peernetd.conf
-rwxr-xr-x ./usr/local/bin/peernetd
-rw-r--r-- ./usr/local/share/doc/peernetd/COPYRIGHT
-rw-r--r-- ./usr/local/share/doc/peernetd/LICENSE
-rw-r--r-- ./usr/local/share/doc/peernetd/README.md
-rw-r--r-- ./usr/local/share/man/man8/peernetd.8'

image none
image systemd usr/lib/systemd/systemd
image openrc sbin/openrc-run
image busybox etc/inittab bin/logger
image sysvinit etc/inittab
echo 'id:2:initdefault:' >"$work/images/sysvinit/etc/inittab"
echo '::sysinit:/bin/true' >"$work/images/busybox/etc/inittab"
declare -A added=(
  [none]=''
  [systemd]='-rw-r--r-- ./etc/polkit-1/rules.d/60-peernetd.rules
lrwxrwxrwx ./etc/systemd/system/multi-user.target.wants/peernetd.service
-rw-r--r-- ./etc/systemd/system/peernetd.service
-rw-r--r-- ./etc/sysusers.d/peernetd.conf
-rw-r--r-- ./etc/udev/rules.d/60-peernetd.rules'
  [openrc]='-rwxr-xr-x ./etc/init.d/peernetd
lrwxrwxrwx ./etc/runlevels/default/peernetd'
  [busybox]='' [sysvinit]=''
)
for init in none systemd openrc busybox sysvinit; do
  found=$(listing $init)
  expected=$(printf '%s\n' "$found" "$common" "${added[$init]}" | sed '/^$/d' | sort -k 2)
  check "install.sh, $init: installs" script install $init
  check "install.sh, $init: these files and modes" same "$expected" listing $init
  before=$(contents $init)
  check "install.sh, $init: once more" script install $init
  check "install.sh, $init: which changes nothing" same "$before" contents $init
done
check 'install.sh, busybox: a line for its init' same $'::sysinit:/bin/true
::respawn:/usr/local/bin/peernetd 2>&1 | logger -t peernetd' cat "$work/images/busybox/etc/inittab"
check 'install.sh, sysvinit: a line for its init' same $'id:2:initdefault:
pnet:2345:respawn:/usr/local/bin/peernetd' cat "$work/images/sysvinit/etc/inittab"
check 'install.sh, openrc: the program where it is' \
  grep -qx 'command="/usr/local/bin/peernetd"' "$work/images/openrc/etc/init.d/peernetd"
check 'install.sh: the program is the package'"'"'s' cmp "$unpacked/peernetd" "$work/images/none/usr/local/bin/peernetd"
check 'install.sh: and it runs' same '' sh -c '"$0" --version | grep -v "^peernetd [0-9]"; :' \
  "$work/images/none/usr/local/bin/peernetd"

image elsewhere
check 'install.sh: another prefix' script install elsewhere --prefix /opt/peernet
check 'install.sh: is where it shall be' test -x "$work/images/elsewhere/opt/peernet/bin/peernetd"
echo '; changed' >>"$work/images/none/etc/peernet/peernetd.conf"
before=$(contents none)
check 'install.sh: keeps a changed setting' sh -c '"$@" | grep -q "kept /etc/peernet/peernetd.conf"' - \
  env -i PATH="$busybox" "$busybox/sh" "$unpacked/install.sh" --root "$work/images/none"
check 'install.sh: as it is' same "$before" contents none
check 'install.sh: refuses an option that it does not know' not script install none --nonsense
check 'install.sh: refuses a prefix that would end up in a command' not script install none --prefix '/opt/a b'
image packaged usr/lib/systemd/system/peernetd.service
check 'install.sh: does not mix with the package' not script install packaged

install -D -m 600 /dev/null "$work/images/systemd/var/lib/peernet/identity.keys"
for init in none systemd openrc busybox sysvinit; do check "uninstall.sh, $init" script uninstall $init; done
left='-rw-r--r-- ./etc/peernet/board.conf
-rw-r--r-- ./etc/peernet/peernetd.conf
-rw-r--r-- ./usr/lib/systemd/systemd
-rw------- ./var/lib/peernet/identity.keys'
check 'uninstall.sh: leaves settings and keys' same "$left" listing systemd
check 'uninstall.sh, busybox: the line is gone' same '::sysinit:/bin/true' cat "$work/images/busybox/etc/inittab"
check 'uninstall.sh: removes them when told' script uninstall systemd --purge --purge-keys
check 'uninstall.sh: which leaves nothing' same '-rw-r--r-- ./usr/lib/systemd/systemd' listing systemd
