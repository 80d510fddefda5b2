"""A load generator that costs little: requests are made and signed beforehand, then sent over kept connections
by a process of its own, one thread a connection, each waiting for its answer."""

import json
import multiprocessing
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from registry.signing.http_signature import sign_request
from registry.signing.keys import Signer


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second over all connections; latencies in ms; answers that were not 200."""

    rate: float
    median: float
    p99: float
    refused: int


def plain_get(url: str) -> bytes:
    """A GET as it goes over the wire."""
    parts = urlsplit(url)
    return f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def signed_post(url: str, body: Any, signer: Signer) -> bytes:
    """A signed question as it goes over the wire. Good for one use within five minutes."""
    parts = urlsplit(url)
    content = json.dumps(body, separators=(",", ":")).encode()
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **sign_request(
            "POST",
            url,
            content,
            "application/json",
            signer,
            keyid=signer.kid,
            created=int(time.time()),
            nonce=secrets.token_urlsafe(12),
        ),
    }
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {target} HTTP/1.1\r\n{lines}\r\n".encode() + content


def run(port: int, requests: Sequence[bytes], connections: int) -> Measured:
    """Sends every request once, spread over the connections, from another process."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_in_process, args=(sender, port, requests, connections))
    process.start()
    measured: Measured = receiver.recv()
    process.join()
    return measured


def _in_process(sender: Any, port: int, requests: Sequence[bytes], connections: int) -> None:
    latencies: list[float] = []
    refused: list[bytes] = []
    shares = [requests[start::connections] for start in range(connections)]
    barrier = threading.Barrier(connections + 1)
    threads = [
        threading.Thread(target=_send_all, args=(port, share, barrier, latencies, refused))
        for share in shares
    ]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    latencies.sort()
    if refused:
        print(refused[0][:600].decode(errors="replace"))
    sender.send(
        Measured(
            rate=len(requests) / seconds,
            median=1000 * latencies[len(latencies) // 2],
            p99=1000 * latencies[len(latencies) * 99 // 100],
            refused=len(refused),
        )
    )


def _send_all(
    port: int,
    requests: Sequence[bytes],
    barrier: threading.Barrier,
    latencies: list[float],
    refused: list[bytes],
) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        barrier.wait()
        for request in requests:
            started = time.perf_counter()
            connection.sendall(request)
            answer = _receive(connection)
            latencies.append(time.perf_counter() - started)
            if not answer.startswith(b"HTTP/1.1 200"):
                refused.append(answer)


def _receive(connection: socket.socket) -> bytes:
    received = connection.recv(262_144)
    end = received.find(b"\r\n\r\n")
    while end < 0:
        received += connection.recv(262_144)
        end = received.find(b"\r\n\r\n")
    head = received[:end].lower()
    at = head.index(b"content-length:") + 15
    length = int(head[at:].split(b"\r\n", 1)[0])
    parts, missing = [received], length - (len(received) - end - 4)
    while missing > 0:
        part = connection.recv(min(missing, 1 << 20))
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
