"""The server under measurement: the registry, and beside it a bare Flask route that returns 600 bytes of JSON."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify

from registry.app import create_app
from registry.garbage import spare_what_stays

BARE = {"members": [f"value {n:03d}" for n in range(38)]}

bare = Flask("bare")


@bare.get("/bare")
def a_bare_answer() -> Response:
    return jsonify(BARE)


registry = create_app()
spare_what_stays()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI: both on one server."""
    chosen = bare if environ["PATH_INFO"] == "/bare" else registry
    return chosen(environ, start_response)
