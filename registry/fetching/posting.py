"""Sending a small body to places that others control: several at once, each within a deadline of its own.

By reliability.md, rule 7, as a look (`looking.py`): https on its own port, the host resolved once, every special
address refused, the connection pinned to what was checked. No redirect is followed: a message is for one place.
"""

import ssl
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import httpcore2
import msgspec

from registry.fetching.limits import (
    POST_BYTES,
    POST_REPLY_BYTES,
    POST_SECONDS,
    POSTS_AT_ONCE,
)
from registry.fetching.lines import LONGEST_LINE, Post, Posted, decode_post, encode_line
from registry.fetching.looking import (
    MissedError,
    Place,
    Reach,
    addresses_of,
    place_of,
    refused,
    said_of,
)
from registry.fetching.pinned import Deadline, PinnedBackend


def serve_posts(asks: BinaryIO, replies: BinaryIO, reach: Reach) -> None:
    """Sends what is asked for until there is nothing more to read. A line that is no post ends it: its writer is not
    ours."""
    writing = threading.Lock()

    def send(ask: Post) -> None:
        line = encode_line(post(reach, ask))
        with writing:
            replies.write(line)
            replies.flush()

    with ThreadPoolExecutor(POSTS_AT_ONCE) as threads:
        while line := asks.readline(LONGEST_LINE):
            try:
                threads.submit(send, decode_post(line))
            except msgspec.DecodeError:
                return


def post(reach: Reach, ask: Post) -> Posted:
    """Sends one body, and gives the status of the reply, whatever the other side does. Never raises."""
    try:
        return _posted(reach, ask)
    except MissedError as error:
        return Posted(ask.number, 0, words=error.missed.words)
    except httpcore2.TimeoutException:
        return Posted(ask.number, 0, words=f"{ask.url} did not answer within {POST_SECONDS:g} s")
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as error:
        return Posted(ask.number, 0, words=f"{ask.url} {said_of(error)}")
    except Exception:
        traceback.print_exc()
        return Posted(ask.number, 0, words="the post went wrong")


def _posted(reach: Reach, ask: Post) -> Posted:
    """Raises: MissedError, and what httpcore2 raises."""
    if len(ask.body) > POST_BYTES:
        raise refused(f"more than {POST_BYTES:,} bytes are not sent")
    place = place_of(ask.url, asked=ask.url)
    if place.scheme != "https:":
        raise refused("only https is posted to")
    deadline = Deadline.after(POST_SECONDS)
    backend = PinnedBackend(addresses_of(reach, place, deadline), reach.doors, deadline)
    pool = httpcore2.ConnectionPool(ssl_context=reach.trust, network_backend=backend)
    with (
        pool,
        pool.stream(
            "POST", _url(place), headers=_fields(reach, place, ask), content=ask.body
        ) as response,
    ):
        body = b""
        for piece in response.iter_stream():
            body += piece
            if len(body) >= POST_REPLY_BYTES:
                break
        return Posted(ask.number, response.status, body[:POST_REPLY_BYTES])


def _url(place: Place) -> httpcore2.URL:
    return httpcore2.URL(
        scheme=b"https",
        host=place.name.encode(),
        port=place.port,
        target=place.target.encode(),
    )


def _fields(reach: Reach, place: Place, ask: Post) -> list[tuple[bytes, bytes]]:
    own = {
        "Host": place.host,
        "User-Agent": reach.agent,
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(ask.body)),
    }
    return [(name.encode(), value.encode()) for name, value in (*own.items(), *ask.headers)]
