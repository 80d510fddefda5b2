"""How a secret of 256 random bits is kept: as a plain digest, since there is nothing to guess."""

import hashlib


def secret_digest(secret: str) -> bytes:
    """What the store has in the place of a secret that is shown once (SHA-256, FIPS 180-4)."""
    return hashlib.sha256(secret.encode()).digest()
