# The laptop's command line, in a root that has no Swift: installed, used with an agent in the same root, and removed.

program=peernet_${version}_$native.deb
if [ -e "$cache/packages/$program" ]; then
  unpack laptop
  expected='/usr/bin/peernet -rwxr-xr-x root/root
/usr/share/bash-completion/completions/peernet -rw-r--r-- root/root
/usr/share/doc/peernet/changelog.gz -rw-r--r-- root/root
/usr/share/doc/peernet/copyright -rw-r--r-- root/root
/usr/share/fish/vendor_completions.d/peernet.fish -rw-r--r-- root/root
/usr/share/man/man1/peernet.1.gz -rw-r--r-- root/root
/usr/share/zsh/vendor-completions/_peernet -rw-r--r-- root/root'
  contents() { dpkg-deb -c "$cache/packages/$program" | awk '$1 !~ /^d/ { print substr($6, 2), $1, $2 }' | sort; }
  # What is in the root of the name, but for settings and state of the agent's.
  traces() { (cd "$root" && find . -xdev ! -path './mnt/*' ! -path './srv/*' ! -path './var/lib/dpkg/*' -name '*peernet*' | sort); }
  # operator COMMAND...: the installed command line as somebody has it who is not root
  operator() {
    env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv/operator PEERNET_INTERFACES=lo chroot "$root" \
      setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
  }
  mkdir -p "$root/srv/operator" && chown 1000:1000 "$root/srv/operator"
  before=$(traces)

  check 'laptop: files, modes and owners' same "$expected" contents
  lintian_in_tools() { root=$work/tools in_root lintian --allow-root --no-cfg --fail-on error "/mnt/$program"; }
  [ ! -d "$work/tools" ] || check 'laptop: lintian finds no error' lintian_in_tools
  check 'laptop: installs' dpkg_in_root -i "/mnt/$program"
  check 'laptop: its dependencies are met' in_root apt-get check
  check 'laptop: its files are as packed' same '' in_root dpkg --verify peernet
  check 'laptop: there is no Swift' in_root sh -c '! ls -d /usr/lib/swift* /opt/swift* /usr/bin/swift* 2>/dev/null'
  check 'laptop: it starts' same "$version" operator peernet --version
  check 'laptop: all its libraries are there' operator sh -c '! ldd /usr/bin/peernet | grep "not found"'
  check "laptop: bash takes the completions" operator bash -c \
    '. /usr/share/bash-completion/completions/peernet && complete -p peernet && peernet ---completion unpair -- peer 0 0; :'
  check "laptop: the manual is the source's" cmp <(zcat "$root/usr/share/man/man1/peernet.1.gz") \
    "$here/../../Documentation/peernet.1"

  check 'laptop: an agent beside it' dpkg_in_root -i "/mnt/$package"
  echo 'interfaces = lo' | sed -i '/^\[node\]/r /dev/stdin' "$root/etc/peernet/peernetd.conf"
  board=$(agent_key)
  mine=$(operator peernet id | key)
  check 'laptop: makes a key' test -n "$mine"
  check 'laptop: the agent starts' start_agent
  check 'laptop: is paired there' in_root peernetd pair "$mine" laptop --allow 'system.*'
  check 'laptop: pairs the board' operator peernet pair "$board" board
  check 'laptop: finds it and calls it' soon operator peernet info board --timeout 3
  check 'laptop: the agent stops' stop_agent
  check 'laptop: the agent goes' dpkg_in_root -P peernetd

  check 'laptop: is removed' dpkg_in_root -P peernet
  check 'laptop: the key stays' operator test -s /srv/operator/.config/peernet/identity.keys
  rm -rf "$root/var/lib/peernet" "$root/run/peernet"
  check 'laptop: and nothing else' same "$before" traces

  mkdir -p "$root/mnt/tarball"
  tar -xzf "$cache/packages/peernet-$version-$machine.tar.gz" -C "$root/mnt/tarball"
  unpacked=/mnt/tarball/peernet-$version-$machine
  check 'laptop, tarball: installs' in_root sh "$unpacked/install.sh"
  check "laptop, tarball: the program is the package's" cmp "$root/usr/local/bin/peernet" "$root$unpacked/bin/peernet"
  its_key() { operator peernet id | key; }
  check 'laptop, tarball: it is the same operator' same "$mine" its_key
  check 'laptop, tarball: upgrades' in_root sh "$unpacked/install.sh"
  check 'laptop, tarball: refuses an option that it does not know' not in_root sh "$unpacked/install.sh" --nonsense
  check 'laptop, tarball: below a home, without root' operator sh "$unpacked/install.sh" --prefix /srv/operator/.local
  check 'laptop, tarball: where it shall be' operator /srv/operator/.local/bin/peernet --version
  check 'laptop, tarball: is removed' in_root sh "$unpacked/install.sh" --remove
  check 'laptop, tarball: which leaves nothing' same "$before" traces
fi
