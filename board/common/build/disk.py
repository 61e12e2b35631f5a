#!/usr/bin/env python3
"""Writes what stands on the disk of a board: environments of U-Boot, a slot, the whole disk.

  disk.py environment FILE SIZE NAME=VALUE...
  disk.py slot FILE --root SQUASHFS --kernel UIMAGE --initrd UIMAGE --version TEXT --board NAME
  disk.py image FILE --boot FAT --slot SLOT --board NAME

The layout is the one of Sources/Disk/DiskLayout.swift, and the same for every board and release."""

import argparse, hashlib, os, struct, sys, zlib

SECTOR = 512
BLOCK = 4096
MIB = 1 << 20
SIGNATURE = 0x504E4544
ENVIRONMENT_COPIES = [1 * MIB, 3 * MIB // 2]
ENVIRONMENT_SIZE = 4096
BOOT = (4 * MIB, 60 * MIB, 0x0C)
SLOTS = [(64 * MIB, 192 * MIB, 0x83), (256 * MIB, 192 * MIB, 0x83)]
DATA = (448 * MIB, 512 * MIB, 0x83)
SIZE = 960 * MIB
# In the first bytes of a data partition that has no file system yet. Zeros, or anything else, is one that was lost.
BLANK = b"PEERNEW1"


def fail(text):
    sys.exit(f"disk.py: {text}")


def padded(data, unit):
    return data + bytes(-len(data) % unit)


def environment(size, settings):
    text = b"".join(setting.encode() + b"\0" for setting in settings) + b"\0"
    if len(text) > size - 4:
        fail(f"an environment of {len(text)} bytes is too large")
    text += bytes(size - 4 - len(text))
    return struct.pack("<I", zlib.crc32(text)) + text


def check(text):
    if not 0 < len(text.encode()) < 32:
        fail(f"'{text}' is not of 1 to 31 bytes")


def slot(root, kernel, initrd, version, board):
    magic, = struct.unpack_from("<I", root)
    used, = struct.unpack_from("<Q", root, 40)
    if magic != 0x73717368 or len(root) != -(-used // BLOCK) * BLOCK:
        fail("the root is not a squashfs that is padded to 4 KiB")
    check(version)
    check(board)
    # The script that boots reads one sector ahead of the two images: where the second begins.
    kernel, initrd = padded(kernel, SECTOR), padded(initrd, SECTOR)
    boot = padded(b"PNBOOT1\n" + struct.pack("<II", len(kernel) // SECTOR, len(initrd) // SECTOR), SECTOR) + kernel + initrd
    header = struct.pack("<8sII32s32s32s", b"PNSLOT1\n", len(boot) // SECTOR, len(root) // SECTOR,
                         version.encode(), board.encode(), hashlib.sha256(root + boot).digest())
    header += bytes(BLOCK - 32 - len(header))
    header += hashlib.sha256(header).digest()
    whole = root + header + boot
    if len(whole) > SLOTS[0][1]:
        fail(f"a slot of {len(whole)} bytes is too large")
    # What arrives first says whether the rest fits.
    return header + whole


def partition_table(board):
    def entry(start, size, kind, active):
        # Cylinders, heads and sectors say nothing any more: 0xFFFFFE is how a table says so.
        return struct.pack("<B3sB3sII", 0x80 if active else 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff",
                           start // SECTOR, size // SECTOR)

    table = b"".join(entry(*part, active=part is BOOT) for part in [BOOT, *SLOTS, DATA])
    # The firmware and U-Boot start nothing from here; peernet tells the name before it overwrites a card.
    return bytes(408) + struct.pack("<32s", board.encode()) + struct.pack("<IH", SIGNATURE, 0) + table + b"\x55\xaa"


def write(disk, offset, data):
    """Leaves holes where there are only zeros."""
    for start in range(0, len(data), BLOCK):
        piece = data[start:start + BLOCK]
        if piece.count(0) != len(piece):
            disk.seek(offset + start)
            disk.write(piece)


def image(path, boot, file, board):
    check(board)
    slot = file[BLOCK:]
    if not file.startswith(b"PNSLOT1\n") or not slot.startswith(b"hsqs"):
        fail("the slot does not begin with a header and a squashfs")
    settings = ["seq=1", "slot=a", "trial=-", "tries=0", "failed=-", "reason=-"]
    with open(path, "wb") as disk:
        disk.truncate(SIZE)
        write(disk, 0, partition_table(board))
        for offset in ENVIRONMENT_COPIES:
            write(disk, offset, environment(ENVIRONMENT_SIZE, settings))
        if len(boot) != BOOT[1]:
            fail("the boot partition has another size")
        write(disk, BOOT[0], boot)
        for start, _, _ in SLOTS:
            write(disk, start, slot)
        write(disk, DATA[0], BLANK)


def read(path):
    with open(path, "rb") as file:
        return file.read()


arguments = argparse.ArgumentParser()
commands = arguments.add_subparsers(dest="command", required=True)
one = commands.add_parser("environment")
one.add_argument("file")
one.add_argument("size", type=lambda text: int(text, 0))
one.add_argument("settings", nargs="+")
one = commands.add_parser("slot")
one.add_argument("file")
for name in ["root", "kernel", "initrd", "version", "board"]:
    one.add_argument(f"--{name}", required=True)
one = commands.add_parser("image")
one.add_argument("file")
for name in ["boot", "slot", "board"]:
    one.add_argument(f"--{name}", required=True)
given = arguments.parse_args()
if given.command == "environment":
    with open(given.file, "wb") as file:
        file.write(environment(given.size, given.settings))
elif given.command == "slot":
    with open(given.file, "wb") as file:
        file.write(slot(read(given.root), read(given.kernel), read(given.initrd), given.version, given.board))
else:
    image(given.file, read(given.boot), read(given.slot), given.board)
