"""Keys of platforms that the sandbox alone answers.

Guarantee: a test key is never a key with which a real question is answered, nor the other way round: whoever adds one
has looked in both tables within the same write transaction, of which there is one at a time.
"""

from sqlalchemy import Connection

from registry.storage.platform_keys import KeysOfPlatforms
from registry.storage.platform_tables import test_keys


class SandboxKeys(KeysOfPlatforms):
    """The keys with which questions to the sandbox are signed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, test_keys)
