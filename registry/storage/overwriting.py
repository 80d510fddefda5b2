"""What is deleted or replaced is overwritten where it lay, as far as a program can see to that.

SQLite: `secure_delete` fills with zeros what is freed; the write-ahead log is then emptied into the file. PostgreSQL
leaves old versions of rows to VACUUM, and disks and file systems have copies of their own (docs/operators.md,
"Erasure").
"""

from typing import Any

from sqlalchemy import Connection, Engine


def overwrite(connection: Connection) -> None:
    """From now on what this connection frees is overwritten. Within a transaction too."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def empty_write_ahead(engine: Engine) -> bool:
    """After the commit: nothing of before is left in SQLite's write-ahead log. False where somebody is reading in it
    just now; it is overwritten by later writes then. Raises: the driver's errors."""
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        driver: Any = raw.dbapi_connection
        busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.close()
    return not busy
