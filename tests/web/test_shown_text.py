"""Names and titles cannot steer the page around them."""

from registry.web.shown_text import isolated, unbroken


def test_a_text_is_escaped_and_isolated() -> None:
    assert isolated("<b>&\u202e") == "<bdi>&lt;b&gt;&amp;</bdi>"


def test_a_part_of_an_address_with_a_hyphen_is_kept_together_and_nothing_is_added_to_it() -> None:
    shown = unbroken("https://a-b.example/night-train/x<\u202e")
    assert shown == (
        'https://<span class="piece">a-b.example/</span><span class="piece">night-train/</span>x&lt;'
    ).join(("<bdi>", "</bdi>"))
    assert unbroken("isrc:GBAYE0601498") == isolated("isrc:GBAYE0601498")
