"""Whose records search engines may find: a choice of the rightsholder's, which changes no answer and so is no event."""

from sqlalchemy import Connection, delete, insert, select

from registry.storage.account_tables import listings
from registry.storage.journal import Note

_L = listings.c


class Listings:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def put(self, rightsholder: str, now: int) -> bool:
        """Lists them from now on (ms). Returns False where it is so already."""
        if self.has(rightsholder):
            return False
        row = {"rightsholder": rightsholder, "since": now}
        self._connection.execute(insert(listings), row)
        self._note("rightsholder.listed", rightsholder=rightsholder)
        return True

    def remove(self, rightsholder: str) -> bool:
        """Lists them no more. Returns False where they were not."""
        gone = delete(listings).where(_L.rightsholder == rightsholder)
        if self._connection.execute(gone).rowcount != 1:
            return False
        self._note("rightsholder.unlisted", rightsholder=rightsholder)
        return True

    def has(self, rightsholder: str) -> bool:
        """Do they want to be found?"""
        found = select(_L.since).where(_L.rightsholder == rightsholder)
        return self._connection.execute(found).one_or_none() is not None
