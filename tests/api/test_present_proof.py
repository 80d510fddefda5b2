"""How a claim is proved is shown with every location of one's own, also where nobody can look."""

import pytest


@pytest.mark.parametrize(
    ("url", "means"),
    [
        ("https://artist.example/", ["host-file", "page", "dns"]),
        ("https://music.example/ada/", ["prefix-file", "page", "host-file", "dns"]),
        ("https://ada.bandcamp.com/", ["host-file", "dns"]),
        ("https://192.0.2.1:8443/", []),
    ],
)
def test_the_challenge_names_every_way(world, url, means):
    claim = world.call("POST", "/v1/locations", {"url": url}).json()["claim"]
    challenge = claim["challenge"]
    assert [way["means"] for way in challenge["ways"]] == means
    assert all(challenge["token"] in way["line"] for way in challenge["ways"])
    assert claim["proof"] is None


def test_only_the_host_can_do_what_only_the_host_can_do(world):
    claim = world.call("POST", "/v1/locations", {"url": "https://soundcloud.com/ada"}).json()[
        "claim"
    ]
    assert all(way["by_host"] for way in claim["challenge"]["ways"])
    assert claim["challenge"]["ways"][0]["do"].startswith("Only who runs the host can do this: ")


def test_a_list_shows_the_challenge_too(world):
    made = world.call("POST", "/v1/locations", {"url": "https://artist.example/"}).json()
    page = world.call("GET", "/v1/locations").json()["locations"]
    (listed,) = [each for each in page if each["id"] == made["id"]]
    assert listed["claim"]["challenge"] == made["claim"]["challenge"]
    assert "proof" not in listed["claim"]
