"""What a look at a registry found: one line each, how bad it is, and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry.errors import RegistryError
from registry.storage.why_away import why_away


class Grade(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`about`: what was looked at; `said`: what was seen; `advice`: what to do, where there is something."""

    about: str
    grade: Grade
    said: str
    advice: str | None = None


def good(about: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(about, Grade.GOOD, said)


def warning(about: str, said: str, advice: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(about, Grade.WARNING, said, advice)


def wrong(about: str, said: str, advice: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(about, Grade.WRONG, said, advice)


def looked(
    about: str, look: Callable[[], Iterator[Finding]], advice: str | None = None
) -> list[Finding]:
    """What this look finds; an error that ends it is a finding too, with this advice beside its own words."""
    found = []
    try:
        for each in look():
            found.append(each)
    except RegistryError as error:
        why = why_away(error)
        said = f"{error.message}: {why}" if why else error.message
        found.append(Finding(about, Grade.WRONG, said, advice))
    return found
