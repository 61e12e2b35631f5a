#!/bin/sh
# Installs the command line from this folder, with its manual and completions; run again, it upgrades. Keys and trust
# lists, in ~/.config/peernet, are never touched.
#
#   sh install.sh [--prefix FOLDER] [--remove]
#
#   --prefix FOLDER   instead of /usr/local; ~/.local needs no root
#   --remove          takes away what was installed there
set -eu
umask 022

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d'; exit "$1"; }

prefix=/usr/local remove=no
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix)
      [ $# -gt 1 ] || usage 64 >&2
      prefix=${2%/}
      shift
      ;;
    --remove) remove=yes ;;
    -h | --help) usage 0 ;;
    *) usage 64 >&2 ;;
  esac
  shift
done

source=$(cd "$(dirname "$0")" && pwd)
# What is here stands in the same places there.
cd "$source"
machine=$(cat MACHINE)
if [ $remove = no ] && [ "$(uname -m)" != "$machine" ]; then
  echo "install.sh: this is for $machine, this computer is $(uname -m)" >&2
  exit 1
fi
find bin share -type f | sort | while read -r file; do
  if [ $remove = yes ]; then
    rm -f "$prefix/$file"
    echo "removed $prefix/$file"
  else
    mkdir -p "$prefix/${file%/*}"
    # Replaced as a whole: the old one may be running.
    cp "$file" "$prefix/$file.new"
    chmod "$(case "$file" in bin/*) echo 755 ;; *) echo 644 ;; esac)" "$prefix/$file.new"
    mv -f "$prefix/$file.new" "$prefix/$file"
    echo "installed $prefix/$file"
  fi
done
if [ $remove = yes ]; then
  # Whatever is empty now, and nothing else.
  find share -depth -type d | while read -r folder; do rmdir "$prefix/$folder" 2>/dev/null || true; done
else
  case ":$PATH:" in
    *":$prefix/bin:"*) ;;
    *) echo "$prefix/bin is not on the PATH of this shell: add it there" ;;
  esac
fi
