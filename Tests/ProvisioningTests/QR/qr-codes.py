#!/usr/bin/env python3
"""Writes qr-codes.txt: QR codes of version 3-M by an independent encoder (`pip install segno`), one for each mask.

A code is a line `TEXT MASK ROW ROW …`, 29 rows of 29 modules, 1 for dark.
"""
import segno

TEXTS = [
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST",
    "7QWERTYUIOPASDFGHJKLZXCVBNM2345677654325QWERTYUIOPA2",
    "A",
    "AB",
    "Z" * 61,
]

with open(__file__.rsplit("/", 1)[0] + "/qr-codes.txt", "w") as out:
    for text in TEXTS:
        for mask in range(8):
            code = segno.make(text, version=3, error="m", mode="alphanumeric", mask=mask, boost_error=False, micro=False)
            rows = ["".join(str(module & 1) for module in row) for row in code.matrix]
            out.write(" ".join([text, str(mask), *rows]) + "\n")
