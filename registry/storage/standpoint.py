"""Where a look-up stands: the log's newest head, the state of the projection, and the platform that asks.

Rows of `lookup_statements` as structures, so that what does not change between two look-ups is made once.
"""

from typing import Any

from registry.domain.dossiers import decode_dossier
from registry.storage.at_hand import State
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead


class Standpoint:
    """Made of a row of `HEAD`. `cards_hold`: every work has its card, as it is now (docs/adr/0031)."""

    __slots__ = ("cards_hold", "head", "state")

    def __init__(
        self, size: int, root: Any, at: int, note: str, cards_size: int, built: int | None
    ) -> None:
        head = Head(size, bytes(root), at)
        self.head = SignedHead(head, note)
        self.state = State(size, head.root, built or 0)
        self.cards_hold = cards_size == size


class Signer:
    """A platform's key, with the platform as it stands and the log's newest head, if there is one. Made of a row of
    `SIGNER_OF`; nothing changes it."""

    __slots__ = ("dossier", "key", "standpoint")

    def __init__(
        self, platform: str, jwk: str, revoked_at: int | None, body: bytes | None, *head: Any
    ) -> None:
        self.key = platform, jwk, revoked_at
        self.dossier = None if body is None else decode_dossier(body)
        self.standpoint = None if head[0] is None else Standpoint(*head)
