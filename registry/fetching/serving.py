"""The fetch process's loop: a line asks, a line replies, until its input ends."""

import traceback
from typing import BinaryIO

import msgspec

from registry.fetching.lines import (
    LONGEST_LINE,
    Ask,
    Missed,
    ReadRecords,
    ReadText,
    Reply,
    decode_ask,
    encode_line,
)
from registry.fetching.looking import Reach, read_records, read_text, take_digest


def serve(asks: BinaryIO, replies: BinaryIO, reach: Reach) -> None:
    """Answers until there is nothing more to read. A line that is no question ends it: its writer is not ours."""
    while line := asks.readline(LONGEST_LINE):
        try:
            ask = decode_ask(line)
        except msgspec.DecodeError:
            return
        replies.write(encode_line(answer(ask, reach)))
        replies.flush()


def answer(ask: Ask, reach: Reach) -> Reply:
    """One question, answered whatever the other side does.

    What a site makes go wrong here counts as unreachable: nobody keeps a proof by making the look at it fail.
    """
    try:
        if isinstance(ask, ReadRecords):
            return read_records(reach, ask)
        if isinstance(ask, ReadText):
            return read_text(reach, ask.url, ask.within, ask.fields)
        return take_digest(reach, ask.url, ask.within)
    except Exception:
        traceback.print_exc()
        return Missed("unreachable", "the look went wrong")
