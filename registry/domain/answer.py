"""What one item of a question is told. Source: docs/answering.md, section 7."""

import msgspec

from registry.domain.evidence import Evidence
from registry.domain.vocabulary import Decision


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What one item of a question is told. `valid_until` in ms. `met`: the ids of the works that it named by
    themselves; nobody is told."""

    decision: Decision
    reasons: tuple[str, ...]
    disputed: bool
    evidence: tuple[Evidence, ...]
    valid_until: int
    met: tuple[str, ...] = ()

    @property
    def permitted(self) -> bool:
        return self.decision is Decision.ALLOW

    @property
    def opted_out(self) -> bool:
        return self.decision is not Decision.ALLOW and self.decision is not Decision.UNREGISTERED
