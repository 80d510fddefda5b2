"""`registry tokens`: personal tokens, with which a program acts for one rightsholder."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json
from registry.services.open_account import issue_token, revoke_token


@click.group(cls=CalmGroup)
def tokens() -> None:
    """Personal tokens: a program's way to act for one rightsholder."""


@tokens.command("add")
@click.option("--rightsholder", required=True, metavar="ID", help="For whom it acts.")
@click.option("--label", default="token", show_default=True, help="What it is for.")
@by_steward
@as_json
def add(rightsholder: str, label: str, steward: str | None, json_out: bool) -> None:
    """Issues a token. Its secret is shown once, now, and kept nowhere."""
    with at_the_desk() as registry, registry.writing() as ledger:
        token, secret = issue_token(ledger, rightsholder, label, acting(steward))
    if json_out:
        show_json({"token": token.id, "rightsholder": token.rightsholder, "secret": secret})
        return
    show_fields([("token", token.id), ("rightsholder", token.rightsholder), ("secret", secret)])
    say()
    say("The secret is shown this once. Send it as:  Authorization: Bearer crt_…")
    say("A token can say no at once; what loosens it can only propose.")


@tokens.command("revoke")
@click.argument("token")
@by_steward
@as_json
def revoke(token: str, steward: str | None, json_out: bool) -> None:
    """Ends TOKEN (its id, not its secret) at once."""
    with at_the_desk() as registry, registry.writing() as ledger:
        revoke_token(ledger, token, acting(steward))
    if json_out:
        show_json({"token": token, "state": "revoked"})
    else:
        show_fields([("token", token), ("state", "revoked")])
