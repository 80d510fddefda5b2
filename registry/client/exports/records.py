"""The records of an export, some at a time: signatures verified one right after the other take less time.

Step 5 of `verify`, and the rows of step 6. By which key a record is signed is settled when it comes, since later events
may change that. Nothing of it is read before its signature held, and of several that are wrong the first is told.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from registry.client.exports.consent_record import record_in
from registry.client.exports.log_events import LogEvent
from registry.client.exports.log_keys import LogKeys
from registry.client.exports.rows import Row, RowFiles, Selection
from registry.client.exports.status import Statuses
from registry.errors import RegistryError, VerificationFailed
from registry.signing.jws import SignedJws, VerifiedJws, read_jws

_TOGETHER: Final = 32
"""Records whose signatures are verified at once."""


class Records:
    """Tells `keys`, `statuses` and `selection` what they have to know of each."""

    def __init__(
        self, keys: LogKeys, statuses: Statuses, selection: Selection, rows: RowFiles
    ) -> None:
        self._keys = keys
        self._statuses = statuses
        self._selection = selection
        self._rows = rows
        self._waiting: list[tuple[LogEvent, str, SignedJws]] = []

    def add(self, event: LogEvent, digest: str) -> None:
        """The next record, with its body's digest; looked at some time until `settle`.

        Raises: VerificationFailed (`key`, `record`, `rows`) naming the first that is wrong.
        """
        try:
            find_key = self._keys.finder("records", event.at, at_index=True)
            jws = read_jws(str(event.body), find_key, typ="vc+jwt")
        except RegistryError as error:
            raise _refused(event, error) from error
        self._waiting.append((event, digest, jws))
        if len(self._waiting) >= _TOGETHER:
            self._look()

    def settle(self) -> None:
        """No record and no row waits any more. Raises: as `add`."""
        try:
            self._look()
        finally:
            self._rows.settle()

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, []
        verified, wrong = _verified([jws for _, _, jws in waiting])
        for (event, digest, _), jws in zip(waiting, verified, strict=False):
            self._rows.compare(self._rows_of(event, digest, jws))
        if wrong is not None:
            raise _refused(waiting[len(verified)][0], wrong) from wrong

    def _rows_of(self, event: LogEvent, digest: str, jws: VerifiedJws) -> list[Row]:
        try:
            record = record_in(jws)
        except msgspec.ValidationError as error:
            raise _no_record(event, error) from error
        except RegistryError as error:
            raise _refused(event, error) from error
        header = record.consent_record
        said = header.record_id, header.event.time, record.issuer
        if said != (event.id, event.time, self._keys.issuer):
            raise _wrong(
                event, " says of itself another id, time or issuer than its entry in the log"
            )
        try:
            self._statuses.note(event, record)
        except ValueError as error:
            raise _no_record(event, error) from error
        return self._selection.rows(event, record, digest)


def _verified(
    signed: Sequence[SignedJws],
) -> tuple[list[VerifiedJws], VerificationFailed | None]:
    """Those before the first whose signature does not hold, and what is wrong with it."""
    verified: list[VerifiedJws] = []
    try:
        for jws in signed:
            verified.append(jws.verified())
    except VerificationFailed as error:
        return verified, error
    return verified, None


def _refused(event: LogEvent, error: RegistryError) -> VerificationFailed:
    return _wrong(event, f": {error.message}", "key" if error.code == "key" else "record")


def _no_record(event: LogEvent, error: Exception) -> VerificationFailed:
    return _wrong(event, f" is no consent record ({error})")


def _wrong(event: LogEvent, words: str, code: str = "record") -> VerificationFailed:
    where = f"record {event.id} (event {event.index})"
    return VerificationFailed(f"{where}{words}", field=where, code=code)
