"""How many examples the generated tests draw: few by default, many with the profile `thorough`.

`tests/domain/conftest.py` imports this, so that `--hypothesis-profile=thorough` is known.
"""

from hypothesis import settings

DEFAULT_EXAMPLES = 100
THOROUGH_FACTOR = 20

settings.register_profile(
    "thorough", max_examples=DEFAULT_EXAMPLES * THOROUGH_FACTOR, deadline=None
)


def examples(default: int) -> int:
    """`default`, or twenty times as many where the thorough profile is loaded."""
    return default * settings().max_examples // DEFAULT_EXAMPLES
