"""What counts once, against a real store of nonces on both databases."""

from registry.api.spent_once import Spending, SpentOnce
from tests.lost_nonces import lose


def test_it_is_fresh_once_and_each_owner_has_names_of_its_own(desk):
    once, now = SpentOnce(desk.registry), desk.clock.forward(60_000)

    def spend(owner, nonce):
        return once.spend(owner, nonce, signed_at=now, until=now + 60_000, now=now)

    assert [spend("a", "1"), spend("a", "1"), spend("b", "1"), spend("a", "2")] == [
        Spending.FRESH,
        Spending.SPENT,
        Spending.FRESH,
        Spending.FRESH,
    ]


def test_a_memory_younger_than_the_log_does_not_reach_back(desk):
    nonces, skew = desk.registry.nonces, desk.registry.settings.clock_skew
    born = desk.clock.forward(60_000)
    lose(nonces)
    nonces.prepare(born)
    once = SpentOnce(desk.registry)

    def spend(nonce, signed_at):
        return once.spend("a", nonce, signed_at=signed_at, until=born + 600_000, now=born)

    assert spend("1", born + skew - 1) is Spending.TOO_OLD
    assert spend("2", born + skew) is Spending.FRESH


def test_the_memory_of_a_fresh_registry_reaches_back_to_its_beginning(desk):
    now = desk.clock()
    once = SpentOnce(desk.registry)
    assert once.spend("a", "1", signed_at=now, until=now + 1, now=now) is Spending.FRESH
