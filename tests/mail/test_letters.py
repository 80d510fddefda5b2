"""Every letter can be written in every language, and nothing that is filled in steers it."""

import re

import pytest

from registry.errors import InvalidInput
from registry.languages import languages
from registry.mail.letters import LETTERS, the_letter, write

HOSTILE = "Ada\r\nBcc: eve@evil.example\u202e\u200b<script>"


def words_of(name: str) -> dict[str, str]:
    letter = LETTERS[name]
    every = (letter.subject, *letter.paragraphs, *letter.small)
    found = set(re.findall(r"%\((\w+)\)s", " ".join(every))) | {"link"}
    return dict.fromkeys(found, "x")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_is_whole_in_every_language(name: str, language: str) -> None:
    written = write(name, language, words_of(name), "https://registry.example")
    texts = [written.subject, *written.paragraphs, *written.small, written.sender]
    assert all(texts)
    assert not any("%(" in text for text in texts)
    if language != "en":
        assert (
            written.subject != write(name, "en", words_of(name), "https://registry.example").subject
        )


def test_what_is_filled_in_stays_in_its_line() -> None:
    words = {
        "inviter": HOSTILE,
        "rightsholder": "R",
        "role": "owner",
        "link": "https://r.example/x",
    }
    written = write("invitation", "en", words, "https://registry.example")
    assert "\n" not in written.subject
    assert "\r" not in written.subject
    assert "\u202e" not in written.paragraphs[0]


def test_a_letter_that_does_not_exist_or_lacks_a_word_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no letter"):
        the_letter("nope")
    with pytest.raises(InvalidInput, match="needs a link"):
        write("sign-up", "en", {}, "x")
    with pytest.raises(InvalidInput, match="name"):
        write("new-address", "en", {"link": "x"}, "x")
