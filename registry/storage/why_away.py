"""Why a database could not be reached, in words of ours: what a driver says may quote addresses and names.

PostgreSQL gives no SQLSTATE for a connection that was never made (psycopg 3: `sqlstate` is None), only libpq's words,
in the language of the server or of this machine; where none is known, nothing is claimed.
"""

from typing import Final

_REASONS: Final = (
    (
        ("password authentication failed", "no password supplied", "authentication failed for"),
        "the database refused the name or the password; look at both in the database URL, where "
        "what is no letter or digit of a password is percent-encoded (@ is %40)",
    ),
    (
        ("no pg_hba.conf entry",),
        "the database lets nobody in from here under this name (pg_hba.conf)",
    ),
    (
        ("could not translate host name", "failed to resolve host", "name or service not known"),
        "the database's host name is not known here",
    ),
    (("connection refused",), "nothing listens at the database's address"),
    (("timeout expired", "timed out"), "the database's address does not answer"),
    (('role "', "does not exist"), "the database knows no role of this name"),
    (('database "', "does not exist"), "the server has no database of this name"),
    (("too many clients", "remaining connection slots"), "the database has no connection to spare"),
)
_ALL_OF_THEM: Final = ("does not exist",)


def why_away(error: BaseException) -> str | None:
    """What a driver's error, or one that it caused, says of the connection; None where that is not known."""
    while error.__cause__ is not None:
        error = error.__cause__
    words = str(error).lower()
    for parts, reason in _REASONS:
        found = [part in words for part in parts]
        if all(found) if parts[-1] in _ALL_OF_THEM else any(found):
            return reason
    return None
