"""Is a connection to PostgreSQL still there when it is taken from the pool again? One that somebody gave back a moment
ago says so by its socket: a server that ends closes it, and says why before. Any other one is asked, which takes a
message there and back.
"""

import select
import time
from functools import partial
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

BELIEVED_SECONDS: Final = 1.0
_BACK: Final = "given_back_at"


def check_when_taken(engine: Engine) -> None:
    """For each connection of this engine's pool: one that is gone is replaced, like those that are older."""
    event.listen(engine, "checkin", _note)
    event.listen(engine, "checkout", partial(_check, engine.dialect))


def _note(_driver: Any, record: Any) -> None:
    record.info[_BACK] = time.monotonic()


def _check(dialect: Any, driver: Any, record: Any, _lent: Any) -> None:
    back = record.info.get(_BACK)
    if back is None:  # it was made just now
        return
    if time.monotonic() - back < BELIEVED_SECONDS and _is_silent(driver):
        return
    try:
        dialect.do_ping(driver)
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, driver, None):
            raise InvalidatePoolError from error
        raise


def _is_silent(driver: Any) -> bool:
    """Has the server said nothing since? Raises nothing for a connection that was closed here."""
    if driver.closed:
        return False
    found = select.poll()
    found.register(driver.fileno(), select.POLLIN)
    return not found.poll(0)
