"""The status lists of an export: signed by the registry, one for each list that a record names, as of the checkpoint.

W3C Bitstring Status List 1.0. The log decides: where the events are folded, every bit is held against them.
"""

import re
from typing import Any, Final

from registry.client.exports.consent_record import ConsentRecord
from registry.client.exports.log_events import LogEvent
from registry.client.exports.log_keys import LogKeys
from registry.client.exports.manifest import Manifest
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.lifetimes import ends_at
from registry.domain.state import State
from registry.errors import RegistryError, VerificationFailed
from registry.signing.credential import STATUS_LIST_TYPE, open_credential
from registry.signing.status_list import STATUS_LIST_LENGTH, decode, is_set

_NAME: Final = re.compile(r"data/status/([0-9]{1,9})\.jwt")


class Statuses:
    """The lists that records name, and those that are there. `keep`: remember each record's place, to compare it."""

    def __init__(self, manifest: Manifest, *, keep: bool) -> None:
        self._manifest = manifest
        self._keep = keep
        self._named: dict[str, str] = {}
        self._bits: dict[str, bytes] = {}
        self._places: list[tuple[str, str, int]] = []

    def note(self, event: LogEvent, record: ConsentRecord) -> None:
        """A record and its place. Raises: ValueError where it has none."""
        entry = record.credential_status
        url, place = entry.status_list_credential, int(entry.status_list_index)
        if not 0 <= place < STATUS_LIST_LENGTH:
            raise ValueError(f"its place in its status list is {place}")
        self._named.setdefault(url, event.id)
        if self._keep:
            self._places.append((event.id, url, place))

    def read(self, name: str, jws: str, keys: LogKeys) -> None:
        """A list that is there. Raises: VerificationFailed (`status`)."""
        try:
            find_key = keys.finder("records", self._manifest.at)
            credential = open_credential(jws, find_key, expected_type=STATUS_LIST_TYPE)
            subject = credential["credentialSubject"]
            url, bits = str(credential["id"]), decode(subject["encodedList"])
        except (KeyError, TypeError) as error:
            raise _wrong(name, f"lacks the member {error}") from error
        except RegistryError as error:
            raise _wrong(name, f"does not hold: {error.message}") from error
        number = _NAME.fullmatch(name)
        if number is None or url.rpartition("/")[2] != number[1] or url in self._bits:
            raise _wrong(name, f"is the list {url}, under another name")
        said = credential["issuer"], credential["validFrom"], subject.get("statusPurpose")
        if said != (self._manifest.issuer, self._manifest.time, "revocation"):
            raise _wrong(
                name, "is of another registry, time or purpose than this export's checkpoint"
            )
        self._bits[url] = bits

    def check_complete(self) -> None:
        """Every list that a record names is there, and no other. Raises: VerificationFailed (`status`)."""
        for url, record in self._named.items():
            if url not in self._bits:
                raise _wrong(f"record {record}", f"names the list {url}, which is not there")
        for url in self._bits.keys() - self._named.keys():
            raise _wrong("data/status", f"has the list {url}, which no record names")

    def compare(self, state: State) -> None:
        """Every record's bit against what the folded events say. Raises: VerificationFailed (`status`)."""
        for record, url, place in self._places:
            if is_set(self._bits[url], place) is not self._has_ended(state, record):
                raise _wrong(
                    f"record {record}",
                    "has another status in its list than the events say: its last statement "
                    + ("still stands" if is_set(self._bits[url], place) else "has ended"),
                )

    def _has_ended(self, state: State, record: str) -> bool:
        subject = state.handles.get(record)
        if subject is None:
            return False
        kind: Any = "rightsholder" if subject.kind == "catalogue" else subject.kind
        dossier = state.dossier(kind, subject.id)
        assert isinstance(dossier, Work | Location | Rightsholder)
        for held in dossier.declarations:
            if held.id == record:
                end = ends_at(held, dossier.declarations)
                return end is not None and end <= self._manifest.at
        return False


def _wrong(name: str, words: str) -> VerificationFailed:
    return VerificationFailed(f"{name} {words}", field=name, code="status")
