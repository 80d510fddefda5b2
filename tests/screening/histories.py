"""Histories in which something is all but allowed to everybody: proven and permitted, and then one or two acts more.

In the histories of `tests.model` that is rare, and it is where a snapshot could say too little.
"""

from typing import Any

from hypothesis import strategies as st

from registry.domain.event_body import Sequenced
from registry.domain.vocabulary import Assurance, Preference, Role, Usage
from tests.model.histories import (
    HOUR,
    PLATFORMS,
    POOL,
    RIGHTSHOLDERS,
    Log,
    Maker,
    catalogue,
    of_work,
    parties,
)

CODES = tuple(one for one in POOL if not one.startswith("https://"))
GEN = Usage.GENERATIVE_TRAINING


def proven(log: Log, by: str, *identifiers: str, **more: Any) -> str:
    """A recording with proof for every identifier, which everybody may use."""
    work = log.work(by, *identifiers, **more)
    for one in identifiers:
        log.grant(by, f"{work}c", of_work(work), level=Assurance.ATTESTED, identifier=one)
    log.declare(by, of_work(work), {GEN: Preference.ALLOW})
    return work


@st.composite
def nearly_open_histories(draw: Any) -> list[Sequenced]:
    """One to three recordings that everybody may use, of one rightsholder or two; then what may spoil it."""
    log = parties()
    maker = Maker(draw, log, RIGHTSHOLDERS)
    works: list[tuple[str, str]] = []
    for code in draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)):
        by = maker.pick(("r1", "r1", "r2"))
        works.append((by, proven(log, by, code, *maker.pick(((), (), (POOL[2],))))))
    for act in draw(st.lists(st.sampled_from(SPOILING), max_size=2)):
        act(maker, works)
    return log.entries


def _say(maker: Maker, works: list[tuple[str, str]], **more: Any) -> None:
    by, work = maker.pick(works)
    subject = maker.pick((of_work(work), of_work(work), catalogue(by)))
    maker.log.declare(by, subject, {GEN: maker.pick(tuple(Preference))}, **more)


def _to_somebody(maker: Maker, works: list[tuple[str, str]]) -> None:
    _say(maker, works, grantee=maker.pick(PLATFORMS))


def _from_later_on(maker: Maker, works: list[tuple[str, str]]) -> None:
    _say(maker, works, valid_from=maker.log.now + maker.pick((1, HOUR, 2 * HOUR)))


def _for_a_while(maker: Maker, works: list[tuple[str, str]]) -> None:
    _say(maker, works, valid_until=maker.log.now + maker.pick((1, HOUR, 2 * HOUR)))


def _waiting(maker: Maker, works: list[tuple[str, str]]) -> None:
    _say(maker, works, takes_effect_at=maker.log.now + HOUR)


def _claimed_by_another(maker: Maker, works: list[tuple[str, str]]) -> None:
    maker.log.claim(maker.pick(RIGHTSHOLDERS), of_work(maker.pick(works)[1]))


def _the_same_code_again(maker: Maker, _works: list[tuple[str, str]]) -> None:
    maker.log.work(maker.pick(RIGHTSHOLDERS), maker.pick(CODES), role=Role.RECORDING)


def _anything(maker: Maker, _works: list[tuple[str, str]]) -> None:
    maker.act(Maker.ANY)


SPOILING = (
    *(_to_somebody, _from_later_on, _for_a_while, _waiting),
    *(_claimed_by_another, _the_same_code_again, _anything),
)
