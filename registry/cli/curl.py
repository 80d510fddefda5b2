"""A signed question as a curl line that can be pasted: it works once, within five minutes."""

import shlex

from registry.client.ask import VERIFY, Asked, signed_question
from registry.signing.keys import Signer

_LEFT_TO_CURL = frozenset({"accept-encoding"})


def curl_line(url: str, asked: Asked, signer: Signer, keyid: str, created: int) -> str:
    """The command for a POSIX shell, over several lines. `created` is in seconds since 1970."""
    target = url.rstrip("/") + VERIFY
    body = asked.body()
    headers = signed_question(target, body, signer, keyid, created)
    parts = [f"curl -sS {shlex.quote(target)}"]
    parts += [
        f"-H {shlex.quote(f'{name}: {value}')}"
        for name, value in headers.items()
        if name not in _LEFT_TO_CURL
    ]
    parts.append(f"--data-binary {shlex.quote(body.decode())}")
    return " \\\n  ".join(parts)
