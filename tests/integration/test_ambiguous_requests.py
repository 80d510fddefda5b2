"""Requests that two readers may read differently, sent byte by byte to the real server: decided, and the same always.

What is verified is what is read: of a field that is sent twice, the one value that the application sees is both held
against the signature and used. An encoded slash is a slash by the time a path is matched; a signature over another
spelling than the plain one does not hold.
"""

import secrets
import socket
import time
from collections.abc import Iterator

import pytest

from registry.signing.http_signature import sign_request
from registry.signing.keys import FileSigner
from tests.cli.serving import Served, served

BODY = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'
OTHER = b'{"usage":"search","items":[{"identifiers":["isrc:GBAYE0601498"]}]}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("ambiguous")) as running:
        yield running


def signed(server: Served, target: str = "/v1/verify", body: bytes = BODY) -> list[tuple[str, str]]:
    signer = FileSigner.load(server.folder / "demo-platform.key")
    fields = sign_request(
        "POST",
        server.url + target,
        body,
        "application/json",
        signer,
        keyid=signer.kid,
        created=int(time.time()),
        nonce=secrets.token_urlsafe(16),
    )
    return [("Content-Type", "application/json"), *fields.items()]


def send(
    server: Served,
    fields: list[tuple[str, str]],
    *,
    target: str = "/v1/verify",
    method: str = "POST",
    body: bytes = BODY,
) -> tuple[int, str]:
    """Status and body of the reply to exactly these lines."""
    host, port = server.url.removeprefix("http://").split(":")
    length = [] if any(name == "Content-Length" for name, _ in fields) else [str(len(body))]
    lines = [
        f"{method} {target} HTTP/1.1",
        "Host: x",
        "Connection: close",
        *(f"Content-Length: {each}" for each in length),
        *(f"{name}: {value}" for name, value in fields),
    ]
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    head, _, text = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), text.decode()


def test_the_plain_request_is_answered(server: Served) -> None:
    assert send(server, signed(server))[0] == 200


@pytest.mark.parametrize("name", ["Content-Type", "content-digest", "signature-input", "signature"])
@pytest.mark.parametrize("first", [True, False])
def test_a_covered_field_sent_twice_never_lets_another_value_through(
    server: Served, name: str, first: bool
) -> None:
    fields = signed(server)
    other = {
        "Content-Type": "text/plain",
        "content-digest": dict(signed(server, body=OTHER))["content-digest"],
        "signature-input": 'sig1=("@method");created=1',
        "signature": "sig1=:AAAA:",
    }[name]
    status, text = send(server, [(name, other), *fields] if first else [*fields, (name, other)])
    # either the good value was read and held, or the request is refused: never the other one
    assert status in (200, 401, 415), text


@pytest.mark.parametrize("name", ["Content-Type", "content-digest", "signature-input", "signature"])
def test_only_the_value_that_was_verified_counts(server: Served, name: str) -> None:
    """With the field swapped for its double alone, nothing holds."""
    fields = [(each, value) for each, value in signed(server) if each != name]
    assert send(server, fields)[0] in (401, 415)


def test_another_body_under_the_signature_of_the_first_is_refused(server: Served) -> None:
    status, text = send(server, signed(server), body=OTHER)
    assert status == 401
    assert "digest-mismatch" in text


@pytest.mark.parametrize(
    "target", ["/v1%2Fverify", "/v1/%76erify", "/v1//verify", "/v1/./verify", "/v1/verify/"]
)
def test_a_signature_over_another_spelling_of_the_path_does_not_hold(
    server: Served, target: str
) -> None:
    assert send(server, signed(server, target), target=target)[0] in (401, 404)


def test_a_signature_over_the_plain_path_holds_however_it_is_spelled_under_way(
    server: Served,
) -> None:
    """The server decodes the path once; what is signed is the registry's address for it."""
    assert send(server, signed(server), target="/v1/%76erify")[0] in (200, 404)


@pytest.mark.parametrize(
    "fields",
    [
        [("Content-Length", "2"), ("Content-Length", "3")],
        [("Content-Length", "-1")],
        [("Content-Length", "2, 3")],
        [("Content-Length", "0x2")],
    ],
)
def test_a_length_that_is_not_one_number_is_refused_by_the_server(
    server: Served, fields: list[tuple[str, str]]
) -> None:
    assert send(server, [("Content-Type", "application/json"), *fields])[0] == 400


def test_two_lengths_of_a_body_smuggle_no_second_request(server: Served) -> None:
    fields = [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
    inner = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    status, text = send(server, [*fields, ("Content-Length", "6")], body=inner)
    assert status in (400, 401)
    assert "alive" not in text


@pytest.mark.parametrize("path", ["/v1/records/a%2Fb", "/v1/works/..%2F..%2Fadmin", "/%2e%2e/x"])
def test_an_encoded_slash_leads_to_no_other_route(server: Served, path: str) -> None:
    status, text = send(server, [], method="GET", target=path, body=b"")
    assert status in (401, 404), text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "X" * 100])
def test_a_method_that_nothing_needs_does_nothing(server: Served, method: str) -> None:
    status, text = send(server, [("X-Secret", "told")], method=method, target="/", body=b"")
    assert status in (400, 405, 501)
    assert "told" not in text


def test_a_header_that_is_longer_than_the_server_reads_is_refused_early(server: Served) -> None:
    assert send(server, [("X-Long", "a" * 600_000)], method="GET", body=b"")[0] == 431
