"""The demo platform exists only in an embedded run, once, and is nothing special."""

import stat
from dataclasses import replace

import pytest

from registry.bootstrap import Registry, open_registry
from registry.cli.demo_platform import demo_signer, is_embedded
from registry.errors import ConfigurationError
from registry.services.actor import REGISTRY
from registry.services.register_platform import revoke_platform_key
from tests.cli.conftest import Command


def test_the_first_run_makes_one_and_the_next_finds_it(registry: Registry) -> None:
    first = demo_signer(registry)
    again = demo_signer(registry)
    assert first is not None
    assert again is not None
    assert first.kid == again.kid
    assert stat.S_IMODE(registry.settings.demo_platform_key.stat().st_mode) == 0o600
    with registry.reading() as uow:
        assert len(uow.platform_keys.platforms()) == 1


def test_a_crash_between_file_and_registration_is_healed(registry: Registry) -> None:
    from registry.signing.keys import FileSigner

    lone = FileSigner.create(registry.settings.demo_platform_key)
    found = demo_signer(registry)
    assert found is not None
    assert found.kid == lone.kid
    with registry.reading() as uow:
        assert uow.platform_keys.find(lone.kid) is not None


def test_none_is_made_where_others_ask_already(command: Command, registry: Registry) -> None:
    command("platforms", "add", "Acme", "--legal-entity", "Acme Ltd")
    assert demo_signer(registry) is None
    assert not registry.settings.demo_platform_key.exists()


def test_none_is_made_where_others_can_reach_the_registry(registry: Registry) -> None:
    public = open_registry(replace(registry.settings, host="0.0.0.0"))
    assert demo_signer(public) is None
    public.close()
    assert not is_embedded(replace(registry.settings, database_url="postgresql+psycopg://x/y"))


def test_a_revoked_one_stays_revoked(registry: Registry) -> None:
    signer = demo_signer(registry)
    assert signer is not None
    with registry.writing() as ledger:
        revoke_platform_key(ledger, signer.kid, REGISTRY)
    assert demo_signer(registry) is None


def test_a_key_file_that_others_can_read_is_refused(registry: Registry) -> None:
    demo_signer(registry)
    registry.settings.demo_platform_key.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        demo_signer(registry)
