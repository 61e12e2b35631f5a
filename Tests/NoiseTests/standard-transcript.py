#!/usr/bin/env python3
"""Writes standard-transcript.json: Noise XX handshakes as an independent implementation makes them.

    pip install noiseprotocol==0.3.1
    python3 standard-transcript.py

Keys and texts are derived from fixed labels, so that a run gives the same bytes every time.
"""
import hashlib
import json
import pathlib
import warnings

from noise.connection import Keypair, NoiseConnection

NAME = "Noise_XX_25519_ChaChaPoly_SHA256"
PROLOGUES = [b"PeerNet/2", b"", b"PeerNet/2", b"\x00", b"PeerNet/2", b"prologue of more than one block " * 5]
# The payloads of M1, M2 and M3, in bytes.
PAYLOADS = [
    (0, 0, 0), (0, 40, 40), (0, 1024, 1024), (5, 0, 0), (0, 1, 0), (0, 0, 1), (16, 17, 31), (63, 64, 65),
]
# M3 has 65,535 bytes then. Once only, to keep the file small.
LARGEST = (0, 0, 65471)
TRANSPORT = [0, 1, 15, 16, 17, 63, 64, 65, 300]
COUNT = 25


def derived(label, count):
    stream = b""
    block = 0
    while len(stream) < count:
        stream += hashlib.sha256(f"{label} {block}".encode()).digest()
        block += 1
    return stream[:count]


def side(label, initiator, prologue):
    connection = NoiseConnection.from_name(NAME.encode())
    if initiator:
        connection.set_as_initiator()
    else:
        connection.set_as_responder()
    connection.set_prologue(prologue)
    static, ephemeral = derived(label + " static", 32), derived(label + " ephemeral", 32)
    connection.set_keypair_from_private_bytes(Keypair.STATIC, static)
    connection.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Fixed ephemeral keys are for tests, as it says.
        connection.start_handshake()
    return connection, static.hex(), ephemeral.hex()


def handshake(number):
    prologue = PROLOGUES[number % len(PROLOGUES)]
    sizes = PAYLOADS[number % len(PAYLOADS)] if number < COUNT - 1 else LARGEST
    label = f"handshake {number}"
    initiator, initiator_static, initiator_ephemeral = side(label + " initiator", True, prologue)
    responder, responder_static, responder_ephemeral = side(label + " responder", False, prologue)

    messages = []
    for index, size in enumerate(sizes):
        writer, reader = (initiator, responder) if index % 2 == 0 else (responder, initiator)
        payload = derived(f"{label} payload {index}", size)
        message = bytes(writer.write_message(payload))
        assert bytes(reader.read_message(message)) == payload
        messages.append({"payload": payload.hex(), "message": message.hex()})

    transport = []
    for index, size in enumerate(TRANSPORT):
        for name, sender, receiver in (("initiator", initiator, responder), ("responder", responder, initiator)):
            plaintext = derived(f"{label} transport {name} {index}", size)
            message = sender.encrypt(plaintext)
            assert receiver.decrypt(message) == plaintext
            transport.append({"from": name, "plaintext": plaintext.hex(), "message": message.hex()})

    assert initiator.get_handshake_hash() == responder.get_handshake_hash()
    return {
        "number": number,
        "prologue": prologue.hex(),
        "initiator_static": initiator_static,
        "initiator_ephemeral": initiator_ephemeral,
        "responder_static": responder_static,
        "responder_ephemeral": responder_ephemeral,
        "messages": messages,
        "transport": transport,
        "handshake_hash": initiator.get_handshake_hash().hex(),
    }


def main():
    handshakes = [handshake(number) for number in range(COUNT)]
    document = {"protocol_name": NAME, "made_with": "noiseprotocol 0.3.1", "handshakes": handshakes}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1) + "\n")


main()
