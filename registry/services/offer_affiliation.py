"""Who belongs to whom, between platforms: it counts when both sides have said so (`PlatformAffiliated`), and ends when
one of them does. The operator can do both at once (`register_platform`).
"""

from registry.errors import Forbidden
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.services.register_platform import (
    affiliate_platform,
    check_affiliation,
    end_affiliation,
)
from registry.storage.platform_members import Offer


def offer_affiliation(ledger: Ledger, platform: str, parent: str, side: str, by: Actor) -> bool:
    """`side`, one of the two, says that `platform` acts for `parent`. Returns whether it counts now: the other side had
    said so already.

    Raises: NotFound, InvalidInput, Forbidden, Conflict where they are affiliated already.
    """
    _check_side(side, platform, parent)
    members = ledger.uow.platform_members
    known = [
        each for each in members.offers(side) if (each.platform, each.parent) == (platform, parent)
    ]
    if known and known[0].offered_by != side:
        affiliate_platform(ledger, platform, parent, by)
        members.end_offer(platform, parent)
        return True
    check_affiliation(ledger.uow, platform, parent)
    members.offer(Offer(platform, parent, side, ledger.now))
    return False


def end_offer_or_affiliation(
    ledger: Ledger, platform: str, parent: str, side: str, by: Actor
) -> None:
    """`side` says that it is not so (any more). Denials of the parent still reach the platform.

    Raises: NotFound, Forbidden.
    """
    _check_side(side, platform, parent)
    members = ledger.uow.platform_members
    offers = [(each.platform, each.parent) for each in members.offers(side)]
    if (platform, parent) in offers:
        members.end_offer(platform, parent)
        return
    end_affiliation(ledger, platform, parent, by)


def _check_side(side: str, platform: str, parent: str) -> None:
    if side not in (platform, parent):
        raise Forbidden("only the two platforms say who belongs to whom", field="platform")
