"""Passwords are refused for what they are made of, not for what they lack."""

from time import process_time

import pytest

from registry.domain.password_rules import MOST, Weakness, normal, weakness

ADA = ("zaphod.quux@people.example", "Zaphod Quux")


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("fourteen chars", Weakness.SHORT),
        ("x1 " * 100, Weakness.LONG),
        ("line\nbreaks are not typed", Weakness.UNPRINTABLE),
        ("aaaaaaaaaaaaaaaaaaaa", Weakness.SIMPLE),
        ("abcdefgabcdefgabc", Weakness.SIMPLE),
        ("Sommer2024Sommer2024", Weakness.SIMPLE),
        ("correct horse battery staple", Weakness.COMMON),
        ("P@ssw0rd2024!!!!", Weakness.COMMON),
        ("qwertyuiopasdfghjkl", Weakness.COMMON),
        ("poiuytrewq098765", Weakness.COMMON),
        ("ThisIsMyNewPassword123", Weakness.COMMON),
        ("1985-06-12 1985-07-13", Weakness.COMMON),
        ("zaphod.quux.2026!", Weakness.ABOUT_YOU),
        ("quuxzaphodpassword", Weakness.ABOUT_YOU),
    ],
)
def test_what_many_would_choose_is_refused(password: str, weak: Weakness) -> None:
    assert weakness(password, ADA) is weak


@pytest.mark.parametrize(
    "password",
    ["nine lives of a green toaster", "Kz8#mPq2!vR7wLx", "wild geese fly south", "tr0ub4dor&3-zebra",
     "Ödön vette a kalapját",
     "\u7384\u5b87\u6d2a\u8352\u65e5\u6708\u76c8\u6603\u8fb0\u5bbf\u5217\u5f20\u5bd2\u6765\u6691\u5f80"],
)  # fmt: skip
def test_what_somebody_chose_themselves_is_taken_whatever_it_is_made_of(password: str) -> None:
    assert weakness(password, ADA) is None


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    assert normal("scho\u0308ne Lieder") == normal("sch\u00f6ne Lieder")


def test_the_longest_password_is_judged_at_once() -> None:
    began = process_time()
    assert weakness(("wort und noch ein anderes; " * 10)[:MOST], ADA) is not None
    weakness("".join(chr(97 + n * n % 26) for n in range(MOST)), ADA)
    assert process_time() - began < 1
