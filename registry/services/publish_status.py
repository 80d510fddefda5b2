"""Status lists: a convenience for holders of a record; the log decides."""

from registry.errors import NotFound
from registry.instants import HOUR_MS, rfc3339
from registry.services.ledger import Place
from registry.services.signers import Signers
from registry.signing.credential import secure
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.signing.status_list import bits_with, build_status_list_credential
from registry.storage.statuses import SignedList
from registry.storage.unit_of_work import UnitOfWork

FRESH_MS = 60_000
"""A list is signed anew at most once a minute."""
VALID_MS = 24 * HOUR_MS
"""For how long a copy of a list may be believed at most."""


def fresh_status_list(uow: UnitOfWork, number: int, now: int) -> SignedList | None:
    """The list as last signed, if that was less than a minute ago."""
    signed = uow.statuses.signed(number)
    return signed if signed is not None and 0 <= now - signed.made_at < FRESH_MS else None


def sign_status_list(
    uow: UnitOfWork, signers: Signers, place: Place, number: int, now: int
) -> SignedList:
    """Signs a list with the bit of every record whose last standing statement has ended by now.

    Raises: NotFound for a list that no record has a place in.
    """
    fresh = fresh_status_list(uow, number, now)
    if fresh is not None:
        return fresh
    if not uow.statuses.exists(number):
        raise NotFound(f"there is no status list {number}")
    signer = signers[KeyPurpose.RECORDS]
    credential = build_status_list_credential(
        list_url=f"{place.named}/v1/status/{number}",
        issuer=place.issuer,
        valid_from=rfc3339(now),
        valid_until=rfc3339(now + VALID_MS),
        bits=bits_with(uow.statuses.ended(number, now)),
        ttl_ms=FRESH_MS,
    )
    jws = secure(credential, signer, verification_method(place.issuer, signer.kid))
    signed = SignedList(now, jws.encode())
    uow.statuses.keep_signed(number, signed)
    return signed


def outdated_lists(uow: UnitOfWork, now: int) -> list[int]:
    """The lists to sign anew without being asked: in which a record has ended since, and those whose time is half
    over. A list that nobody ever asked for is signed when somebody does."""
    return uow.statuses.outdated(now, now - VALID_MS // 2)
