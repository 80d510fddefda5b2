"""The witnesses that a log submits its checkpoints to, as an operator writes them down: verifier key and address."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from registry.errors import ConfigurationError, KeyRefused

MOST_WITNESSES = 32
"""A note that many readers read has at most 64 signatures."""


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """One witness: its verifier key (C2SP tlog-cosignature) and its submission prefix, without a trailing slash."""

    vkey: str
    url: str

    @property
    def name(self) -> str:
        """As it stands in its cosignatures."""
        return self.vkey.partition("+")[0]


def parse_witnesses(text: str, field: str) -> tuple[KnownWitness, ...]:
    """`VKEY URL, VKEY URL …`; empty: none. Raises: ConfigurationError naming `field`."""
    found = tuple(
        _parse(entry.split(), field)
        for entry in text.replace("\n", ",").split(",")
        if entry.strip()
    )
    if len(found) > MOST_WITNESSES:
        raise ConfigurationError(
            f"{field} names {len(found)} witnesses; at most {MOST_WITNESSES}", field=field
        )
    if len({each.name for each in found}) < len(found):
        raise ConfigurationError(f"{field} names a witness twice", field=field)
    return found


def _parse(words: list[str], field: str) -> KnownWitness:
    # every command reads the settings, and few registries name a witness: what keys need is slow to load
    from registry.signing.note_key import COSIGNATURE, parse_vkey

    try:
        vkey, url = words
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("its address does not begin with https://")
        if parse_vkey(vkey).type != COSIGNATURE:
            raise ValueError("its key is a log's, not a witness's")
    except (ValueError, KeyRefused) as error:
        raise ConfigurationError(
            f"{field} has an entry that is no witness ({error}); write each as its verifier key, a space and its "
            "address, with commas between witnesses",
            field=field,
        ) from error
    return KnownWitness(vkey, url.rstrip("/"))
