"""The directory of platforms."""

from registry.services.register_platform import affiliate_platform, register_platform
from tests.api.served import STEWARD


def test_the_directory_is_everybodys_in_pages(world):
    with world.registry.writing() as ledger:
        child = register_platform(ledger, "Tunes Labs", "Tunes Labs Ltd.", STEWARD)
        affiliate_platform(ledger, child, world.platform, STEWARD)
    first = world.call("GET", "/v1/platforms?limit=1", token=None)
    assert first.json()["platforms"][0] == {
        "id": world.platform, "name": "Tunes", "legal_entity": "Tunes Inc.", "affiliate_of": [],
    }  # fmt: skip
    assert first.headers["link"].startswith(f"<{world.url}/v1/platforms?")
    rest = world.call(
        "GET", f"/v1/platforms?limit=1&after={first.json()['next']}", token=None
    ).json()
    assert rest["platforms"][0]["affiliate_of"] == [world.platform]
    assert rest["next"] is None
