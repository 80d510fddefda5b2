"""Nonces of signed requests, each spent once per key, in a store of its own that all workers share.

Two kinds: a file mapped into memory for the workers of one machine (`mapped_nonces`), a table in PostgreSQL for those
of many (`sql_nonces`). Either may lose everything in a crash of the machine: whatever was signed before its birth is
refused, so a loss never lets a replay through.
"""

from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import make_url

from registry.storage.engine import open_engine
from registry.storage.mapped_nonces import MappedNonces
from registry.storage.sql_nonces import SqlNonces


class NonceStore(Protocol):
    """What both kinds do. Each method raises Unavailable where the store is away."""

    def prepare(self, now: int) -> None:
        """Makes the store where it is missing; several workers may do so at once."""

    def born_at(self) -> int:
        """When it was made (ms); signatures created before are not accepted."""

    def spend(self, keyid: str, nonce: str, *, until: int, now: int) -> bool:
        """Takes note of a nonce, to be remembered until then (ms). False: it was spent before."""

    def spend_since(self, keyid: str, nonce: str, *, until: int, now: int) -> int | None:
        """The same, with what `born_at` is at that moment; None for a spent nonce."""

    def sweep(self, now: int) -> None:
        """Forgets nonces whose time is over."""

    def close(self) -> None:
        """Lets go of connections and files."""


def open_nonces(url: str) -> NonceStore:
    """The store at a database's URL; on SQLite it is a file beside the one that the URL names. Touches nothing yet."""
    if not url.startswith("sqlite"):
        return SqlNonces(open_engine(url))
    named = Path(make_url(url).database or "nonces.sqlite")
    return MappedNonces(named.with_suffix(".spent"), before=named)
