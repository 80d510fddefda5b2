"""The server under measurement: the registry, and beside it, in bare Flask, a route that returns 600 bytes of JSON and
an opt-out query that is answered from memory. The threads that answer stay on one core, as in `registry serve`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify, request

from registry.app import create_app
from registry.cli.cores import OnOneCore, cores_of_workers
from registry.garbage import spare_what_stays

BARE = {"members": [f"value {n:03d}" for n in range(38)]}

bare = Flask("bare")


@bare.get("/bare")
def a_bare_answer() -> Response:
    return jsonify(BARE)


@bare.post("/stub/api/v2/query/urls/")
def an_answer_from_memory() -> Response:
    """What an opt-out query costs where nothing is looked up: lines in, rows out."""
    lines = request.get_data(as_text=True).split("\n")
    return jsonify(urls=[{"url": line, "optOut": False, "optIn": False} for line in lines])


registry = create_app()
spare_what_stays()


def _both(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI: both on one server."""
    chosen = bare if environ["PATH_INFO"].startswith(("/bare", "/stub/")) else registry
    return chosen(environ, start_response)


_cores = cores_of_workers("auto", 1)
app = OnOneCore(_both, _cores[0]) if _cores else _both
