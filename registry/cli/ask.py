"""`registry ask`: a signed question over HTTP, its answer verified before anything of it is shown.

Exit codes: 0 permitted, 3 not permitted, 4 unregistered, 1 for whatever fails. Only 0 is permission.
"""

import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx2

from registry.cli.calm import as_json, safe
from registry.cli.curl import curl_line
from registry.cli.screen import accent, glyph, say, show_json
from registry.client.ask import TIMEOUT_SECONDS, Asked, Asker, Asset, fetch_keys
from registry.client.published import PublishedKeys
from registry.client_address import is_loopback
from registry.domain.vocabulary import Usage
from registry.errors import ConfigurationError
from registry.instants import parse_rfc3339
from registry.settings import Settings
from registry.signing.keys import FileSigner

PERMITTED, FAILED, NOT_PERMITTED, UNREGISTERED = 0, 1, 3, 4


@click.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--usage",
    type=click.Choice([usage.value for usage in Usage]),
    default=Usage.GENERATIVE_TRAINING.value,
    show_default=True,
    help="What the work would be used for.",
)
@click.option("--url", metavar="URL", help="Which registry; else the one in the environment.")
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The platform's private key, PEM of mode 0600; else the demo platform's.",
)
@click.option("--keyid", metavar="KEYID", help="The key's name there; else its thumbprint.")
@click.option("--as-of", metavar="TIME", help="What held at this moment (RFC 3339) in the past.")
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The registry's did.json or jwks.json, pinned; else the one that it publishes now.",
)
@click.option(
    "--sandbox", is_flag=True, help="The key is a test key; only the sandbox's answers will do."
)
@click.option("--curl", "as_curl", is_flag=True, help="Print a signed curl line, and ask nothing.")
@as_json
@click.pass_context
def ask(
    ctx: click.Context,
    *,
    identifiers: tuple[str, ...],
    usage: str,
    url: str | None,
    key: Path | None,
    keyid: str | None,
    as_of: str | None,
    trust: Path | None,
    sandbox: bool,
    as_curl: bool,
    json_out: bool,
) -> None:
    """Asks about one asset, known by one or more identifiers (ID...), as a platform."""
    safe("There is no answer, so nothing is permitted.")
    if as_of is not None:
        parse_rfc3339(as_of, field="--as-of")
    settings = Settings.from_environ()
    url = (url or settings.public_url).rstrip("/")
    signer = platform_signer(settings, key)
    asked = Asked(usage, [Asset(identifiers)], as_of=as_of)
    if as_curl:
        say(curl_line(url, asked, signer, keyid or signer.kid, _seconds()))
        return
    local = is_loopback(urlsplit(url).hostname or "")
    # without the environment's proxies, a self-made certificate is still trusted by SSL_CERT_FILE, as OpenSSL reads it
    verify = ssl.create_default_context() if local else True
    with httpx2.Client(timeout=TIMEOUT_SECONDS, trust_env=not local, verify=verify) as client:
        keys = fetch_keys(url, client) if trust is None else PublishedKeys.read(trust.read_bytes())
        asker = Asker(url, signer, keyid or signer.kid, keys, _seconds, time.sleep, sandbox=sandbox)
        answer = asker.ask(asked, client).answer
    if json_out:
        show_json(answer)
    else:
        _show(answer, pinned=trust is not None)
    ctx.exit(exit_code(answer["results"][0], past=as_of is not None))


def exit_code(result: dict[str, Any], *, past: bool = False) -> int:
    """The exit code of one result; `permitted` alone gives 0, and what was permitted once does not."""
    if result.get("permitted") is True:
        return NOT_PERMITTED if past else PERMITTED
    if result.get("decision") is None:
        return FAILED
    return UNREGISTERED if result["decision"] == "unregistered" else NOT_PERMITTED


def _seconds() -> int:
    return int(time.time())


def platform_signer(settings: Settings, key: Path | None) -> FileSigner:
    """Who asks: the key in this file, else the demo platform's. Raises: ConfigurationError where there is neither."""
    if key is None and not settings.demo_platform_key.exists():
        raise ConfigurationError(
            "there is no key to sign with; give --key FILE, or let `registry run` make a demo platform",
            field="--key",
        )
    return FileSigner.load(settings.demo_platform_key if key is None else key)


def _show(answer: dict[str, Any], *, pinned: bool) -> None:
    result = answer["results"][0]
    if answer.get("test"):
        say("This is a test: the sandbox answers, about nothing real.")
    permitted = "permitted" if result["permitted"] else "not permitted"
    if answer.get("as_of"):
        permitted = f"was {permitted} at {answer['as_of']},"
    reasons = ", ".join(result.get("reasons", ()))
    accent(f"{glyph(result.get('decision'))}   {permitted} for {answer['usage']}")
    if reasons:
        say(f"  because    {reasons}")
    if "error" in result:
        problem = result["error"]
        say(f"  unreadable {problem.get('detail') or problem.get('title')}")
    if result.get("decision") == "unregistered":
        say("  nobody has registered this. That is not permission.")
    for each in result.get("evidence", ()):
        _show_evidence(each)
    point = answer["checkpoint"]
    until = answer.get("valid_until")
    good = f"good until {until}" if until else "about the past: no permission for today"
    say(f"  answered   {answer['answered_at']}, {good}")
    say(f"  log        {point['origin']}, {point['size']} entries")
    trusted = "the keys you pinned" if pinned else "the keys it publishes"
    say(f"  signature  holds, by {trusted}")


def _show_evidence(each: dict[str, Any]) -> None:
    who = each["rightsholder"]["name"]
    says = each.get("preference") or "nothing about this use"
    heard = "" if each.get("speaks", True) else f", passed over: {each.get('reason')}"
    say(f"  {each['how']:<10} {each['matched']}")
    where = f"{each['scope']}, " if each.get("scope") else ""
    say(f"             {who} says {says} ({where}{each['assurance']}{heard})")
    for condition in each.get("conditions", ()):
        say(f"             {condition['type']}: {condition['value']}")
