# The packages as files: their bytes, their contents, what lintian and systemd think of them.

unpack tools
contents='/etc/peernet/board.conf -rw-r--r-- root/root
/etc/peernet/peernetd.conf -rw-r--r-- root/root
/usr/bin/peernetd -rwxr-xr-x root/root
/usr/lib/systemd/system/peernetd.service -rw-r--r-- root/root
/usr/lib/sysusers.d/peernetd.conf -rw-r--r-- root/root
/usr/lib/udev/rules.d/60-peernetd.rules -rw-r--r-- root/root
/usr/share/doc/peernetd/README.md -rw-r--r-- root/root
/usr/share/doc/peernetd/changelog.gz -rw-r--r-- root/root
/usr/share/doc/peernetd/copyright -rw-r--r-- root/root
/usr/share/lintian/overrides/peernetd -rw-r--r-- root/root
/usr/share/man/man8/peernetd.8.gz -rw-r--r-- root/root
/usr/share/polkit-1/rules.d/60-peernetd.rules -rw-r--r-- root/root'

list() { dpkg-deb -c "$1" | awk '$1 !~ /^d/ { print substr($6, 2), $1, $2 }' | sort; }
folders() { dpkg-deb -c "$1" | awk '$1 ~ /^d/ && ($1 != "drwxr-xr-x" || $2 != "root/root")'; }

check 'built twice, the same bytes' diff -r "$cache/packages" "$cache/again"
for file in "$cache"/packages/peernetd_*.deb; do
  name=$(basename "$file")
  check "$name: files, modes and owners" same "$contents" list "$file"
  check "$name: folders are root's" same '' folders "$file"
  check "$name: settings are conffiles" same $'/etc/peernet/board.conf\n/etc/peernet/peernetd.conf' \
    dpkg-deb -I "$file" conffiles
  check "$name: lintian finds no error" in_root lintian --allow-root --no-cfg --fail-on error "/mnt/$name"
done

dpkg_in_root -i "/mnt/$package" >/dev/null 2>&1
verify() { same '' in_root systemd-analyze verify --man=no /usr/lib/systemd/system/peernetd.service; }
check 'systemd-analyze verify: nothing to say' verify
check 'systemd-analyze security: exposure at most 1.7' \
  in_root systemd-analyze security --offline=yes --no-pager --threshold=17 /usr/lib/systemd/system/peernetd.service
