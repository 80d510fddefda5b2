"""The platform that an embedded first run makes for itself, so that its printed question works.

Only where the store is SQLite and the address is loopback; its key is a file of mode 0600 like every
other private key. Nothing else about it is special: it can be asked about, and revoked.
"""

from registry.bootstrap import Registry
from registry.client_address import is_loopback
from registry.services.actor import REGISTRY
from registry.services.register_platform import add_platform_key, register_platform
from registry.settings import Settings
from registry.signing.keys import FileSigner

NAME = "Demo platform"
LEGAL_ENTITY = "nobody (made by registry run, for trying things out)"


def is_embedded(settings: Settings) -> bool:
    """Is this a first run on one's own machine: a file as the store, a loopback address?"""
    return settings.database_url.startswith("sqlite:") and is_loopback(settings.host)


def demo_signer(registry: Registry) -> FileSigner | None:
    """The demo platform's key, registered; made now if this is an embedded run without any platform.

    Returns None where there is none, or where it was revoked. Raises: ConfigurationError for a key
    file that others can read.
    """
    path = registry.settings.demo_platform_key
    with registry.reading() as uow:
        others = bool(uow.platform_keys.platforms())
    if not path.exists():
        if others or not is_embedded(registry.settings):
            return None
        FileSigner.create(path)
    signer = FileSigner.load(path)
    with registry.reading() as uow:
        known = uow.platform_keys.find(signer.kid)
    if known is None:
        # The file comes first: a crash in between leaves a key that is registered here.
        with registry.writing() as ledger:
            platform = register_platform(ledger, NAME, LEGAL_ENTITY, REGISTRY)
            add_platform_key(ledger, platform, signer.public.jwk, REGISTRY)
        return signer
    return signer if known.revoked_at is None else None
