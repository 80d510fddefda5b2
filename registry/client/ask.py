"""One question over HTTP with a client of the caller's own: the registry's verified answer, or an error.

For whoever keeps connections, clock and exchange themselves, as the command line does; `registry.Registry` does more
and asks about any number of items. Both run the same core (`asking`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.client.asking import DID_DOCUMENT, Trust, Way, published_keys, verified
from registry.client.lines import TIMEOUT_SECONDS, Line
from registry.client.published import PublishedKeys
from registry.client.question import VERIFY, Asked, Asset, signed_question
from registry.client.verify import Exchange
from registry.client.wire import refusal as _refusal
from registry.errors import RegistryError
from registry.instants import system_clock
from registry.signing.keys import Signer

if TYPE_CHECKING:
    import httpx2

__all__ = [
    "DID_DOCUMENT",
    "TIMEOUT_SECONDS",
    "VERIFY",
    "Asked",
    "Asker",
    "Asset",
    "Verified",
    "fetch_keys",
    "refusal",
    "signed_question",
]


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer whose signature held, and the exchange to file."""

    answer: dict[str, Any]
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where. `now` gives seconds since 1970; `pause` waits for seconds. `sandbox`: `signer` is a test
    key, and only answers that say so are taken."""

    url: str
    signer: Signer
    keyid: str
    keys: PublishedKeys
    now: Callable[[], int]
    pause: Callable[[float], None]
    attempts: int = 3
    sandbox: bool = False

    def ask(self, asked: Asked, client: "httpx2.Client") -> Verified:
        """The registry's verified answer.

        Raises: Unavailable after `attempts` failures, Unauthenticated, Forbidden, InvalidInput or
        TooLarge for what the registry refuses, VerificationFailed for an answer that does not hold.
        Never returns anything else than a complete answer.
        """
        way = Way(
            self.url.rstrip("/"),
            self.signer,
            self.keyid,
            lambda: self.now() * 1000,
            self.attempts,
            sandbox=self.sandbox,
        )
        line = Line(client, TIMEOUT_SECONDS, self.pause)
        return Verified(*line.run(verified(asked, way, Trust(self.keys))))


def fetch_keys(url: str, client: "httpx2.Client") -> PublishedKeys:
    """The keys that a registry publishes now, trusted as far as the connection is.

    Raises: Unavailable, VerificationFailed.
    """
    return Line(client, TIMEOUT_SECONDS).run(published_keys(url.rstrip("/"), 1, system_clock))


def refusal(response: "httpx2.Response") -> RegistryError:
    """A problem (RFC 9457) as an error of ours. What cannot be read is VerificationFailed."""
    return _refusal(response.status_code, response.content)
