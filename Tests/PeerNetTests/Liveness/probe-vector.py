#!/usr/bin/env python3
"""Prints the bytes that ProbeVectorTests expects, made without our code.

    pip install cryptography
    python3 probe-vector.py

A Noise XX handshake with prologue PeerNet/2 and empty payloads between fixed keys, written out from the Noise
specification; from its last chaining key the keys of probes, and one challenge with its echo.
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def private(byte):
    return X25519PrivateKey.from_private_bytes(bytes([byte]) * 32)


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(key, other):
    return key.exchange(X25519PublicKey.from_public_bytes(other))


def hkdf(key, material):
    temporary = hmac.digest(key, material, "sha256")
    first = hmac.digest(temporary, b"\x01", "sha256")
    return first, hmac.digest(temporary, first + b"\x02", "sha256")


class Symmetric:
    def __init__(self):
        self.h = self.ck = b"Noise_XX_25519_ChaChaPoly_SHA256"
        self.mix_hash(b"PeerNet/2")

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, secret):
        self.ck, self.k = hkdf(self.ck, secret)
        self.n = 0

    def encrypt(self, plaintext):
        sealed = ChaCha20Poly1305(self.k).encrypt(struct.pack("<IQ", 0, self.n), plaintext, self.h)
        self.n += 1
        self.mix_hash(sealed)


si, sr, ei, er = private(1), private(2), private(3), private(4)
state = Symmetric()
state.mix_hash(public(ei))
state.mix_hash(b"")
state.mix_hash(public(er))
state.mix_key(dh(er, public(ei)))
state.encrypt(public(sr))
state.mix_key(dh(sr, public(ei)))
state.encrypt(b"")
state.encrypt(public(si))
state.mix_key(dh(si, public(er)))
state.encrypt(b"")

initiator, responder = hkdf(state.ck, b"PeerNet/2 udp")


def datagram(key, counter, kind, number, received):
    header = state.h[:8] + struct.pack(">Q", counter)
    body = struct.pack(">BQQ", kind, number, received)
    return header + ChaCha20Poly1305(key).encrypt(struct.pack("<IQ", 0, counter), body, header)


print("initiator's key", initiator.hex())
print("responder's key", responder.hex())
print("challenge", datagram(initiator, 1, 1, 7, 300).hex())
print("echo     ", datagram(responder, 1, 2, 7, 70_000).hex())
