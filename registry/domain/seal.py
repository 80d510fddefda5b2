"""The seal of a record: a fine-lined rosette drawn from its digest, so that no two records bear the same.

Version 1, published in docs/formats.md ("Seal") with vectors in `vectors/seals.json`. Three bands of
interlaced waves (guilloche, as on banknotes) take their shape from the digest; the reeded edge holds the
digest itself, one bar for each of its 64 hexadecimal digits, so that it can be read back.
"""

import math

from registry.errors import InvalidInput

SEAL_VERSION = "1"
DIGEST_SIZE = 32

_SLOT = 24
_EDGE_RADIUS = 464
_BANDS = ((320, 50, 425), (205, 45, 320), (105, 30, 200))
"""For each band: the middle radius, the least swing, and the radius that no wave passes."""

_TURN = 0.001
"""Added to every angle (radians), so that no coordinate lies on the border between two whole numbers."""


def seal(digest: bytes, *, title: str | None = None) -> str:
    """The SVG of a digest of 32 bytes, in the ink of the text around it (`currentColor`).

    Without `title` the picture is decoration and hidden from screen readers; with it, it is named.
    Raises: InvalidInput for a digest of another size.
    """
    if len(digest) != DIGEST_SIZE:
        raise InvalidInput(
            f"a seal is drawn from a digest of {DIGEST_SIZE} bytes, not {len(digest)}"
        )
    name = "s" + digest[:4].hex()
    bands = "".join(_band(digest, number, f"{name}{number}") for number in range(len(_BANDS)))
    named = 'aria-hidden="true"' if title is None else 'role="img"'
    inside = "" if title is None else f"<title>{_escaped(title)}</title>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-500 -500 1000 1000" {named} fill="none" '
        f'stroke="currentColor" stroke-width="4">{inside}<circle r="492"/><circle r="436"/>'
        f'<circle r="{_EDGE_RADIUS}" pathLength="{64 * _SLOT}" stroke-width="30" '
        f'stroke-dasharray="{_edge(digest)}"/>{bands}</svg>'
    )


def _edge(digest: bytes) -> str:
    """Bar and gap in turn, clockwise from three o'clock: a hexadecimal digit h is a bar of h + 1 and a
    gap that fills its slot."""
    bars = [int(digit, 16) + 1 for digit in digest.hex()]
    return " ".join(f"{bar} {_SLOT - bar}" for bar in bars)


def _band(digest: bytes, number: int, id: str) -> str:
    """One band: a closed wave, laid over itself 8 or 16 times at equal angles, by doubling."""
    shape = digest[8 * number : 8 * number + 8]
    middle, least_swing, border = _BANDS[number]
    middle += shape[4] % 31 - 15
    lobes = 6 + shape[0] % 7 - number
    swing = least_swing + shape[1] % (border - middle - least_swing + 1)
    lean = (shape[2] - 128) / 128 * 0.8
    phase = shape[3] / 256 * math.tau / lobes
    drawn = f'<path d="{_wave(middle, swing, lobes, lean, phase)}"/>'
    angle = 360 / lobes
    for step in range(3 + (shape[5] % 2 if number < 2 else 0)):
        angle /= 2
        part = id + "abcd"[step]
        turned = f'<use href="#{part}" transform="rotate({angle:.4f})"/>'
        drawn = f'<g id="{part}">{drawn}</g>{turned}'
    return drawn


def _wave(middle: int, swing: int, lobes: int, lean: float, phase: float) -> str:
    """A closed curve that swings `lobes` times around the radius `middle`, as smooth cubic curves
    between its crests and troughs. `lean` tilts the lobes, from -0.8 to 0.8."""
    half = math.pi / lobes
    path = ""
    for number in range(2 * lobes + 1):
        crest = number % 2 == 0
        radius = middle + swing if crest else middle - swing
        angle = number * half + (lean * half if crest else 0.0) + phase + _TURN
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        dx, dy = -y * half * 0.45, x * half * 0.45
        if not number:
            path = f"M{_at(x, y)}C{_at(x + dx, y + dy)}"
        else:
            path += f"{'S' if number > 1 else ' '}{_at(x - dx, y - dy)} {_at(x, y)}"
    return path


def _at(x: float, y: float) -> str:
    """A point as whole numbers, halves upwards."""
    return f"{math.floor(x + 0.5)} {math.floor(y + 0.5)}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
