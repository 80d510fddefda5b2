"""Which keys of platforms were read from a platform's key directory, and so end when they are gone from there."""

from sqlalchemy import Connection, delete, insert, select

from registry.storage.platform_tables import directory_keys


class DirectoryKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, platform: str) -> set[str]:
        """Their kids."""
        rows = self._connection.execute(
            select(directory_keys.c.kid).where(directory_keys.c.platform == platform)
        )
        return {row.kid for row in rows}

    def add(self, kid: str, platform: str) -> None:
        self._connection.execute(insert(directory_keys), {"kid": kid, "platform": platform})

    def forget(self, kid: str) -> None:
        """It came from there once, and has ended."""
        self._connection.execute(delete(directory_keys).where(directory_keys.c.kid == kid))
