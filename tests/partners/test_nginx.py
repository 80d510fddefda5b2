"""A served registry on PostgreSQL behind the nginx.conf of docs/deploy, as it stands there but for ports and paths.

Signatures hold through it in both directions, nothing is changed or compressed, and slow clients keep nobody out.
"""

import contextlib
import datetime
import http.client
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.cli.main import main
from registry.client.ask import Asked, Asset, signed_question
from registry.signing.keys import FileSigner
from tests.cli.serving import Served, served
from tests.house.tree import text_of
from tests.outside import free_port
from tests.outside_programs import PROGRAMS

pytestmark = pytest.mark.needs("nginx")

ISRC = "isrc:GBAYE0601498"
QUESTION = Asked("generative-training", [Asset([ISRC])]).body()
SLOW = 40


@dataclass(frozen=True, slots=True)
class Behind:
    """A registry behind nginx: the outer port, what a client trusts, and a platform's key."""

    registry: Served
    port: int
    trust: ssl.SSLContext
    certificate: Path
    signer: FileSigner

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def send(
        self, method: str, target: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """A request whose target goes out as it is written here. Status, header fields, body."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPSConnection(
            "localhost", self.port, context=self.trust, timeout=30
        )
        with contextlib.closing(connection):
            connection.request(method, target, body=body, headers=fields)
            reply = connection.getresponse()
            content = reply.read()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, content

    def ask(self, target: str, **more: str) -> tuple[int, dict[str, str], bytes]:
        """A signed question, to the target as it is written."""
        signed = signed_question(
            self.url + target, QUESTION, self.signer, self.signer.kid, int(time.time())
        )
        return self.send("POST", target, QUESTION, **{**signed, **more})


def certificate_in(folder: Path) -> Path:
    """A self-made certificate for localhost and its key."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "certificate.pem"


def configuration(folder: Path, outer: int, inner: str) -> str:
    """The file of docs/deploy, for these ports and this folder."""
    text = text_of("docs/deploy/nginx.conf")
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    for written, here in (
        ("user www-data;", "user root;" if os.geteuid() == 0 else ""),
        ("http {\n", "http {\n" + temporary),
        ("pid /run/nginx.pid", f"pid {folder}/nginx.pid"),
        ("/var/log/nginx", str(folder)),
        ("/etc/nginx/certificate", str(folder / "certificate")),
        ("        listen [::]:80 default_server;\n", ""),
        ("        listen [::]:443 ssl http2;\n", ""),
        ("listen 80 default_server", f"listen 127.0.0.1:{free_port()}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{outer} ssl"),
        ("server 127.0.0.1:8000", f"server {inner.removeprefix('http://')}"),
        ("server_name consent.example", "server_name localhost"),
    ):
        assert written in text, written
        text = text.replace(written, here)
    return text


@contextlib.contextmanager
def nginx(folder: Path, outer: int, inner: str) -> Iterator[None]:
    (folder / "nginx.conf").write_text(configuration(folder, outer, inner))
    process = subprocess.Popen(
        [PROGRAMS["nginx"].path(), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
        stderr=subprocess.PIPE,
    )
    try:
        for _ in range(100):
            assert process.poll() is None, process.stderr and process.stderr.read()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", outer)):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("behind")
    certificate = certificate_in(folder / "certificate")
    outer = free_port()
    settings = {
        "REGISTRY_DATABASE_URL": postgresql_url,
        "REGISTRY_PUBLIC_URL": f"https://localhost:{outer}",
        "REGISTRY_TRUSTED_PROXIES": "1",
    }
    words = ("serve", "--migrate", "--no-worker")
    with served(folder, words, **settings) as registry, nginx(folder, outer, registry.url):
        made = registry.command(
            "platforms", "add", "P", "--legal-entity", "P Ltd",
            "--generate-key", str(folder / "platform.key"),
        )  # fmt: skip
        assert made.exit_code == 0, made.output
        trust = ssl.create_default_context(cafile=str(certificate))
        signer = FileSigner.load(folder / "platform.key")
        yield Behind(registry, outer, trust, certificate, signer)


def test_the_command_asks_through_it_and_the_answer_verifies(behind: Behind) -> None:
    env = {**behind.registry.env, "SSL_CERT_FILE": str(behind.certificate)}
    result = CliRunner().invoke(main, ["ask", "--key", str(behind.signer.path), ISRC], env=env)
    assert result.exit_code == 4, result.output
    assert "signature  holds" in result.output


def test_a_path_and_a_query_arrive_as_they_were_signed(behind: Behind) -> None:
    status, _, content = behind.ask("/v1/verify?evidence=%6eone")
    assert status == 200, content
    # as a proxy that tidies up would have sent it
    plain = signed_question(
        f"{behind.url}/v1/verify?evidence=none",
        QUESTION,
        behind.signer,
        behind.signer.kid,
        int(time.time()),
    )
    status, _, content = behind.send("POST", "/v1/verify?evidence=%6eone", QUESTION, **plain)
    assert status == 401
    assert b"signature-invalid" in content


def test_nothing_is_compressed_however_much_a_client_would_like_it(behind: Behind) -> None:
    wish = {"accept-encoding": "gzip, br, deflate"}
    for status, fields, _ in (
        behind.ask("/v1/verify", **wish),
        behind.send("GET", "/openapi.json", **wish),
    ):
        assert status == 200
        assert "content-encoding" not in fields


def test_a_question_is_sent_on_once_and_its_replay_is_refused(behind: Behind) -> None:
    signed = signed_question(
        f"{behind.url}/v1/verify", QUESTION, behind.signer, behind.signer.kid, int(time.time())
    )
    replies = [behind.send("POST", "/v1/verify", QUESTION, **signed) for _ in range(2)]
    assert [status for status, _, _ in replies] == [200, 401]
    assert b"nonce-replayed" in replies[1][2]


def test_what_is_for_operators_or_too_large_does_not_pass(behind: Behind) -> None:
    assert behind.send("GET", "/metrics")[0] == 404
    status, _, _ = behind.send("GET", "/v1/works", X_Forwarded_For="203.0.113.9")
    assert status == 401  # it arrives, and is asked for a token
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        assert behind.send("POST", "/v1/verify", b"x" * 6_000_000)[0] == 413


def test_slow_clients_wait_in_nginx_and_keep_nobody_out(behind: Behind) -> None:
    half = b"POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
    with contextlib.ExitStack() as held:
        for _ in range(SLOW):
            plain = socket.create_connection(("localhost", behind.port))
            slow = held.enter_context(behind.trust.wrap_socket(plain, server_hostname="localhost"))
            slow.sendall(half)
        # the registry has far fewer threads than these; where they had one each, this would take longer than we wait
        assert behind.ask("/v1/verify")[0] == 200


def test_an_address_that_asks_without_a_signature_too_often_is_told_so(behind: Behind) -> None:
    statuses = {behind.send("GET", "/healthz")[0] for _ in range(150)}
    # 20 a second and 60 at once: a slow machine may never reach it, but nothing else may happen
    assert statuses <= {200, 429}
    assert behind.ask("/v1/verify")[0] == 200


def test_the_access_log_names_neither_addresses_nor_queries(behind: Behind) -> None:
    behind.send("GET", "/healthz?secret=isrc")
    written = (behind.certificate.parent.parent / "access.log").read_text()
    assert "/healthz" in written
    assert "secret" not in written
    assert "127.0.0.1" not in written


def test_the_error_log_does_not_quote_the_requests_that_went_wrong(behind: Behind) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        assert behind.send("POST", "/v1/verify?secret=isrc", b"x" * 6_000_000)[0] == 413
    written = (behind.certificate.parent.parent / "error.log").read_text()
    assert "secret" not in written
    assert "client:" not in written
