"""Making the projection anew from the events."""

from collections.abc import Callable

from sqlalchemy import delete

from registry.services.compare_acts import renew_act_roots
from registry.services.compare_asks import renew_roots
from registry.services.found_acts import renew_subjects
from registry.services.replay import by_transaction, sequenced
from registry.storage.projection import VERSION, Projection, note_version, version_of
from registry.storage.tables import PROJECTION
from registry.storage.unit_of_work import UnitOfWork

Progress = Callable[[int, int], None]


def rebuild_projection(uow: UnitOfWork, progress: Progress = lambda done, total: None) -> int:
    """Makes a store's own projection anew, in this program's form, the lists of hourly roots, and by what acts are
    found.

    Returns how many events were folded. Raises: VerificationFailed, LookupError for a broken log.
    """
    done = fold_into(uow, uow, progress)
    renew_roots(uow)
    renew_act_roots(uow)
    renew_subjects(uow)
    note_version(uow.connection)
    uow.log.note_cards()
    return done


def fold_into(
    source: UnitOfWork, target: UnitOfWork, progress: Progress = lambda done, total: None
) -> int:
    """Empties the projection in `target` and folds every event of `source` into it; they may be one store.

    Returns how many events were folded. Raises: VerificationFailed, LookupError for a broken log.
    """
    for table in PROJECTION:
        target.connection.execute(delete(table))
    head = source.log.head()
    total = 0 if head is None else head.head.size
    done = 0
    projection = Projection(target.connection)
    for group in by_transaction(source.log.events()):
        for stored in group:
            projection.apply(sequenced(stored))
        projection.flush()
        done += len(group)
        if done % 10_000 < len(group):
            projection = Projection(target.connection)  # what was folded needs no memory any more
            progress(done, total)
    progress(done, total)
    return done


def renew_cards(uow: UnitOfWork) -> int:
    """Makes the cards of what a program wrote that knows of none (docs/adr/0031). Returns how many works and locations
    that were."""
    if uow.log.cards_are_whole():
        return 0
    filled = uow.projection.cards.fill(uow.log.cards_size())
    uow.log.note_cards()
    return filled


def renew_projection(uow: UnitOfWork, progress: Progress = lambda done, total: None) -> bool:
    """Makes the projection anew where it is in another form than this program's. Was it so? Where it is not, it makes
    what an older program left out.

    Raises: VerificationFailed, LookupError for a broken log.
    """
    if version_of(uow.connection) == VERSION:
        renew_cards(uow)
        return False
    rebuild_projection(uow, progress)
    return True
