"""What others wrote, without what steers: in pages and in mails."""

from registry.plain_text import plain


def test_what_steers_goes_and_a_control_becomes_a_space() -> None:
    assert plain("a\u202eb\u200bc\ufeff\U000e0041") == "abc"
    assert plain("a\r\nb\x00c") == "a  b c"
    assert plain("Bjørk \u5b87\u591a\u7530 \U0001f3b5") == "Bjørk \u5b87\u591a\u7530 \U0001f3b5"
