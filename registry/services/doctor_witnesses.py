"""What `registry doctor` finds of witnesses: who cosigns, who does not, and whether they make a quorum."""

from collections.abc import Iterator, Sequence

from registry.services.finding import Finding, good, warning
from registry.services.publish_cosignatures import WitnessStanding, witnessing
from registry.storage.unit_of_work import UnitOfWork
from registry.witness.known import KnownWitness

_PAGE = "docs/operators.md, Witnesses"


def look_at_witnesses(
    uow: UnitOfWork, witnesses: Sequence[KnownWitness], quorum: int
) -> Iterator[Finding]:
    """Each witness with what it cosigned last; nothing where none is set."""
    head = uow.log.head()
    if head is None or not witnesses:
        return
    found = witnessing(uow, head, witnesses, quorum)
    yield from map(_of, found.witnesses)
    if not found.witnessed_size:
        yield warning(
            "witnesses",
            f"no checkpoint has the cosignatures of {quorum} witnesses yet",
            f"see that the background worker runs, and {_PAGE}",
        )


def _of(witness: WitnessStanding) -> Finding:
    about = f"witness {witness.name}"
    seen = "nothing yet" if witness.cosigned is None else f"{witness.cosigned.size} entries"
    if witness.failures:
        return warning(about, f"has cosigned {seen}; {witness.error}", f"see {_PAGE}")
    return good(about, f"has cosigned {seen}")
