"""What is asked of the fetch process and what it replies: one JSON object a line (msgspec), in both directions."""

from typing import Final, Literal

import msgspec

LONGEST_LINE: Final = 1024 * 1024
"""No line in either direction is longer (bytes)."""
LONGEST_FIELD: Final = 16 * 1024
"""What comes of a header field of a page (characters)."""


class Within(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where redirects may lead: to one of these hosts, and to this path, or (`below`) to anything under it."""

    hosts: tuple[str, ...]
    path: str
    below: bool = False

    def holds(self, host: str, path: str) -> bool:
        """Whether a redirect to this host and path stays at the place that was asked about."""
        if host not in self.hosts:
            return False
        folder = self.path if self.path.endswith("/") else self.path + "/"
        return path == self.path or (self.below and (path + "/").startswith(folder))


class ReadText(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="text"
):
    """Reads the beginning of a small file or page, and the header fields of these names (in lower case)."""

    url: str
    within: Within
    fields: tuple[str, ...] = ()


class TakeDigest(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="digest"
):
    """Takes the SHA-256 of a whole file."""

    url: str
    within: Within


class ReadRecords(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="records"
):
    """Reads the TXT records of a name in DNS."""

    name: str


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask", tag="post"):
    """Sends a body to an https URL. `number` comes back with the reply: posts are not answered in order."""

    number: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Posted(msgspec.Struct, frozen=True, tag_field="reply", tag="posted"):
    """What came of a post: the status and the beginning of the body, or (status 0) why nothing did, in our words."""

    number: int
    status: int
    body: bytes = b""
    words: str = ""


class Text(msgspec.Struct, frozen=True, tag_field="reply", tag="text"):
    """What a file or page begins with; `url` is where it was found in the end, `cut` if there was more of it.

    `fields` are those that were asked for and came, each at most `LONGEST_FIELD` characters, else it is left out.
    """

    url: str
    media_type: str
    body: bytes
    cut: bool
    fields: dict[str, str] = {}


class Digest(msgspec.Struct, frozen=True, tag_field="reply", tag="digest"):
    """The SHA-256 (hexadecimal) of the bytes found, and how many they were."""

    url: str
    sha256: str
    size: int


class Records(msgspec.Struct, frozen=True, tag_field="reply", tag="records"):
    """The texts of the TXT records of a name."""

    texts: tuple[str, ...]


class Missed(msgspec.Struct, frozen=True, tag_field="reply", tag="missed"):
    """Nothing was read. `outcome`: there is nothing there; nobody answered in time; or it is not looked at.

    `words` says why, for whoever asked; what strangers wrote is never in it.
    """

    outcome: Literal["absent", "unreachable", "refused"]
    words: str


Ask = ReadText | TakeDigest | ReadRecords
Reply = Text | Digest | Records | Missed

_encoder = msgspec.json.Encoder()
_asks: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)
_posts: msgspec.json.Decoder[Post] = msgspec.json.Decoder(Post)
_posted: msgspec.json.Decoder[Posted] = msgspec.json.Decoder(Posted)


def encode_line(message: Ask | Reply | Post | Posted) -> bytes:
    """The message as one line, with its end."""
    return _encoder.encode(message) + b"\n"


def decode_ask(line: bytes) -> Ask:
    """Raises: msgspec.DecodeError."""
    return _asks.decode(line)


def decode_reply(line: bytes) -> Reply:
    """Raises: msgspec.DecodeError."""
    return _replies.decode(line)


def decode_post(line: bytes) -> Post:
    """Raises: msgspec.DecodeError."""
    return _posts.decode(line)


def decode_posted(line: bytes) -> Posted:
    """Raises: msgspec.DecodeError."""
    return _posted.decode(line)
