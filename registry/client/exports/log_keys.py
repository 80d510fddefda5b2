"""The registry's keys as its log tells of them: each with its purpose, and the time in which it could sign.

Whoever trusts the log needs no other word on the keys. The log's own key is pinned by the reader; records and answers
count by keys that the log had added by then, and had not retired.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.client.exports.log_events import LogEvent
from registry.client.published import PublishedKey, PublishedKeys
from registry.domain.operator_events import KeyAdded, KeyCompromised, KeyRetired
from registry.errors import InvalidInput, RegistryError, VerificationFailed
from registry.instants import SECOND_MS, parse_rfc3339, rfc3339
from registry.signing.jws import FindKey
from registry.signing.keys import PublicKey, public_key_from_jwk

KEY_EVENTS: Final = ("key.added", "key.retired", "key.compromised")


@dataclass(slots=True)
class LoggedKey:
    """A key and its life (ms). `signed`: the times of the records that it signed."""

    public: PublicKey
    purpose: str
    not_before: int
    retired: int | None
    compromised: int | None
    signed: "array[int]"


class LogKeys:
    """The keys of the events so far. `issuer` is that of the manifest. `newer`: published keys that the reader trusts
    besides, for what is signed when an export is made: after its checkpoint, maybe by a key that came later."""

    def __init__(self, issuer: str, newer: PublishedKeys | None = None) -> None:
        self.issuer = issuer
        self._newer = newer
        self._keys: dict[str, LoggedKey] = {}
        # all records of a transaction have one time
        self._asked = ("", 0, False)
        self._finder = self._new_finder(*self._asked)

    def apply(self, event: LogEvent) -> None:
        """The next event. Raises: VerificationFailed (`key`) for a key that must not be trusted, or was never added."""
        if event.type not in KEY_EVENTS:
            return
        match event.sequenced().event:
            case KeyAdded() as added:
                self._add(event, added)
            case KeyRetired() as retired:
                self._known(event, retired.kid).retired = event.at
            case KeyCompromised() as lost:
                self._known(event, lost.kid).compromised = lost.since

    def _add(self, event: LogEvent, added: KeyAdded) -> None:
        try:
            public = public_key_from_jwk(added.jwk)
        except RegistryError as error:
            raise _wrong(event, f"adds a key that must not be trusted: {error.message}") from error
        if public.kid != added.kid or added.kid in self._keys:
            raise _wrong(event, "adds a key under another's name, or once more")
        self._keys[added.kid] = LoggedKey(
            public, added.purpose, added.not_before, None, None, array("q")
        )

    def _known(self, event: LogEvent, kid: str) -> LoggedKey:
        if kid not in self._keys:
            raise _wrong(event, f"is about a key {kid!r} that was never added")
        return self._keys[kid]

    def finder(self, purpose: str, at: int, *, at_index: bool = False) -> FindKey:
        """`<issuer>#<kid>` → the key, if it could sign for this purpose at that time (ms). `at_index`: what it signed
        stands in the log at this time, so that it is doubtful, and not refused, where the key was in other hands."""
        asked = purpose, at, at_index
        if asked != self._asked:
            self._asked, self._finder = asked, self._new_finder(*asked)
        return self._finder

    def _new_finder(self, purpose: str, at: int, at_index: bool) -> FindKey:
        def find(keyid: str) -> PublicKey:
            issuer, _, kid = keyid.rpartition("#")
            key = self._keys.get(kid)
            if self._newer is not None and not at_index and (key is None or keyid in self._newer):
                found = self._newer.finder()(keyid)  # refuses what is known by now to have leaked
                if key is None:
                    return found
            if issuer != self.issuer or key is None or key.purpose != purpose:
                raise VerificationFailed(
                    f"it is signed with the key {kid!r}, and the log knows no such key of {self.issuer} for {purpose} "
                    "by then",
                    code="key",
                )
            if at < key.not_before:
                raise VerificationFailed(
                    f"it is signed with the key {kid!r}, which came into use only at {rfc3339(key.not_before)}",
                    code="key",
                )
            # what does not stand in the log itself was signed after the entry that retired the key
            if key.retired is not None and (
                at > key.retired or (at == key.retired and not at_index)
            ):
                raise VerificationFailed(
                    f"it is signed with the key {kid!r}, which was retired at {rfc3339(key.retired)}",
                    code="key",
                )
            if at_index:
                key.signed.append(at)
            elif key.compromised is not None:
                raise VerificationFailed(
                    f"it is signed with the key {kid!r}, which was reported as compromised, and nothing shows that it "
                    "was made before",
                    code="key",
                )
            return key.public

        return find

    def doubtful(self) -> int:
        """How many records were signed by a key at a time since which it may have been in other hands."""
        return sum(
            sum(1 for at in key.signed if at >= key.compromised)
            for key in self._keys.values()
            if key.compromised is not None
        )

    def of_purpose(self, purpose: str) -> list[PublicKey]:
        """Every key that ever had this purpose."""
        return [key.public for key in self._keys.values() if key.purpose == purpose]

    def published(self, purpose: str, at: int, *, ever: bool = False) -> PublishedKeys:
        """The keys that could sign for this purpose at that time (ms), or `ever`, as `registry.client.verify` takes
        them."""
        return PublishedKeys(
            {
                kid: PublishedKey(key.public, True, key.compromised)
                for kid, key in self._keys.items()
                if key.purpose == purpose
                and (ever or key.not_before <= at)
                and (ever or key.retired is None or at <= key.retired)
            },
            self.issuer,
        )

    def check_document(self, document: Mapping[str, Any]) -> None:
        """Holds did.json against the log. Raises: VerificationFailed (`key`)."""
        try:
            self._check_document(document)
        except (TypeError, AttributeError) as error:
            raise _document(f"cannot be read ({error})") from error

    def _check_document(self, document: Mapping[str, Any]) -> None:
        methods = {}
        for method in document.get("verificationMethod", ()):
            methods[str(method.get("id"))] = method
        if document.get("id") != self.issuer or len(methods) != len(self._keys):
            raise _document("names another issuer, or other keys, than the log")
        asserting = set(document.get("assertionMethod", ()))
        for kid, key in self._keys.items():
            method = methods.get(f"{self.issuer}#{kid}")
            jwk = None if method is None else {**key.public.jwk, "kid": kid}
            if method is None or method.get("publicKeyJwk") != jwk:
                raise _document(f"has not the key {kid!r} as the log has it")
            revoked = method.get("revoked")
            since = None if key.compromised is None else key.compromised // SECOND_MS
            if (None if revoked is None else _second(revoked)) != since:
                raise _document(f"says of the key {kid!r} what the log does not say")
            if (f"{self.issuer}#{kid}" in asserting) is not (key.purpose in ("records", "answers")):
                raise _document(f"gives the key {kid!r} another purpose than the log")


def _second(text: object) -> int:
    """A time in whole seconds, as did.json gives it."""
    try:
        return parse_rfc3339(str(text)) // SECOND_MS
    except InvalidInput:
        return -1


def _document(words: str) -> VerificationFailed:
    return VerificationFailed(f"data/keys/did.json {words}", field="data/keys/did.json", code="key")


def _wrong(event: LogEvent, words: str) -> VerificationFailed:
    return VerificationFailed(
        f"event {event.index} {words}", field=f"event {event.index}", code="key"
    )
