"""A registry with one denied work, its HTTP application, and a platform that may ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from registry.app import create_app
from registry.bootstrap import Registry, open_registry
from registry.client.ask import Asker, fetch_keys
from registry.client.published import PublishedKeys
from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.instants import system_clock
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.services.open_account import register_rightsholder
from registry.services.register_platform import add_platform_key, register_platform
from registry.services.register_work import NewWork, register_work
from registry.settings import Settings
from registry.signing.keys import KeyPurpose, MemorySigner, generate
from registry.signing.note import vkey

DENIED = "isrc:GBAYE0601498"
STEWARD = Actor("test", "steward")


@dataclass(slots=True)
class Partner:
    """What a partner holds: keys, a record with its receipt, and a way to ask."""

    registry: Registry
    application: httpx2.BaseTransport
    keys: PublishedKeys
    log_key: str
    record: str
    receipt: str
    signer: MemorySigner

    def asker(self, keys: PublishedKeys | None = None, now: int | None = None) -> Asker:
        moment = system_clock() // 1000 if now is None else now
        return Asker(
            self.registry.settings.public_url,
            self.signer,
            self.signer.kid,
            keys or self.keys,
            lambda: moment,
            lambda seconds: None,
        )

    def client(self, transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
        return httpx2.Client(transport=transport or self.application)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    folder: Path = tmp_path_factory.mktemp("partner")
    settings = Settings.from_environ({"REGISTRY_VAR": str(folder)})
    registry = open_registry(settings)
    registry.prepare()
    signer = generate()
    with registry.writing() as ledger:
        holder = register_rightsholder(ledger, "Ada", STEWARD)
        new = NewWork("Song", WorkKind.RECORDING, Role.RECORDING, (DENIED,), embodies="mine")
        work = register_work(ledger, holder, new, STEWARD)
        platform = register_platform(ledger, "Acme", "Acme Ltd", STEWARD)
        add_platform_key(ledger, platform, signer.public.jwk, STEWARD)
        said = declare(ledger, holder, Subject("work", work.id), Wish(preset="no-ai"), STEWARD)
        receipt = ledger.receipt(said.record.seq).tlog_proof()
    log_key = vkey(registry.place.origin, registry.signers()[KeyPurpose.LOG].public.raw)
    application = httpx2.WSGITransport(app=create_app(settings))
    with httpx2.Client(transport=application) as client:
        keys = fetch_keys(settings.public_url, client)
    yield Partner(registry, application, keys, log_key, said.record.jws, receipt, signer)
    registry.close()
