"""Batches of 1,000 in the process, without the server and its signatures: items a second of processor time.

    python -m benchmarks.batches [--works N] [--folder DIR] [--rounds R]

By ISRC and by URL, with evidence and without, and one asset at a time; half of the assets are registered. The registry
is the one that `benchmarks.verify` keeps in the folder; works that are missing are added. Kinds alternate, and the
best round stands beside the middle one, because others use the machine.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.population import populated, settings_in
from benchmarks.verify import BATCH, batches, singles
from registry.api.json_bodies import encode_json
from registry.api.present_answer import present_answers
from registry.api.question import read_question
from registry.bootstrap import Registry
from registry.garbage import spare_what_stays
from registry.services.answer import Inquiry, answer_within

SINGLES = 500


def bodies_of(works: int, count: int) -> dict[str, list[bytes]]:
    """Questions as they come over the wire, by kind."""
    chance = random.Random(11)
    asked = {kind: batches(chance, works, count, kind) for kind in ("identifiers", "urls")}
    asked["one at a time"] = singles(chance, works, SINGLES)
    return {kind: [msgspec.json.encode(each) for each in asked[kind]] for kind in asked}


def answered(registry: Registry, body: bytes, *, evidence: bool) -> bytes:
    """The answer to a question of nobody's, as JSON, unsigned."""
    with registry.lookups.transaction() as transaction:
        question = read_question(body)
        inquiry = Inquiry(question.usage, question.items, None, question.as_of, evidence)
        answers = answer_within(
            transaction,
            inquiry,
            now=registry.clock(),
            max_validity=registry.settings.max_validity,
        )
    members = present_answers(
        question, answers, registry.place, platform=None, digest="", evidence=evidence
    )
    return encode_json(members)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path("var/benchmark/small"))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    registry = populated(settings_in(options.folder, None, 1), options.works)
    asked = bodies_of(options.works, 3)
    spent: dict[tuple[str, bool], list[float]] = {}
    for turn in range(options.rounds + 1):
        if turn == 1:
            spare_what_stays()
            spent.clear()  # the first round warms up
        for kind, bodies in asked.items():
            items = SINGLES if kind == "one at a time" else BATCH * len(bodies)
            for evidence in (True, False):
                started = time.process_time()
                for body in bodies:
                    answered(registry, body, evidence=evidence)
                spent.setdefault((kind, evidence), []).append(
                    (time.process_time() - started) / items
                )
    print(f"{options.works:,} works; items a second of processor time: best round, middle round")
    for (kind, evidence), found in spent.items():
        name = kind if evidence else f"{kind}, no evidence"
        print(f"  {name:28} {1 / min(found):10,.0f} {1 / median(found):10,.0f}")
    registry.close()


if __name__ == "__main__":
    main()
