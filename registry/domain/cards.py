"""Cards: what one row says of a work that is plain in itself, enough to answer about it without its dossier.

A card is written under each of a work's wide keys, and is a function of the work's dossier alone (docs/adr/0031). Works
of one rightsholder in one folder have the same card, so what was worked out from it once holds for all of them. A work
has none where something about it is contested, linked, taken away, proposed, or said otherwise than as a plain no to
everybody: the rules of `resolution.py` look at its dossier.
"""

from typing import Any, Final

import msgspec

from registry.domain.dossiers import Grant, HeldClaim, HeldDeclaration, Work
from registry.domain.identifiers import lookup_key
from registry.domain.locations import folder_of, site_of
from registry.domain.matching import wide_of
from registry.domain.vocabulary import Preference, Role, WorkKind

MOST_BYTES: Final = 2_048
"""A longer card would cost more to carry along than it saves."""


class _Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    rightsholder: str
    grants: list[Grant] = []


class _Card(msgspec.Struct, frozen=True, array_like=True, gc=False):
    claims: list[_Claim]
    folders: list[str]
    declarations: list[HeldDeclaration] = []


class CardedWork(msgspec.Struct, frozen=True, gc=False):
    """What a card says: the folders in which the work's URLs lie, and of the work (which is without id, kind, title and
    identifiers) the claims and declarations."""

    folders: list[str]
    work: Work


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Card)


def cards_of(work: Work) -> dict[bytes, bytes | None]:
    """What to write under each of a work's wide keys: its card, a line feed, and the work's identifiers that meet this
    key, with blanks between (nothing for the one that is its own wide form); None for a work without a card."""
    meeting: dict[str, list[str]] = {}
    for held in work.identifiers:
        meeting.setdefault(wide_of(held), []).append(held.text)
    card = _card_of(work)
    if card is None:
        return dict.fromkeys(map(lookup_key, meeting))
    return {lookup_key(wide): _under(card, wide, texts) for wide, texts in meeting.items()}


def _under(card: bytes, wide: str, texts: list[str]) -> bytes:
    own = wide.removeprefix("url:")
    return card + b"\n" + ("" if texts == [own] else " ".join(texts)).encode()


def sites_of(work: Work) -> set[str]:
    """The host and port of each of its URLs, in their wide form."""
    urls = [held.wide or held.text for held in work.identifiers if held.text.startswith("https://")]
    return {site_of(url.removeprefix("https://")) for url in urls}


def read_under_key(row: bytes) -> tuple[bytes, str]:
    """The card, and the identifiers, of what `cards_of` wrote under a key."""
    card, _, texts = row.partition(b"\n")
    return card, texts.decode()


def read_card(card: bytes) -> CardedWork:
    """What a card says."""
    found = _decoder.decode(card)
    claims = [
        HeldClaim("", 0, 0, each.rightsholder, Role.RECORDING, grants=each.grants)
        for each in found.claims
    ]
    work = Work("", WorkKind.RECORDING, "", [], claims, [], found.declarations)
    return CardedWork(found.folders, work)


def _card_of(work: Work) -> bytes | None:
    if work.links or not all(map(_is_plain, work.declarations)):
        return None
    claims: list[list[Any]] = []
    for claim in work.claims:
        if claim.ended or claim.disputes or claim.objections:
            return None
        grants = claim.grants
        claims.append([claim.rightsholder, grants] if grants else [claim.rightsholder])
    folders: set[str] = set()
    for held in work.identifiers:
        if held.removals:
            return None
        if held.text.startswith("https://"):
            folder = folder_of(held.wide or held.text)
            if folder is None:
                return None
            folders.add(folder)
    card: list[Any] = [claims, sorted(folders)]
    body = _encoder.encode([*card, work.declarations] if work.declarations else card)
    return body if len(body) <= MOST_BYTES else None


def _is_plain(held: HeldDeclaration) -> bool:
    return held.grantee is None and False not in [
        each.preference is Preference.DENY and each.conditions is None for each in held.statements
    ]
