"""Small pictures of numbers: columns over time, and one bar of parts. Server-made SVG without a word in it.

The words and the numbers stand beside a picture as text, so that they are read at any width, aloud, and in any
language; a picture alone never carries them. Columns and bars begin at zero. Inks come from classes of the page.
"""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

COLUMN, GAP, HEIGHT = 10, 2, 60
PARTS = ("deny", "conditional", "allow")


def columns(values: Sequence[int], summary: str) -> Markup:
    """A column for each value, from zero to the highest. `summary` says in a sentence what is to be seen."""
    most = max(values, default=0) or 1
    width = max(1, len(values)) * COLUMN
    drawn = "".join(
        f'<rect x="{at * COLUMN + GAP / 2:g}" y="{HEIGHT - height:.2f}" width="{COLUMN - GAP}" height="{height:.2f}"/>'
        for at, value in enumerate(values)
        if (height := HEIGHT * value / most)
    )
    return Markup(
        '<svg class="columns" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '{}<path d="M0 {}H{}" vector-effect="non-scaling-stroke"/></svg>'
    ).format(width, HEIGHT + 1, summary, Markup(drawn), HEIGHT + 0.5, width)  # noqa: S704  # numbers alone


def bar(counts: Mapping[str, int], most: int | None = None) -> Markup:
    """One bar of the parts `deny`, `conditional` and `allow`, each in its own shade and border, beside numbers that say
    the same. Of its own sum, or of `most`."""
    sum_ = most or sum(counts.get(part, 0) for part in PARTS) or 1
    drawn, at = "", 0.0
    for part in PARTS:
        length = 100 * counts.get(part, 0) / sum_
        if length:
            drawn += f'<rect class="{part}" x="{at:.3f}" width="{length:.3f}" height="10"/>'
            at += length
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(Markup(drawn))  # noqa: S704  # numbers alone
