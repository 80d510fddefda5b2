"""Asking the rules directly: a log by hand, folded in memory, and one question."""

from registry.domain.case import Case, open_case
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import Answer, resolve
from registry.domain.state import State
from registry.domain.vocabulary import Assurance, Preference, Usage
from tests.model.histories import Log, of_work

ALLOW, DENY, CONDITIONAL = Preference.ALLOW, Preference.DENY, Preference.CONDITIONAL
GEN, SEARCH, VOICE = Usage.GENERATIVE_TRAINING, Usage.SEARCH, Usage.VOICE_LIKENESS
URL, OTHER_URL = "https://artist.com/x", "https://artist.com/a/y"
ISRC, SONG, UPC = "isrc:USRC17607839", "iswc:T0345246801", "upc:036000291452"


def question(
    log: Log, *identifiers: str, usage: Usage = GEN, asker: str | None = None, at: int | None = None
) -> Question:
    parsed = tuple(parse_identifier(text) for text in identifiers)
    return Question(parsed, usage, asker, log.now if at is None else at)


def ask(
    log: Log, *identifiers: str, usage: Usage = GEN, asker: str | None = None, at: int | None = None
) -> Answer:
    return resolve(question(log, *identifiers, usage=usage, asker=asker, at=at), State(log.entries))


def decided(
    log: Log, *identifiers: str, usage: Usage = GEN, asker: str | None = None, at: int | None = None
) -> str:
    """The decision and its reasons in a line."""
    found = ask(log, *identifiers, usage=usage, asker=asker, at=at)
    return " ".join([found.decision, *found.reasons])


def prove(
    log: Log,
    by: str,
    work: str,
    *identifiers: str,
    level: Assurance = Assurance.CONTROLLED,
) -> None:
    """Proof of these identifiers for the first claim on a work."""
    for one in identifiers:
        log.grant(by, f"{work}c", of_work(work), identifier=one, level=level)


def opened(
    log: Log, *identifiers: str, usage: Usage = GEN, asker: str | None = None, at: int | None = None
) -> Case:
    """The case that a question opens: what it reached."""
    asked = question(log, *identifiers, usage=usage, asker=asker, at=at)
    return open_case(asked, State(log.entries))
