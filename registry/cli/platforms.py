"""`registry platforms`: who asks, who belongs to whom, and the keys with which they sign."""

import json
from pathlib import Path
from typing import Any

import click

from registry.bootstrap import Registry
from registry.cli.calm import CalmGroup, OfAKey, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.domain.dossiers import Platform
from registry.errors import InvalidInput
from registry.instants import rfc3339
from registry.services.add_test_key import add_test_key, revoke_test_key
from registry.services.find import the_platform
from registry.services.issue_query_key import issue_query_key, revoke_query_key
from registry.services.join_platform import invite
from registry.services.register_platform import (
    add_platform_key,
    affiliate_platform,
    end_affiliation,
    register_platform,
    revoke_platform_key,
)
from registry.signing.keys import FileSigner
from registry.storage.platform_members import Role
from registry.storage.unit_of_work import UnitOfWork


@click.group(cls=CalmGroup)
def platforms() -> None:
    """Platforms that ask, their affiliates and their keys."""


def with_key(command: Any) -> Any:
    """Adds the two ways of naming a public key."""
    command = click.option(
        "--generate-key",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Make a key here: the private half goes to FILE (mode 0600), never to the registry.",
    )(command)
    return click.option(
        "--jwk",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The platform's public key, a JWK (Ed25519 or P-256).",
    )(command)


@platforms.command("add")
@click.argument("name")
@click.option("--legal-entity", required=True, metavar="NAME", help="Who answers for it in law.")
@with_key
@by_steward
@as_json
def add(
    *,
    name: str,
    legal_entity: str,
    jwk: Path | None,
    generate_key: Path | None,
    steward: str | None,
    json_out: bool,
) -> None:
    """Registers the platform NAME, with its first key where one is given."""
    by = acting(steward)
    with at_the_desk() as registry:
        key = _public_jwk(jwk, generate_key)
        with registry.writing() as ledger:
            platform = register_platform(ledger, name, legal_entity, by)
            kid = None if key is None else add_platform_key(ledger, platform, key, by).kid
    _show([("platform", platform), ("keyid", kid), ("private key", generate_key)], json_out)


@platforms.command("key-add")
@click.argument("platform")
@with_key
@by_steward
@as_json
def key_add(
    platform: str,
    jwk: Path | None,
    generate_key: Path | None,
    steward: str | None,
    json_out: bool,
) -> None:
    """Adds a key with which PLATFORM (its id) may sign from now on."""
    by = acting(steward)
    with at_the_desk() as registry:
        key = _key_for(registry, platform, jwk, generate_key)
        with registry.writing() as ledger:
            kid = add_platform_key(ledger, platform, key, by).kid
    _show([("platform", platform), ("keyid", kid), ("private key", generate_key)], json_out)


@platforms.command("key-revoke", cls=OfAKey)
@click.argument("keyid")
@by_steward
@as_json
def key_revoke(keyid: str, steward: str | None, json_out: bool) -> None:
    """Revokes the key KEYID: what it signs is refused from now on."""
    with at_the_desk() as registry, registry.writing() as ledger:
        revoke_platform_key(ledger, keyid, acting(steward))
    _show([("keyid", keyid), ("state", "revoked")], json_out)


@platforms.command("test-key-add")
@click.argument("platform")
@with_key
@by_steward
@as_json
def test_key_add(
    platform: str,
    jwk: Path | None,
    generate_key: Path | None,
    steward: str | None,
    json_out: bool,
) -> None:
    """Adds a key of PLATFORM (its id) that the sandbox alone answers."""
    by = acting(steward)
    with at_the_desk() as registry:
        key = _key_for(registry, platform, jwk, generate_key)
        with registry.bookkeeping() as uow:
            kid = add_test_key(uow, platform, key, registry.clock(), by).kid
    _show([("platform", platform), ("test keyid", kid), ("private key", generate_key)], json_out)


@platforms.command("test-key-revoke", cls=OfAKey)
@click.argument("platform")
@click.argument("keyid")
@by_steward
@as_json
def test_key_revoke(platform: str, keyid: str, steward: str | None, json_out: bool) -> None:
    """Revokes the test key KEYID of PLATFORM (its id)."""
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        revoke_test_key(uow, platform, keyid, registry.clock(), acting(steward))
    _show([("test keyid", keyid), ("state", "revoked")], json_out)


@platforms.command("invite")
@click.argument("platform")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([each.value for each in Role]),
    default=Role.ADMIN.value,
    show_default=True,
    help="What they may do.",
)
@by_steward
@as_json
def invite_member(
    platform: str, email: str, role: str, steward: str | None, json_out: bool
) -> None:
    """Makes a link by which whoever opens it, signed in, acts for PLATFORM (its id)."""
    by = acting(steward)
    with at_the_desk() as registry, registry.bookkeeping() as uow:
        the_platform(uow, platform, field="PLATFORM")
        _, secret = invite(uow, platform, email, Role(role), by.id, registry.clock())
        link = f"{registry.place.public_url}/platform/invitation?secret={secret}"
    _show([("platform", platform), ("role", role), ("link", link)], json_out)
    if not json_out:
        say("No mail is sent. The link counts once, for a week; give it to them alone.")


@platforms.command("query-key-add")
@click.argument("platform")
@click.option("--label", default="query key", show_default=True, help="What it is for.")
@by_steward
@as_json
def query_key_add(platform: str, label: str, steward: str | None, json_out: bool) -> None:
    """Issues a plain key of PLATFORM (its id) for opt-out clients that cannot sign."""
    with at_the_desk() as registry, registry.writing() as ledger:
        key, secret = issue_query_key(ledger, platform, label, acting(steward))
    _show([("query key", key.id), ("platform", platform), ("secret", secret)], json_out)
    if not json_out:
        say("The secret is shown this once. It asks for URLs alone: Authorization: API crq_…")


@platforms.command("query-key-revoke")
@click.argument("query_key")
@by_steward
@as_json
def query_key_revoke(query_key: str, steward: str | None, json_out: bool) -> None:
    """Ends the plain key QUERY_KEY (its id, not its secret) at once."""
    with at_the_desk() as registry, registry.writing() as ledger:
        platform = revoke_query_key(ledger, query_key, acting(steward))
    _show([("query key", query_key), ("platform", platform), ("state", "revoked")], json_out)


@platforms.command("affiliate")
@click.argument("platform")
@click.argument("parent")
@by_steward
@as_json
def affiliate(platform: str, parent: str, steward: str | None, json_out: bool) -> None:
    """Says that PLATFORM acts for PARENT: what is denied to PARENT is denied to it too."""
    with at_the_desk() as registry, registry.writing() as ledger:
        affiliate_platform(ledger, platform, parent, acting(steward))
    _show([("platform", platform), ("parent", parent), ("state", "affiliated")], json_out)


@platforms.command("end-affiliation")
@click.argument("platform")
@click.argument("parent")
@by_steward
@as_json
def end_affiliated(platform: str, parent: str, steward: str | None, json_out: bool) -> None:
    """Ends that PLATFORM acts for PARENT; what was denied to PARENT stays denied to it."""
    with at_the_desk() as registry, registry.writing() as ledger:
        end_affiliation(ledger, platform, parent, acting(steward))
    _show([("platform", platform), ("parent", parent), ("state", "ended")], json_out)


@platforms.command("list")
@as_json
def list_platforms(json_out: bool) -> None:
    """Lists every platform with its parents and the keys that it may sign with."""
    with at_the_desk() as registry, registry.reading() as uow:
        found = [_described(uow, id) for id in uow.platform_keys.platforms()]
    if json_out:
        show_json(found)
        return
    rows = [
        (each["id"], each["name"], each["legal_entity"], keyid)
        for each in found
        for keyid in ([key["keyid"] for key in each["keys"] if not key["revoked_at"]] or [None])
    ]
    show_rows(("id", "name", "legal entity", "keyid"), rows, empty="No platform is registered yet.")


def _described(uow: UnitOfWork, id: str) -> dict[str, Any]:
    platform: Platform = the_platform(uow, id)
    return {
        "id": id,
        "name": platform.name,
        "legal_entity": platform.legal_entity,
        "parents": [each.parent for each in platform.affiliations if not each.ended],
        "keys": [
            {
                "keyid": key.kid,
                "added_at": rfc3339(key.added_at),
                "revoked_at": None if key.revoked_at is None else rfc3339(key.revoked_at),
            }
            for key in uow.platform_keys.of(id)
        ],
    }


def _key_for(
    registry: Registry, platform: str, jwk: Path | None, fresh: Path | None
) -> dict[str, Any]:
    """The public key to register for a platform that is there; for no other is a private one made."""
    with registry.reading() as uow:
        the_platform(uow, platform, field="PLATFORM")
    key = _public_jwk(jwk, fresh)
    if key is None:
        raise click.UsageError("give --jwk FILE or --generate-key FILE")
    return key


def _public_jwk(jwk: Path | None, fresh: Path | None) -> dict[str, Any] | None:
    """The public key to register. A fresh private key is a file before anything else happens."""
    if jwk is not None and fresh is not None:
        raise click.UsageError("give --jwk or --generate-key, not both")
    if fresh is not None:
        return dict(FileSigner.create(fresh.absolute()).public.jwk)
    if jwk is None:
        return None
    try:
        members = json.loads(jwk.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{jwk} is no JWK: {error}", field="--jwk") from error
    if not isinstance(members, dict):
        raise InvalidInput(f"{jwk} holds no JSON object", field="--jwk")
    return members


def _show(fields: list[tuple[str, Any]], json_out: bool) -> None:
    fields = [(name, None if value is None else str(value)) for name, value in fields]
    if json_out:
        show_json({name.replace(" ", "_"): value for name, value in fields})
    else:
        show_fields([(name, value) for name, value in fields if value is not None])
        if any(name == "private key" and value for name, value in fields):
            say(
                "The private key is in that file and nowhere else; only its public half is registered."
            )
