"""Stores of nonces that lose what they have while they are in use."""

from registry.storage.mapped_nonces import MappedNonces
from registry.storage.nonces import NonceStore
from registry.storage.sql_nonces import SqlNonces


def lose(nonces: NonceStore) -> None:
    """The store is not there any more."""
    if isinstance(nonces, SqlNonces):
        nonces._run("DROP TABLE nonces", ())
    else:
        assert isinstance(nonces, MappedNonces)
        nonces.close()
        nonces._path.unlink()
