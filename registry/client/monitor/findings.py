"""What a monitor can find wrong with a log, and the kinds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kinds of alarms. The words of one say what was seen."""

    FORGED = "forged-checkpoint"
    """A checkpoint that the pinned keys did not sign, or that is none."""
    ANOTHER = "another-log"
    """A checkpoint of another log than the one that was followed."""
    ROLLBACK = "rollback"
    """Fewer entries than a head that it signed before."""
    FORK = "fork"
    """A signed head that does not continue one that it signed before."""
    ALTERED = "altered-entry"
    """An entry that is not the one under the signed root."""
    MISSING = "missing-entry"
    """An entry under the signed root that is not served."""
    UNREADABLE = "unreadable-entry"
    """An entry under the signed root that is no entry of this format."""
    TIME = "time-went-back"
    """An entry with an earlier time than one before it: backdated."""
    TILE = "damaged-tile"
    """A tile of hashes that is missing, or is not over the entries."""
    ROOT = "root-mismatch"
    """Neither entries nor tiles lead to the signed root."""
    UNWITNESSED = "unwitnessed"
    """Too few witnesses vouch for what is served, or for too old a head."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong with the log. `index`: of the entry in question; `evidence`: the signed heads."""

    kind: Kind
    words: str
    index: int | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = {"kind": self.kind.value, "words": self.words}
        if self.index is not None:
            found["index"] = self.index
        return found | ({"evidence": dict(self.evidence)} if self.evidence else {})
