"""Clients in threads who write to a registry and ask it, and keep a history of what they were told.

Writers never give up: what was not acknowledged is sent again with its Idempotency-Key. Askers hold every signature.
"""

import itertools
import random
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from registry.bootstrap import Registry
from registry.client.ask import Asked, Asset, fetch_keys, signed_question
from registry.client.published import PublishedKeys
from registry.client.verify import Exchange, verify_answer
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Preference, Role, Usage, WorkKind
from registry.instants import parse_rfc3339
from registry.services.attest_claim import attest_claim
from registry.services.declare import declare
from registry.services.open_account import issue_token, register_rightsholder
from registry.services.register_platform import add_platform_key, register_platform
from registry.services.register_work import NewWork, register_work
from registry.services.settle_loosening import confirm_loosening
from registry.signing.keys import MemorySigner, generate
from tests.faults.history import Answered, History, Refused, Written
from tests.faults.processes import wait_until
from tests.registries import STEWARD

WRITERS: Final = 2
ASKERS: Final = 2
ALLOWED: Final = 8
"""Works of each writer that are permitted when the traffic begins."""
USAGE: Final = Usage.GENERATIVE_TRAINING
NEVER_REGISTERED: Final = "isrc:USZZZ2600001"
_NOTHING_PERMITTED: Final = frozenset({"allow", "conditional"})
_NOTHING_BUT_NO: Final = frozenset({"allow", "conditional", "unregistered", "unstated"})
_PAUSE_SECONDS: Final = 0.05
_GIVE_UP_SECONDS: Final = 60
_SERIES: Final = itertools.count()
"""So that identifiers are new each time."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who takes part: for each writer a prefix of identifiers, a token, and permitted works (declaration,
    identifier); and a platform."""

    prefixes: list[str]
    tokens: list[str]
    allowed: list[list[tuple[str, str]]]
    platform: str
    signer: MemorySigner
    began: int


def parties(registry: Registry) -> Parties:
    """Makes new ones in a registry that is prepared here."""
    registry.prepare()
    prefixes, tokens, allowed = [], [], []
    signer, series = generate(), next(_SERIES)
    for number in range(WRITERS):
        prefix = f"isrc:GB{series:02d}{number}"
        prefixes.append(prefix)
        with registry.writing() as ledger:
            holder = register_rightsholder(ledger, f"Writer {number}", STEWARD)
            tokens.append(issue_token(ledger, holder, "traffic", STEWARD)[1])
            works = [
                register_work(ledger, holder, _recording(f"{prefix}99{n:05d}"), STEWARD)
                for n in range(ALLOWED)
            ]
            attest_claim(ledger, works[0].claims[0].id, STEWARD, "seen", prefix=prefix)
        with registry.writing() as ledger:
            wish = Wish(preferences={USAGE.value: Choice(Preference.ALLOW, None)})
            said = [
                declare(ledger, holder, Subject("work", work.id), wish, STEWARD) for work in works
            ]
        with registry.writing() as ledger:
            for each in said:
                if each.waits_for_confirmation:
                    confirm_loosening(ledger, each.record.id, STEWARD)
        texts = [work.identifiers[0].text for work in works]
        allowed.append([(each.record.id, text) for each, text in zip(said, texts, strict=True)])
    with registry.writing() as ledger:
        platform = register_platform(ledger, "P", "P Ltd", STEWARD)
        add_platform_key(ledger, platform, dict(signer.public.jwk), STEWARD)
    with registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    return Parties(prefixes, tokens, allowed, platform, signer, head.head.size)


def _recording(identifier: str) -> NewWork:
    return NewWork("A song", WorkKind.RECORDING, Role.RECORDING, (identifier,), embodies="mine")


@dataclass
class Traffic:
    """Everybody who writes and asks, at one or more addresses of the registry, and what they were told."""

    urls: Sequence[str]
    parties: Parties
    keys: PublishedKeys
    public_url: str
    history: History
    named: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    give_up: threading.Event = field(default_factory=threading.Event)
    failures: list[BaseException] = field(default_factory=list)

    def goes_on(self, what: str = "everybody is served again") -> float:
        """Waits until each writer and each asker was served with something begun from now on; the seconds."""
        begun = time.monotonic()
        wanted = {f"writer {n}" for n in range(WRITERS)} | {f"asker {n}" for n in range(ASKERS)}

        def all_served() -> bool:
            told = [*self.history.writes, *self.history.answers]
            assert not self.failures, self.failures
            return wanted <= {each.who for each in told if each.sent > begun}

        return wait_until(all_served, what)

    # -- writers --

    def write(self, number: int) -> None:
        who, url = f"writer {number}", self.urls[number % len(self.urls)]
        allowed = list(self.parties.allowed[number])
        with httpx2.Client(base_url=url, trust_env=False, timeout=20) as http:
            for step in itertools.count():
                if self.stop.is_set():
                    return
                identifier = f"{self.parties.prefixes[number]}{step:07d}"
                self.named.append(identifier)
                new = {
                    "title": "A song", "kind": "recording", "role": "recording",
                    "identifiers": [identifier], "embodies": "mine",
                }  # fmt: skip
                forbids = frozenset({*_NOTHING_PERMITTED, "unregistered"})
                work = self._post(http, who, "work", "/v1/works", identifier, forbids, new)
                body = {"subject": {"work": work["id"]}, "preset": "no-ai"}
                said = self._post(
                    http, who, "declaration", "/v1/declarations", identifier, _NOTHING_BUT_NO, body
                )
                if step % 2 == 0 and allowed:
                    declaration, identifier = allowed.pop()
                    forbids = _NOTHING_PERMITTED
                elif step % 5 == 1:  # only proposed: a token takes back no no
                    declaration, forbids = said["id"], _NOTHING_BUT_NO
                else:
                    continue
                path = f"/v1/declarations/{declaration}/withdraw"
                self._post(http, who, "withdrawal", path, identifier, forbids)

    def _post(
        self,
        http: httpx2.Client,
        who: str,
        kind: str,
        path: str,
        identifier: str,
        forbids: frozenset[str],
        body: Any = None,
    ) -> dict[str, Any]:
        """Sends it until it is acknowledged."""
        token = self.parties.tokens[int(who.split()[1])]
        key = f"{who}-{kind}-{identifier}-{path}".replace(" ", "-")
        begun = time.monotonic()
        while not self.give_up.is_set():
            sent = time.monotonic()
            try:
                reply = http.post(
                    path,
                    json=body,
                    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
                )
            except httpx2.TransportError as error:
                self.history.refusals.append(Refused(who, sent, None, type(error).__name__))
            else:
                if reply.is_success:
                    members: dict[str, Any] = reply.json()
                    self.history.writes.append(
                        Written(who, kind, identifier, forbids, begun, time.monotonic(), members)
                    )
                    return members
                self.history.refusals.append(Refused(who, sent, reply.status_code, _code_of(reply)))
            time.sleep(_PAUSE_SECONDS)
        raise TimeoutError(f"{key} was never acknowledged")

    # -- askers --

    def ask(self, number: int) -> None:
        who, url = f"asker {number}", self.urls[-1 - number % len(self.urls)]
        chance = random.Random(number)
        permitted = [text for each in self.parties.allowed for _, text in each]
        with httpx2.Client(base_url=url, trust_env=False, timeout=20) as http:
            while not self.stop.is_set():
                identifiers = [NEVER_REGISTERED, chance.choice(permitted)]
                identifiers += self.named[-2:]  # what is being written
                identifiers += [chance.choice(self.named)] if self.named else []
                asked = tuple(dict.fromkeys(identifiers))
                sent = time.monotonic()
                try:
                    if chance.random() < 0.7:
                        answered = self._asked_signed(http, who, asked, sent)
                    else:
                        answered = self._asked_as_nobody(http, who, asked[-1:], sent)
                except httpx2.TransportError as error:
                    answered = Refused(who, sent, None, type(error).__name__)
                if isinstance(answered, Refused):
                    self.history.refusals.append(answered)
                    time.sleep(_PAUSE_SECONDS)
                else:
                    self.history.answers.append(answered)

    def _asked_signed(
        self, http: httpx2.Client, who: str, asked: tuple[str, ...], sent: float
    ) -> Answered | Refused:
        body = Asked(USAGE.value, [Asset([each]) for each in asked]).body()
        target, signer = f"{self.public_url}/v1/verify", self.parties.signer
        headers = signed_question(target, body, signer, signer.kid, int(time.time()))
        reply = http.post("/v1/verify", content=body, headers=headers)
        told = time.monotonic()
        if reply.status_code != 200:
            return Refused(who, sent, reply.status_code, _code_of(reply))
        fields = {name.lower(): value for name, value in reply.headers.items()}
        exchange = Exchange("POST", target, headers, body, 200, fields, reply.content)
        members = verify_answer(exchange, self.keys, now=None)
        return _answered(who, self.parties.platform, asked, sent, told, members)

    def _asked_as_nobody(
        self, http: httpx2.Client, who: str, asked: tuple[str, ...], sent: float
    ) -> Answered | Refused:
        reply = http.get("/v1/verify", params={"usage": USAGE.value, "id": asked[0]})
        told = time.monotonic()
        if reply.status_code != 200:
            return Refused(who, sent, reply.status_code, _code_of(reply))
        return _answered(who, None, asked, sent, told, reply.json())


@contextmanager
def traffic(urls: Sequence[str], of: Parties, public_url: str | None = None) -> Iterator[Traffic]:
    """Everybody at work until the end of the block; writers finish what they have begun.

    Questions are signed for `public_url`, the first of `urls` unless it is given.
    """
    with httpx2.Client(trust_env=False, timeout=60) as http:
        keys = fetch_keys(urls[0], http)
    made = Traffic(urls, of, keys, public_url or urls[0], History(of.began))

    def noting(work: Any, number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            made.failures.append(error)

    threads = [threading.Thread(target=noting, args=(made.write, n)) for n in range(WRITERS)]
    threads += [threading.Thread(target=noting, args=(made.ask, n)) for n in range(ASKERS)]
    for thread in threads:
        thread.start()
    try:
        yield made
    except BaseException:
        made.give_up.set()
        raise
    finally:
        made.stop.set()
        until = time.monotonic() + _GIVE_UP_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        made.give_up.set()
        for thread in threads:
            thread.join()
    assert not made.failures, made.failures


def _answered(
    who: str,
    asker: str | None,
    asked: tuple[str, ...],
    sent: float,
    told: float,
    members: dict[str, Any],
) -> Answered:
    checkpoint = members["checkpoint"]
    return Answered(
        who,
        asker,
        asked,
        USAGE,
        sent,
        told,
        checkpoint["size"],
        b64decode(checkpoint["root"]),
        parse_rfc3339(members["answered_at"], field="answered_at"),
        tuple(members["results"]),
    )


def _code_of(reply: httpx2.Response) -> str:
    try:
        return str(reply.json().get("code"))
    except ValueError:
        return "no problem document"
