"""Asking a registry over HTTP, signed per RFC 9421, so that no failure can be taken for a permission.

A question that cannot be answered raises; an answer is returned only after its signature was held
against published keys (`verify.verify_answer`). A retry is signed anew, with a nonce of its own.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from registry.client.published import PublishedKeys
from registry.client.verify import Exchange, verify_answer
from registry.errors import (
    Forbidden,
    InvalidInput,
    RegistryError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VerificationFailed,
)
from registry.signing.http_signature import sign_request
from registry.signing.keys import Signer

DID_DOCUMENT: Final = "/.well-known/did.json"
VERIFY: Final = "/v1/verify"
TIMEOUT_SECONDS: Final = 30.0
_JSON: Final = "application/json"
_TRY_AGAIN: Final = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset: the identifiers by which the asker knows it, and the asker's own reference."""

    identifiers: Sequence[str]
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked. `as_of` is RFC 3339; `run` names the asker's job."""

    usage: str
    items: Sequence[Asset]
    as_of: str | None = None
    run: str | None = None

    def body(self) -> bytes:
        """The question as it travels and is digested."""
        members: dict[str, Any] = {"usage": self.usage, "items": [_item(i) for i in self.items]}
        if self.as_of is not None:
            members["as_of"] = self.as_of
        if self.run is not None:
            members["run"] = self.run
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer whose signature held, and the exchange to file."""

    answer: dict[str, Any]
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where. `now` gives seconds since 1970; `pause` waits for seconds."""

    url: str
    signer: Signer
    keyid: str
    keys: PublishedKeys
    now: Callable[[], int]
    pause: Callable[[float], None]
    attempts: int = 3

    def ask(self, asked: Asked, client: httpx2.Client) -> Verified:
        """The registry's verified answer.

        Raises: Unavailable after `attempts` failures, Unauthenticated, Forbidden, InvalidInput or
        TooLarge for what the registry refuses, VerificationFailed for an answer that does not hold.
        Never returns anything else than a complete answer.
        """
        body = asked.body()
        target = self.url.rstrip("/") + VERIFY
        trouble = ""
        for attempt in range(self.attempts):
            if attempt:
                self.pause(min(0.2 * 4 ** (attempt - 1), _LONGEST_PAUSE_SECONDS))
            headers = signed_question(target, body, self.signer, self.keyid, self.now())
            try:
                response = client.post(target, content=body, headers=headers)
            except (httpx2.RequestError, httpx2.InvalidURL) as error:
                trouble = f"{type(error).__name__}: {error}".rstrip(": ")
                continue
            if response.status_code in _TRY_AGAIN:
                trouble = f"status {response.status_code}"
                continue
            exchange = Exchange(
                method="POST",
                target_uri=target,
                request_headers=headers,
                question=body,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=response.content,
            )
            if response.status_code != 200:
                raise refusal(response)
            return Verified(verify_answer(exchange, self.keys, now=self.now()), exchange)
        raise Unavailable(
            f"the registry at {self.url} gave no answer in {self.attempts} attempts ({trouble})"
        )


def signed_question(
    target: str, body: bytes, signer: Signer, keyid: str, created: int
) -> dict[str, str]:
    """All header fields of a signed question; they work once, within five minutes of `created` (s)."""
    signature = sign_request(
        "POST",
        target,
        body,
        _JSON,
        signer,
        keyid=keyid,
        created=created,
        nonce=secrets.token_urlsafe(18),
    )
    # The digest in the answer's signature is over the bytes as encoded.
    return {"content-type": _JSON, "accept-encoding": "identity", **signature}


def fetch_keys(url: str, client: httpx2.Client) -> PublishedKeys:
    """The keys that a registry publishes now, trusted as far as the connection is.

    Raises: Unavailable, VerificationFailed.
    """
    try:
        response = client.get(url.rstrip("/") + DID_DOCUMENT)
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        raise Unavailable(f"the registry at {url} cannot be reached ({error})") from error
    if response.status_code != 200:
        raise Unavailable(f"{url}{DID_DOCUMENT} answered with status {response.status_code}")
    return PublishedKeys.read(response.content)


def refusal(response: httpx2.Response) -> RegistryError:
    """A problem (RFC 9457) as an error of ours. What cannot be read is VerificationFailed."""
    words = f"the registry answered with status {response.status_code}"
    field = None
    try:
        problem = json.loads(response.content)
        words = str(problem.get("detail") or problem.get("title") or words)
        field = problem.get("field")
    except (ValueError, AttributeError):
        pass
    kinds: dict[int, type[RegistryError]] = {
        400: InvalidInput,
        401: Unauthenticated,
        403: Forbidden,
        413: TooLarge,
        422: InvalidInput,
    }
    return kinds.get(response.status_code, VerificationFailed)(words, field=field)


def _item(asset: Asset) -> dict[str, Any]:
    members: dict[str, Any] = {} if asset.ref is None else {"ref": asset.ref}
    return {**members, "identifiers": list(asset.identifiers)}
