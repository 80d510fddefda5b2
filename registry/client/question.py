"""What a platform asks: assets, questions of at most 10,000 of them, and a question's signature (RFC 9421).

docs/formats.md, "Question". Nothing here sends anything.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from registry.errors import InvalidInput, TooLarge
from registry.signing.http_signature import sign_request
from registry.signing.keys import Signer

VERIFY: Final = "/v1/verify"
MOST_ITEMS: Final = 10_000
MOST_QUESTION_BYTES: Final = 4 * 1024 * 1024
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset: the identifiers by which the asker knows it, and the asker's own reference."""

    identifiers: Sequence[str]
    ref: str | None = None


Item = Asset | str | Sequence[str]
"""What may stand for an asset: itself, one identifier, or several of the same asset."""


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

    def halves(self) -> tuple["Asked", "Asked"]:
        """Two questions about the first and the second half of the items.

        Raises: TooLarge where there is but one, which cannot be asked about at all.
        """
        middle = len(self.items) // 2
        if middle == 0:
            raise TooLarge(
                "this one item is too large to be asked about; give fewer identifiers",
                field="items[0]",
            )
        return replace(self, items=self.items[:middle]), replace(self, items=self.items[middle:])


def asset_of(item: Item, place: int) -> Asset:
    """The asset that an item stands for. Raises: InvalidInput naming its place among the items."""
    asset = Asset((item,)) if isinstance(item, str) else item
    asset = asset if isinstance(asset, Asset) else Asset(tuple(asset))
    named = (*asset.identifiers, asset.ref or "")
    if len(named) < 2 or not all(isinstance(each, str) and is_unicode(each) for each in named):
        raise InvalidInput(
            "an item is one identifier, a list of identifiers of one asset, or an Asset; all of it text",
            field=f"items[{place}]",
        )
    return asset


def is_unicode(text: str) -> bool:
    """Can this text be sent at all? Half a surrogate pair, as broken bytes are read, cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def questions(
    items: Iterable[Item], usage: str, *, as_of: str | None = None, run: str | None = None
) -> Iterator[Asked]:
    """As many questions as these items need, in their order; each has at most 10,000 and is about 4 MiB at most
    (one that turns out larger when it is encoded has to be halved).

    Raises: InvalidInput for an item that is none.
    """
    if isinstance(items, str | Asset):
        raise InvalidInput("give a list of items, also for a single one", field="items")
    batch: list[Asset] = []
    size = 0
    for place, item in enumerate(items):
        asset = asset_of(item, place)
        length = sum(map(len, asset.identifiers)) + 4 * len(asset.identifiers) + 32
        if batch and (len(batch) == MOST_ITEMS or size + length > MOST_QUESTION_BYTES):
            yield Asked(usage, batch, as_of, run)
            batch, size = [], 0
        batch.append(asset)
        size += length
    if batch:
        yield Asked(usage, batch, as_of, run)


def signed_question(
    target: str, body: bytes, signer: Signer, keyid: str, created: int
) -> dict[str, str]:
    """All header fields of a signed question; they work once, within five minutes of `created` (s)."""
    signature = sign_request(
        "POST",
        target,
        body,
        JSON,
        signer,
        keyid=keyid,
        created=created,
        nonce=secrets.token_urlsafe(18),
    )
    # The digest in the answer's signature is over the bytes as encoded.
    return {"content-type": JSON, "accept-encoding": "identity", **signature}


def _item(asset: Asset) -> dict[str, Any]:
    members: dict[str, Any] = {} if asset.ref is None else {"ref": asset.ref}
    return {**members, "identifiers": list(asset.identifiers)}
