"""Telling somebody: a program that is started, or an address that is posted to, each with one JSON object.

What fails is said and tried no more: an alarm stays in the monitor's own output, exit code and folder.
"""

import json
import shlex
import subprocess
from collections.abc import Callable, Mapping
from typing import Any, Final

from registry.client.lines import Line, client_options
from registry.client.wire import Reply, Request
from registry.errors import InvalidInput, RegistryError

PROGRAM_SECONDS: Final = 60
POST_SECONDS: Final = 15.0
_MOST_REPLY_BYTES: Final = 64 * 1024

Tell = Callable[[Mapping[str, Any]], str | None]
"""Something to tell → None, or in words why it could not be told."""


def by_program(command: str) -> Tell:
    """Starts a program, without a shell, with the JSON on its standard input.

    Raises: InvalidInput for a command that cannot be taken apart.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InvalidInput(f"the command cannot be read: {error}", field="--exec") from error
    if not words:
        raise InvalidInput("name a program", field="--exec")

    def tell(members: Mapping[str, Any]) -> str | None:
        try:
            done = subprocess.run(  # noqa: S603 - the command is the operator's own
                words, input=_json(members), timeout=PROGRAM_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{words[0]} could not be run: {error}"
        return f"{words[0]} ended with {done.returncode}" if done.returncode else None

    return tell


def by_post(url: str) -> Tell:
    """Posts the JSON. Raises: InvalidInput for what is no address."""
    if not url.startswith(("http://", "https://")):
        raise InvalidInput("an address begins with https://", field="--webhook")

    def tell(members: Mapping[str, Any]) -> str | None:
        import httpx2

        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        request = Request("POST", url, headers, _json(members), _MOST_REPLY_BYTES)
        try:
            with httpx2.Client(**client_options(url, POST_SECONDS)) as client:
                reply = Line(client, POST_SECONDS).send(request)
        except RegistryError as error:
            return f"{url}: {error.message}"
        if not isinstance(reply, Reply):
            return f"{url}: {reply.why}"
        return None if reply.status < 300 else f"{url} answered with status {reply.status}"

    return tell


def _json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"
