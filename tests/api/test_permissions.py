"""The table of who may call what; that it fits the routes is guarded in tests/house/test_routes.py."""

from registry.api.permissions import PERMISSIONS, Who


def test_whatever_is_about_ones_own_works_needs_a_token():
    for endpoint, who in PERMISSIONS.items():
        resource = endpoint.partition(".")[0]
        own = (
            "works",
            "links",
            "locations",
            "claims",
            "declarations",
            "loosenings",
            "lookups",
            "imports",
        )
        needs = resource in own
        assert (who is Who.TOKEN) == needs, endpoint


def test_a_revoked_token_opens_nothing(world):
    from registry.services.open_account import issue_token, revoke_token
    from tests.api.served import STEWARD

    with world.registry.writing() as ledger:
        token, secret = issue_token(ledger, world.rightsholder, "short", STEWARD)
    assert world.call("GET", "/v1/works", token=secret).status_code == 200
    with world.registry.writing() as ledger:
        revoke_token(ledger, token.id, STEWARD)
    assert world.call("GET", "/v1/works", token=secret).status_code == 401
