"""Style, script, signs and fonts, read once and served from memory under an address that changes with them."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Response, request

from registry.errors import NotFound

FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"
_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served; `version` is the beginning of its digest."""

    body: bytes
    content_type: str
    version: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file, by its path under `/static/`."""
    return {
        path.relative_to(_FOLDER).as_posix(): StaticFile(
            path.read_bytes(),
            _TYPES[path.suffix],
            hashlib.sha256(path.read_bytes()).hexdigest()[:12],
        )
        for path in sorted(_FOLDER.rglob("*"))
        if path.is_file()
    }


def address_of(name: str) -> str:
    """Where a page finds this version of a file."""
    return f"/static/{name}?v={static_files()[name].version}"


def text_of(name: str) -> str:
    """A file to be written into a page."""
    return static_files()[name].body.decode("utf-8")


def get_static(name: str) -> Response:
    """A file of the pages. Fonts never change under their name."""
    found = static_files().get(name)
    if found is None:
        raise NotFound(f"there is no file {name[:100]!r}")
    named = request.args.get("v") == found.version or name.endswith(".woff2")
    return Response(
        found.body,
        content_type=found.content_type,
        headers={"Cache-Control": FOR_EVER if named else A_WHILE},
    )
