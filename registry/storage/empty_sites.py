"""Sites on which nobody registered anything: no work has a URL there, and no location covers one, so every URL there is
unregistered, whatever it looks like (docs/adr/0034).

Nothing is told of a site while keys may be missing (`LookupTransaction.cards_hold`).
"""

from collections.abc import Iterable

from registry.domain.locations import key_of_works_at, keys_of_site
from registry.storage.lookup_statements import ABOVE
from registry.storage.lookups import LookupTransaction


def empty_sites(transaction: LookupTransaction, sites: Iterable[str]) -> set[str]:
    """Those of these hosts, of wide forms and without a port, of which that is sure at the log's newest state."""
    shelf = transaction.shelf()
    if shelf is None or not transaction.cards_hold:
        return set()
    empty: set[str] = set()
    unknown: dict[str, list[bytes]] = {}
    for site in sites:
        known = shelf.is_empty(site)
        if known:
            empty.add(site)
        elif known is None:
            unknown[site] = [key_of_works_at(site), *keys_of_site(site)]
    keys = {key: None for each in unknown.values() for key in each}
    there = {bytes(row[0]) for row in transaction.rows(ABOVE, list(keys))} if keys else set()
    for site, each in unknown.items():
        nobodys = there.isdisjoint(each)
        shelf.keep_empty(site, nobodys)
        if nobodys:
            empty.add(site)
    return empty
