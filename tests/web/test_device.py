"""By what somebody recognises a session of theirs."""

import pytest

from registry.web.device import counted_network, device_of, shown_network


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Version/19.0 Safari/605",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10) Version/19.0 Safari/605", "Safari, macOS"),
        ("<script>", "?"),
        ("", "?"),
    ],
)
def test_a_browser_is_known_by_what_it_says(agent: str, shown: str) -> None:
    assert device_of(agent) == shown


def test_a_network_is_kept_coarsely_and_counted_by_household() -> None:
    assert shown_network("203.0.113.77") == "203.0.113.0/24"
    assert shown_network("2001:db8:1:2:3::4") == "2001:db8:1::/48"
    assert counted_network("203.0.113.77") == "203.0.113.77/32"
    assert counted_network("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert shown_network("x") == counted_network("") == "?"
