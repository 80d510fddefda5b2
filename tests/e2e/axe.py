"""What axe finds on an open page (WCAG 2.2 AA and its best practice), on a phone and a desk, in light and dark."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.test_pages import WCAG

LOOKS = [(360, "light"), (1280, "dark")]
"""What stands where depends on the width, and which colours there are on the scheme: each is seen both ways."""
RULES = json.dumps({"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def problems(page: Page, name: str, *, then: str | None = None) -> list[str]:
    """The findings, each with its look; and whether the page is wider than its window. `then`: a script to run after
    the first look."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for each in page.evaluate(f"axe.run({RULES}).then((found) => found.violations)"):
            nodes = [node["html"][:200] for node in each["nodes"]]
            found += [f"{name} {width} {scheme} {each['id']}: {html}" for html in nodes]
        if page.evaluate(WIDER):
            found.append(f"{name} is wider than {width} px")
        if then is not None:
            page.evaluate(then)
    return found
