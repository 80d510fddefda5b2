"""Answers worked out anew from an export alone, over random histories: by the independent model, and by the verifier.

Histories are lived with the real services: identifiers come and go, links, lapsed proofs, disputes, loosenings delayed,
confirmed and cancelled; in every second one people are erased. What the registry answered, now and about the past, has
to be what the export gives.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from registry.client.exports.verify import Trusted, verify_export
from registry.domain.vocabulary import Usage
from registry.services.erase import erase
from tests.exported import events_of, exported, log_keys, receipt_line
from tests.model.oracle import answer
from tests.model.profiles import examples
from tests.registries import STEWARD, open_desk
from tests.service_histories import POOL, USAGES, Life, lived_in

QUESTIONS = 24
"""About the past, in each history; moreover two after each of its parts, about now."""
ITEMS = min(6, examples(1))
"""Of each question about the past: with the profile `thorough` over 12,000 answers, of 80 histories."""


@dataclass(frozen=True)
class Told:
    """An asset asked about, what the registry said, and the log that it rested on: `size` entries, or those up to
    `as_of`."""

    identifiers: tuple[str, ...]
    usage: Usage
    asker: str | None
    size: int
    as_of: int | None
    at: int
    said: tuple[str, tuple[str, ...], bool]


@pytest.mark.parametrize("seed", range(examples(4)))
def test_the_model_and_the_verifier_agree_with_every_answer(seed: int, tmp_path: Path) -> None:
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite3'}")
    life, random, lines = lived_in(desk, seed, 10), Random(seed), []
    told: list[Told] = []
    for part in range(6):
        life.live(6)
        lines += [_ask(life, random, told, None, 1) for _ in range(2)]
        if seed % 2 and part in (2, 5):  # whoever is erased was answered about before, and is after
            _erase(life, life.holders[part // 3])
    newest = exported(desk, tmp_path / "export")
    entries = events_of(tmp_path / "export")
    for _ in range(QUESTIONS):
        moment = random.choice(entries).at + random.choice((-1, 0, 1, 5_000))
        lines.append(_ask(life, random, told, min(moment, newest.at), ITEMS))

    for one in told:
        prefix = [
            entry
            for entry in entries
            if (entry.seq < one.size if one.as_of is None else entry.at <= one.as_of)
        ]
        found = answer(prefix, one.identifiers, one.usage, one.asker, one.at)
        assert (found.decision, found.reasons, found.disputed) == one.said, one

    (tmp_path / "receipts.jsonl").write_bytes(b"".join(lines))
    trusted = Trusted(log_keys(desk), asked=[tmp_path / "receipts.jsonl"], replay=True)
    report = verify_export(tmp_path / "export", trusted)
    assert report.holds, report
    assert (report.right, report.unsettled) == (len(lines), [])

    exported(desk, tmp_path / "some", rightsholder=life.holders[:2])
    part = verify_export(tmp_path / "some", trusted)
    assert part.holds, part
    assert part.right > 0
    assert part.right + len(part.unsettled) == len(lines)
    desk.registry.close()


def _erase(life: Life, who: str) -> None:
    registry = life.desk.registry
    assert erase(registry.writing, registry.import_files, who, STEWARD, titles=True).bodies > 0


def _ask(life: Life, random: Random, told: list[Told], as_of: int | None, count: int) -> bytes:
    """Asks the registry about so many assets, notes what it said of each, and gives the receipt."""
    desk = life.desk
    items = [tuple(random.sample(POOL, random.choice((1, 1, 2)))) for _ in range(count)]
    usage = Usage(random.choice(USAGES))
    asker = random.choice((None, None, *life.platforms))
    answers = desk.ask_all(items, usage, asker=asker, as_of=as_of)
    at = answers.answered_at if as_of is None else as_of
    for item, result in zip(items, answers.results, strict=True):
        said = result.answer
        assert said is not None
        words = str(said.decision), said.reasons, said.disputed
        told.append(Told(item, usage, asker, answers.size, as_of, at, words))
    return receipt_line(desk, items, usage, asker=asker, as_of=as_of)
