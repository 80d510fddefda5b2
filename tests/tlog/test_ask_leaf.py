"""A leaf has one spelling, which docs/formats.md shows, and every part of it counts."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from registry.errors import InvalidInput
from registry.tlog.ask_leaf import AskLeaf

ROOT = Path(__file__).resolve().parents[2]

LEAF = AskLeaf(
    platform="01a1e2f0-0000-7000-8000-000000000001",
    at=1_795_000_000_123,
    question=hashlib.sha256(b"question").digest(),
    answer=hashlib.sha256(b"answer").digest(),
    salt=bytes(range(16)),
)
ENCODED = (
    '{"v":1,"type":"ask","platform":"01a1e2f0-0000-7000-8000-000000000001",'
    '"time":"2026-11-18T11:06:40.123Z","question":"sha-256=:H1CH25Gc7VwSPH9QfT/M6BjLDPbnfC+VqKNelR4D/bk=:",'
    '"answer":"sha-256=:DbUvQHbAglGEEq/T3TV24ssMY3A/1/7V4jreYO/vMdk=:","salt":"AAECAwQFBgcICQoLDA0ODw=="}'
)


def test_the_published_example_comes_out() -> None:
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    assert LEAF.encode().decode() == ENCODED
    assert ENCODED in text
    assert LEAF.hash() == hashlib.sha256(b"\x00" + ENCODED.encode()).digest()
    assert LEAF.hash().hex() in text


@pytest.mark.parametrize(
    "change",
    [
        {"platform": "01a1e2f0-0000-7000-8000-000000000002"},
        {"at": LEAF.at + 1},
        {"question": LEAF.answer},
        {"answer": LEAF.question},
        {"salt": bytes(16)},
    ],
)
def test_each_part_counts(change: dict[str, object]) -> None:
    assert replace(LEAF, **change).hash() != LEAF.hash()


@pytest.mark.parametrize("part", ["question", "answer", "salt"])
def test_a_part_of_another_size_is_refused_by_its_name(part: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        replace(LEAF, **{part: b"short"})
    assert refused.value.field == part
