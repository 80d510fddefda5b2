"""A filed proof of asking holds as it is, and with nothing in it changed."""

import base64
import json
from typing import Any

import pytest

from registry.client.asks import verify_ask
from registry.errors import RegistryError, VerificationFailed
from registry.services.prove_ask import prove_ask
from registry.storage.asks import Asked
from registry.worker.asks import root_asks
from tests.asked import JOB, filed_proof, log_key
from tests.registries import HOUR, START, Desk


def filed(desk: Desk, number: int = 2) -> tuple[dict[str, Any], str]:
    with desk.registry.bookkeeping() as uow:
        uow.asks.add([Asked("p", START + n, bytes([n]) * 32, b"a" * 32) for n in range(3)])
    desk.clock.forward(2 * HOUR)
    root_asks(desk.registry, JOB)
    with desk.registry.reading() as uow:
        return json.loads(filed_proof(prove_ask(uow, "p", number))), log_key(desk.registry)


@pytest.fixture
def database_kind() -> str:
    """What is checked here does not know any database."""
    return "sqlite"


def test_a_proof_as_it_was_filed_holds(desk: Desk) -> None:
    members, key = filed(desk)
    proved = verify_ask(json.dumps(members).encode(), key)
    assert (proved.platform, proved.at) == ("p", START + 1)
    assert proved.question == bytes([1]) * 32
    assert proved.origin == desk.registry.place.origin


def leaves_of(members: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = members.items() if isinstance(members, dict) else enumerate(members)
    found: list[tuple[Any, ...]] = []
    for name, value in pairs:
        found += (
            leaves_of(value, (*way, name)) if isinstance(value, dict | list) else [(*way, name)]
        )
    return found


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    first = "B" if value[:1] == "A" else "A"
    return first + value[1:]


def test_whatever_is_changed_in_it_it_holds_no_longer(desk: Desk) -> None:
    members, key = filed(desk)
    told_besides = {("ask", "id"), ("ask", "until"), ("receipt", "tlog_proof")}
    for way in leaves_of(members):
        other = json.loads(json.dumps(members))
        inner = other
        for name in way[:-1]:
            inner = inner[name]
        inner[way[-1]] = changed(inner[way[-1]])
        text = json.dumps(other).encode()
        if way in told_besides:  # nothing of what is proved
            verify_ask(text, key)
        else:
            with pytest.raises(VerificationFailed):
                verify_ask(text, key)


def test_another_questions_parts_do_not_fit_into_it(desk: Desk) -> None:
    members, key = filed(desk)
    with desk.registry.reading() as uow:
        other = json.loads(filed_proof(prove_ask(uow, "p", 1)))
    for part in ("ask", "hour"):
        mixed = json.dumps({**members, part: other[part]}).encode()
        with pytest.raises(VerificationFailed):
            verify_ask(mixed, key)


def test_another_logs_key_does_not_fit(desk: Desk) -> None:
    members, key = filed(desk)
    name, _, rest = key.partition("+")
    for wrong in (f"other.example/log+{rest}", key[:-4] + "AAA=", "x"):
        with pytest.raises(RegistryError):
            verify_ask(json.dumps(members).encode(), wrong)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"null", b'{"ask":1,"hour":2,"receipt":3}'])
def test_what_is_no_proof_is_refused_calmly(desk: Desk, text: bytes) -> None:
    with pytest.raises(VerificationFailed, match="no proof of asking"):
        verify_ask(text, log_key(desk.registry))


def test_a_salt_of_another_size_is_refused_calmly(desk: Desk) -> None:
    members, key = filed(desk)
    members["ask"]["salt"] = base64.b64encode(b"short").decode()
    with pytest.raises(VerificationFailed):
        verify_ask(json.dumps(members).encode(), key)
