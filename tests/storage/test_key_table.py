"""The registry's own keys: public parts in order of age, retired or reported, never removed."""

from registry.storage.key_table import StoredKey
from tests.registries import START, Desk


def test_keys_are_listed_by_age_with_their_ends(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        first = uow.keys.all()
        fresh = StoredKey("kid", "log", "Ed25519", {"kty": "OKP"}, START + 9, None, None)
        uow.keys.add(fresh)
        assert uow.keys.all() == [*first, fresh]
        uow.keys.retire("kid", START + 20)
        uow.keys.compromise("kid", START + 15)
    with desk.registry.reading() as uow:
        last = uow.keys.all()[-1]
        assert (last.not_after, last.compromised_at) == (START + 20, START + 15)
        assert uow.keys.all()[:-1] == first


def test_no_private_key_is_in_the_table(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        assert uow.keys.all()
        assert not any("d" in key.jwk for key in uow.keys.all())
