"""What tests need of the machine."""

import socket

POLL_SECONDS = 0.02
"""How often a server that runs in the tests' own process looks whether it is told to end; by itself, twice a second."""


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
