# The package's whole life in a root where systemd is installed and does not run, as in a chroot or an image.

unpack installed
# The one before had other settings, so that dpkg has to decide.
mkdir "$work/before"
dpkg-deb -R "$cache/before/$earlier" "$work/before"
for file in peernetd.conf board.conf; do echo '; of before' >>"$work/before/etc/peernet/$file"; done
dpkg-deb --root-owner-group -b "$work/before" "$root/mnt/$earlier" >/dev/null

setting_digest() { md5sum <"$root/etc/peernet/peernetd.conf"; }
state() { in_root dpkg-query -W -f '${db:Status-Status} ${Version}' peernetd; }
groups_of() { in_root id -nG peernet | tr ' ' '\n' | sort; }
account() { in_root getent passwd peernet | cut -d: -f 6,7; }
wanted() { readlink "$root/etc/systemd/system/multi-user.target.wants/peernetd.service" | sed 's#^/usr##'; }

check 'installs' dpkg_in_root -i "/mnt/$earlier"
check 'is installed' same 'installed 0.0.1' state
check 'its dependencies are met' in_root apt-get check
check 'its files are as packed' same '' in_root dpkg --verify peernetd
check 'its user is in the groups for GPIO and wifi' same $'gpio\nnetdev\npeernet' groups_of
check 'its user cannot log in' same '/var/lib/peernet:/usr/sbin/nologin' account
check 'the state is its own' same '700 peernet:peernet /var/lib/peernet' attributes /var/lib/peernet
check 'starts at the next boot' same '/lib/systemd/system/peernetd.service' wanted
check 'accepts its own configuration' in_root peernetd --check-config
check 'its commented settings are right as well' in_root sh -c '
  sed "s/^;\([a-z[]\)/\1/; s#/etc/peernet/board.conf#/mnt/board.conf#" /etc/peernet/peernetd.conf >/mnt/peernetd.conf
  sed "s/^;\([a-z[]\)/\1/" /etc/peernet/board.conf >/mnt/board.conf
  peernetd --config /mnt/peernetd.conf --check-config'

echo 'interfaces = lo' | sed -i '/^\[node\]/r /dev/stdin' "$root/etc/peernet/peernetd.conf"
identity=$(agent_key)
laptop=$("$PEERNET_COMMAND" id | key)
check "root's command makes the key" test -n "$identity"
check 'starts by hand' start_agent
check 'is paired by root' in_root peernetd pair "$laptop" laptop --allow 'system.*'
check 'the laptop is paired' "$PEERNET_COMMAND" pair "$identity" board
check "all state is the agent's own, and nobody else's" same '' in_root find /var/lib/peernet -type f \
  '(' -not -user peernet -o -not -group peernet -o -not -perm 600 ')'
check 'the laptop finds it and calls it' soon "$PEERNET_COMMAND" info board --timeout 3
check 'what was not granted is refused' ends 77 "$PEERNET_COMMAND" gpio list board
check 'stops' stop_agent

changed=$(setting_digest)
check 'upgrades' dpkg_in_root -i "/mnt/$package"
check 'is upgraded' same "installed $version" state
check 'a changed setting survives the upgrade' same "$changed" setting_digest
check 'an unchanged one is renewed' not grep -q 'of before' "$root/etc/peernet/board.conf"
check 'the key survives the upgrade' same "$identity" agent_key
check 'the peers survive the upgrade' in_root sh -c 'peernetd peers | grep -q laptop'

check 'is removed' dpkg_in_root -r peernetd
check 'the program is gone, and its unit' in_root sh -c \
  '! ls /usr/bin/peernetd /usr/lib/systemd/system/peernetd.service'
check 'the settings stay' in_root test -e /etc/peernet/peernetd.conf
check 'is purged, and says where the key is' in_root sh -c \
  'dpkg --force-unsafe-io -P peernetd | grep "stay in /var/lib/peernet"'
check 'no setting stays' in_root sh -c '! ls -d /etc/peernet'
check 'nothing wants to start it' not wanted
check 'the key stays' in_root test -s /var/lib/peernet/identity.keys

check 'is installed again' dpkg_in_root -i "/mnt/$package"
check 'and is the same peer' same "$identity" agent_key
touch "$root/etc/peernet/purge-keys"
check 'is purged with its key' dpkg_in_root -P peernetd
check 'the key is gone, and the switch' in_root sh -c '! ls -d /var/lib/peernet /etc/peernet'
