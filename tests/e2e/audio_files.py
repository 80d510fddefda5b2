"""The heads of audio files, byte by byte, with the tags that players and encoders write into them."""

import struct
from collections.abc import Iterable

UNSYNCHRONISED, WITH_LENGTH, GROUPED, COMPRESSED = 0x02, 0x01, 0x40, 0x08
LACED = 255
MOST_LACED = 255


def synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def unsynchronised(text: bytes) -> bytes:
    """As ID3 keeps a decoder from taking data for sound: a zero after each FF."""
    return text.replace(b"\xff", b"\xff\x00")


def frame(name: str, text: bytes, marks: int = 0) -> bytes:
    """A frame of ID3v2.4; `text` begins with the byte of its encoding."""
    body = unsynchronised(text) if marks & UNSYNCHRONISED else text
    if marks & WITH_LENGTH:
        body = synchsafe(len(text)) + body
    if marks & GROUPED:
        body = b"\x80" + body
    return name.encode() + synchsafe(len(body)) + bytes((0, marks)) + body


def id3v24(*frames: bytes, flags: int = 0, before: bytes = b"") -> bytes:
    """A tag with these frames, some padding and no sound. `before`: an extended header."""
    body = before + b"".join(frames) + bytes(64)
    return b"ID3\x04\x00" + bytes((flags,)) + synchsafe(len(body)) + body


def vorbis_comments(*lines: str) -> bytes:
    """A vendor and comments (Ogg Vorbis I, section 5)."""
    said = [line.encode() for line in lines]
    vendor = struct.pack("<I", 4) + b"test"
    listed = b"".join(struct.pack("<I", len(line)) + line for line in said)
    return vendor + struct.pack("<I", len(said)) + listed


def page(serial: int, number: int, sizes: bytes, body: bytes) -> bytes:
    """A page of Ogg (RFC 3533, section 6), without its checksum."""
    head = b"OggS\x00\x00" + bytes(8) + struct.pack("<III", serial, number, 0)
    return head + bytes((len(sizes),)) + sizes + body


def pages(packet: bytes, serial: int = 7) -> list[bytes]:
    """A packet on as many pages as it needs."""
    sizes = bytes([LACED] * (len(packet) // LACED) + [len(packet) % LACED])
    found = []
    for at in range(0, len(sizes), MOST_LACED):
        table = sizes[at : at + MOST_LACED]
        begin = at * LACED
        found.append(page(serial, at // MOST_LACED, table, packet[begin : begin + sum(table)]))
    return found


def ogg(*packets: bytes, between: Iterable[bytes] = ()) -> bytes:
    """A stream of these packets; `between`: pages of another stream after each of its pages."""
    others = list(between)
    return b"".join(
        each + (others.pop(0) if others else b"") for packet in packets for each in pages(packet)
    )
