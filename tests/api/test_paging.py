"""Pages: every one of one's own things exactly once, whatever the size of a page."""

import pytest


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_all_pages_together_are_everything_once(world, limit):
    made = world.call("GET", "/v1/works?limit=200").json()["works"]
    while len(made) < 5:
        world.work()
        world.call("POST", "/v1/locations", {"url": f"https://p{len(made)}-{limit}.example/"})
        made = world.call("GET", "/v1/works?limit=200").json()["works"]
    seen, after = [], ""
    while after is not None:
        page = world.call("GET", f"/v1/works?limit={limit}&after={after}").json()
        seen += [each["id"] for each in page["works"]]
        after = page["next"]
    assert seen == [each["id"] for each in made]


def test_a_page_that_the_catalogue_fills_goes_on_after_it(world):
    for usage in ("search", "ai-input"):
        body = {"subject": {"catalogue": True}, "preferences": {usage: "deny"}}
        assert world.call("POST", "/v1/declarations", body).status_code == 201
    world.declared(world.work()["id"])
    seen, after = [], ""
    while after is not None:
        page = world.call("GET", f"/v1/declarations?limit=1&after={after}").json()
        seen += [each["id"] for each in page["declarations"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "after=" + "x" * 65, "page=2"]
)
def test_a_page_that_cannot_be_is_refused_by_parameter(world, query):
    response = world.call("GET", f"/v1/works?{query}")
    assert response.status_code == 422
    assert response.json()["field"] == query.partition("=")[0]
