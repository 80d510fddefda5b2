"""Folding events into dossiers: the one place where the log becomes what look-ups read.

The same code keeps the store's projection in step, rebuilds it, and replays a log in memory, so the three
cannot drift. Events that touch no dossier (rule tables, the registry's own keys) are passed by.
"""

from registry.domain.event_body import Sequenced
from registry.domain.folding import declarations, platforms, proof, works
from registry.domain.folding.access import Dossiers, Handler

_HANDLERS: dict[type, Handler] = {
    **works.HANDLERS,
    **proof.HANDLERS,
    **declarations.HANDLERS,
    **platforms.HANDLERS,
}


def fold(dossiers: Dossiers, entry: Sequenced) -> None:
    """Brings the dossiers that `entry` touches up to date.

    Raises: LookupError where it refers to a dossier that no earlier event made.
    """
    handler = _HANDLERS.get(type(entry.event))
    if handler is not None:
        handler(dossiers, entry, entry.event)
