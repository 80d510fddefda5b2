"""Real web servers on loopback, with TLS under an authority of their own, for looks at places that others control.

Everything answers at 127.0.0.2, which the test's fetch process is told to take for public; 127.0.0.1 on the same ports
is a listener that nobody may reach.
"""

import datetime
import json
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.fetching.process import FetchProcess

PUBLIC = "127.0.0.2"
FORBIDDEN = "127.0.0.1"

Answer = bytes | Callable[[socket.socket], None]


def reply(
    body: bytes | str, media_type: str = "text/plain", status: str = "200 OK", **fields: str
) -> bytes:
    """An HTTP response, whole."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(target: str, status: str = "302 Found") -> bytes:
    return reply("", status=status, Location=target)


@dataclass
class Listener:
    """One port of one address; `seen` is what arrived there, `host path` a request."""

    server: socket.socket
    answer: Callable[[str, str], Answer]
    tls: ssl.SSLContext | None = None
    seen: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.seen.append("connection")
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, self._secured(connection) as connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            host = next(x[6:] for x in lines if x.lower().startswith("host: "))
            self.heads.append(head.decode("latin-1"))
            self.seen.append(f"{host}{path}")
            found = self.answer(host, path)
            if isinstance(found, bytes):
                connection.sendall(found)
            else:
                found(connection)
            if isinstance(connection, ssl.SSLSocket):
                connection.unwrap()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return (
            connection if self.tls is None else self.tls.wrap_socket(connection, server_side=True)
        )


@dataclass
class Web:
    """Sites by host; what they answer by path. `told` is what the fetch process is told of it."""

    pages: dict[str, Answer]
    web: Listener
    secure: Listener
    forbidden: list[Listener]
    told: dict[str, object]
    kept: FetchProcess | None = None
    kept_knows: tuple[str, ...] = ()

    def put(self, host: str, path: str, answer: Answer) -> None:
        """Puts a page up, at http and https alike."""
        self.pages[host + path] = answer
        self.told["hosts"].setdefault(host, [[PUBLIC]])  # type: ignore[attr-defined]

    def take_down(self, host: str, path: str) -> None:
        del self.pages[host + path]

    def name(self, host: str, *turns: list[str] | None) -> None:
        """What DNS says about a host, one answer a call."""
        self.told["hosts"][host] = list(turns)  # type: ignore[index]

    def records(self, name: str, *texts: str) -> None:
        """The TXT records of a name."""
        self.told["records"][name] = list(texts)  # type: ignore[index]

    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.fetching.loopback", json.dumps(self.told))

    def fetcher(self) -> FetchProcess:
        """A fetch process that knows these sites as they are now."""
        return FetchProcess("https://registry.example", self.command())

    @contextmanager
    def kept_fetcher(self) -> Iterator[FetchProcess]:
        """The one of the last time, where names are what they were: to start one takes longer than most looks."""
        if self.kept is None or self.kept_knows != self.command():
            self.let_go()
            self.kept, self.kept_knows = self.fetcher(), self.command()
        yield self.kept

    def let_go(self) -> None:
        """Ends the fetch process that is kept."""
        if self.kept is not None:
            self.kept.close()
        self.kept = None

    @property
    def seen(self) -> list[str]:
        return [each for each in [*self.web.seen, *self.secure.seen] if each != "connection"]

    @property
    def reached_what_is_forbidden(self) -> bool:
        return any(listener.seen for listener in self.forbidden)


HOSTS = (
    *(
        "artist.example",
        "www.artist.example",
        "other.example",
        "music.example",
        "www.music.example",
    ),
    *("*.github.io", "github.com", "gitlab.com", "soundcloud.com", "*.bandcamp.com"),
)


def make_authority(folder: Path) -> tuple[Path, Path]:
    """(the authority's certificate, a chain with key for HOSTS), as PEM files."""
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)

    def certificate(
        name: str, issuer: str, key: ec.EllipticCurvePublicKey, ca: bool
    ) -> x509.CertificateBuilder:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + 30 * day)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )

    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    signed_root = certificate("test authority", "test authority", root.public_key(), True).sign(
        root, hashes.SHA256()
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    signed_leaf = (
        certificate("sites", "test authority", leaf.public_key(), False)
        .add_extension(names, critical=False)
        .sign(root, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    authority, chain = folder / "authority.pem", folder / "sites.pem"
    authority.write_bytes(signed_root.public_bytes(pem))
    chain.write_bytes(
        signed_leaf.public_bytes(pem)
        + leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return authority, chain


def _listen(address: str, port: int = 0) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(32)
    return server


def _pair() -> tuple[socket.socket, socket.socket]:
    """The same port at the public and at the forbidden address."""
    while True:
        public = _listen(PUBLIC)
        try:
            return public, _listen(FORBIDDEN, public.getsockname()[1])
        except OSError:
            public.close()


@contextmanager
def served_web(folder: Path) -> Iterator[Web]:
    """Runs the servers."""
    authority, chain = make_authority(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain)
    pages: dict[str, Answer] = {}

    def answer(host: str, path: str) -> Answer:
        return pages.get(host + path, reply("nothing here", status="404 Not Found"))

    (plain, forbidden_plain), (secure, forbidden_secure) = _pair(), _pair()
    forbidden = [Listener(each, answer) for each in (forbidden_plain, forbidden_secure)]
    web = Web(
        pages,
        Listener(plain, answer),
        Listener(secure, answer, tls),
        forbidden,
        {
            "hosts": {},
            "records": {},
            "public": [PUBLIC],
            "doors": {80: plain.getsockname()[1], 443: secure.getsockname()[1]},
            "authority": str(authority),
            "seconds": 60,
        },
    )
    listeners = [web.web, web.secure, *forbidden]
    for listener in listeners:
        threading.Thread(target=listener.run, daemon=True).start()
    try:
        yield web
    finally:
        web.let_go()
        for listener in listeners:
            with suppress(OSError):
                listener.server.shutdown(socket.SHUT_RDWR)
            listener.server.close()
