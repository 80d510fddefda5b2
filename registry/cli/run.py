"""`registry run`: prepares what is missing, serves, and works in the background, until Ctrl-C.

What to try next is printed once the address is held, with a signed question that can be pasted.
"""

import shutil
import sys
from pathlib import Path

import click

from registry.bootstrap import Registry
from registry.cli.calm import safe
from registry.cli.curl import curl_line
from registry.cli.demo_platform import demo_signer
from registry.cli.desk import at_the_desk, refuse_placeholder
from registry.cli.screen import accent, say
from registry.cli.server import check_address, serve
from registry.client.ask import Asked, Asset
from registry.client_address import is_loopback
from registry.instants import SECOND_MS, rfc3339
from registry.settings import Settings
from registry.signing.http_signature import MAX_WINDOW_SECONDS
from registry.signing.keys import Signer

QUESTION = Asked("generative-training", [Asset(["isrc:GBAYE0601498"])])


@click.command()
def run() -> None:
    """Prepares what is missing and serves, until Ctrl-C. Settings come from the environment."""
    safe("Nothing is served.")
    with at_the_desk(prepared=False) as registry:
        settings = registry.settings
        refuse_placeholder(settings)
        check_address(settings)
        registry.prepare()
        greeting = _greeting(registry, demo_signer(registry))

    def greet() -> None:
        # The address is held by now: what is pasted waits for the workers, a second at most.
        for index, line in enumerate(greeting):
            accent(line) if index == 0 else say(line)
        sys.stdout.flush()

    serve(settings, begun=greet)
    say("Stopped.")


def _greeting(registry: Registry, signer: Signer | None) -> list[str]:
    settings, me = registry.settings, command()
    url = settings.public_url
    fields = [
        ("here", url),
        ("docs", f"{url}/docs"),
        ("data", f"{settings.var}  (back up keys/ and the store; see docs/operators.md)"),
    ]
    if not is_loopback(settings.host):
        fields.append(("note", "others can reach this address: put TLS in front of it"))
    lines = [f"The consent registry is at {url}", ""]
    lines += [f"  {name:<5} {value}" for name, value in fields]
    lines += ["", "Try next, in another terminal:", ""]
    lines += _columns(
        [
            (f"{me} tour", "the main job on real works, in ten seconds or so"),
            (f'{me} rightsholders add "Your name"', "somebody who asserts rights"),
            (f"{me} tokens add --rightsholder ID", "a token for POST /v1/works, /v1/declarations"),
            (f'{me} platforms add "A platform" --legal-entity …', "somebody who asks"),
            (f"curl -sS {url}/.well-known/consent-registry", "what this registry speaks"),
        ]
    )
    if signer is not None:
        lines += _signed_question(registry, signer, me)
    return [*lines, "", "Ctrl-C ends it; data stays."]


def _signed_question(registry: Registry, signer: Signer, me: str) -> list[str]:
    now = registry.clock()
    until = rfc3339(now + MAX_WINDOW_SECONDS * SECOND_MS)[11:19]
    identifier = QUESTION.items[0].identifiers[0]
    url = registry.settings.public_url
    where = "" if url == Settings.from_environ({}).public_url else f"--url {url} "
    return [
        "",
        f"Ask as the demo platform ({registry.settings.demo_platform_key}), signed:",
        "",
        *_columns(
            [
                (f"{me} ask {where}{identifier}", "asks, and verifies the answer"),
                (f"{me} ask {where}--curl {identifier}", "prints a fresh line such as this one:"),
            ]
        ),
        "",
        curl_line(registry.settings.public_url, QUESTION, signer, signer.kid, now // SECOND_MS),
        "",
        f"(That one is good once, until {until} UTC: a signature lives for five minutes.)",
    ]


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(left) for left, _ in rows)
    return [f"  {left.ljust(width)}   {right}" for left, right in rows]


def command() -> str:
    """How this command is called from here: by its name if that is found, else by its path."""
    here = Path(sys.executable).parent / "registry"
    found = shutil.which("registry")
    if found is not None and Path(found).resolve() == here.resolve():
        return "registry"
    if here.exists():
        cwd = Path.cwd()
        return str(here.relative_to(cwd)) if here.is_relative_to(cwd) else str(here)
    return "registry"
