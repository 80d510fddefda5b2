"""The address of the server: said calmly when it cannot be had, before anything is made ready."""

import socket

import pytest

from registry.cli.server import check_address
from registry.errors import ConfigurationError
from registry.settings import Settings
from tests.outside import free_port


def settings(host: str, port: int) -> Settings:
    return Settings.from_environ({"REGISTRY_HOST": host, "REGISTRY_PORT": str(port)})


def test_an_address_that_is_free_can_be_served_on() -> None:
    check_address(settings("127.0.0.1", free_port()))


def test_an_address_that_somebody_holds_is_refused_with_another_port_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ConfigurationError, match="cannot be served on") as raised:
            check_address(settings("127.0.0.1", port))
    assert raised.value.field == "REGISTRY_PORT"
    assert f"PORT={port % 65_535 + 1}" in raised.value.message


def test_an_address_that_this_machine_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1"):
        check_address(settings("192.0.2.1", 8000))
