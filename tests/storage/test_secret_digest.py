"""What was kept of a secret has to be found again by every later version."""

from registry.storage.secret_digest import secret_digest


def test_a_secret_is_kept_as_its_sha_256() -> None:
    known = (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4: of "abc"
    )
    assert secret_digest("abc").hex() == known
