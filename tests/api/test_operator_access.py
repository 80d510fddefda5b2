"""What is for operators: with the token that is set; where none is set, from this machine and by no proxy."""

import pytest

from registry.api.operator_access import authenticate_operator
from registry.errors import Forbidden, Unauthenticated

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_without_a_token_this_machine_is_let_through(address):
    authenticate_operator({"REMOTE_ADDR": address}, None)


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.1", "", "localhost", "0.0.0.0"])
def test_without_a_token_nobody_else_is(address):
    with pytest.raises(Forbidden):
        authenticate_operator({"REMOTE_ADDR": address}, None)


@pytest.mark.parametrize("field", ["X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP", "VIA"])
def test_what_a_proxy_on_this_machine_passes_on_is_not_from_here(field):
    with pytest.raises(Forbidden):
        authenticate_operator({"REMOTE_ADDR": "127.0.0.1", f"HTTP_{field}": "x"}, None)


def test_where_a_token_is_set_it_decides_wherever_one_comes_from():
    environ = {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
    authenticate_operator(environ, TOKEN)
    for given in (None, TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", "Bearer ü", "Bearer "):
        with pytest.raises(Unauthenticated):
            authenticate_operator({"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": given}, TOKEN)
