# The other architecture's package: installed beside this one's tools, its program under emulation.

if [ "$native" = amd64 ] && [ -e "$cache/packages/peernetd_${version}_arm64.deb" ]; then
  unpack foreign
  cp "$(command -v qemu-aarch64-static)" "$root/mnt/qemu"
  in_root dpkg --add-architecture arm64
  emulated() { in_root /mnt/qemu /usr/bin/peernetd "$@"; }

  check 'arm64: installs' dpkg_in_root -i "/mnt/peernetd_${version}_arm64.deb"
  check 'arm64: its files are as packed' same '' in_root dpkg --verify peernetd:arm64
  check 'arm64: the program starts' same "peernetd $(sed -n 's/.*version: StaticString = "\(.*\)"/\1/p' \
    "$here/../../Sources/peernetd/PeernetdCommand.swift")" emulated --version
  check 'arm64: accepts its own configuration' emulated --check-config
  check 'arm64: makes a key, its own user'"'"'s' sh -c 'test -n "$1"' - "$(emulated id | key)"
  check 'arm64: the key is the agent'"'"'s' same '600 peernet:peernet /var/lib/peernet/identity.keys' \
    attributes /var/lib/peernet/identity.keys
  check 'arm64: is purged' dpkg_in_root -P peernetd:arm64
fi
