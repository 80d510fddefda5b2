"""The first two minutes in a real browser: without script on a phone, and with files that stay in it. By
keyboard alone: test_by_keyboard.py; axe on every page: test_every_page.py."""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accounts import PASSWORD, Town, town
from tests.e2e.test_pages import WCAG
from tests.house.tree import listed

pytestmark = pytest.mark.needs("chromium")

SIZES = (0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1_000)
PIECES = """async () => {
  const { sha256 } = await import("/static/fingerprint.js"), found = {};
  const all = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  for (const size of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000]) {
    const hash = sha256();
    for (let at = 0, piece = 1; at < size; at += piece++) hash.update(all.subarray(at, Math.min(at + piece, size)));
    found[size] = hash.digest();
  }
  return found;
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("begin")) as place:
        yield place


def problems(page: Page) -> list[str]:
    """What axe finds on the page that is open, and whether it is wider than its window."""
    run = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    found = [
        f"{page.url}: {each['id']} {each['nodes'][0]['html'][:120]}"
        for each in run.response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{page.url}: wider than the window")
    return found


def press_on(page: Page, name: str = "Go on") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def to_the_works(place: Town, page: Page) -> None:
    """Answers the first two questions."""
    page.goto(f"{place.url}/begin")
    page.get_by_label("Your name, as it stands on the works").fill("Ada")
    page.get_by_label("I recorded it, or the recording is mine").check()
    press_on(page)
    page.get_by_label("No AI").check()
    press_on(page)
    page.wait_for_url("**/begin/works")


def test_without_script_on_a_phone_everything_is_said_and_axe_finds_nothing(
    place: Town, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    page = context.new_page()
    page.route(
        "**/*.js*", lambda route: route.abort()
    )  # axe itself needs a browser that runs scripts
    page.goto(place.url)
    page.get_by_role("link", name="Say no to AI, in two minutes").click()
    page.get_by_label("Your name, as it stands on the works").fill("Ada Lovelace Trio")
    page.get_by_label("I recorded it, or the recording is mine").check()
    press_on(page)
    page.get_by_label("Choose for each use").check()
    press_on(page)
    press_on(page)
    page.wait_for_url("**/begin/works")
    page.get_by_label("Your works").fill("Night Train, GB-AYE-06-01498\nThe Sea")
    press_on(page)
    expect(page.get_by_text("One line is not understood")).to_be_visible()
    found = problems(page)
    press_on(page, "Leave these lines out and go on")
    page.wait_for_url("**/begin/check")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("E-mail address").fill("ada@example.org")
    press_on(page, "Send me the link")
    page.wait_for_url("**/account/mail-sent")
    page.goto(place.link_to("ada@example.org"))
    page.get_by_label("What shall we call you?").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    press_on(page, "Open my account")
    page.wait_for_url("**/begin/check")
    press_on(page, "Sign and publish my no")
    page.wait_for_url("**/begin/done/*")
    assert not found, listed(found)
    page.get_by_role("link", name="Open your record").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Lovelace Trio")
    context.close()


def test_files_become_lines_and_never_leave_the_browser(
    place: Town, chromium: Browser, tmp_path: Path
) -> None:
    files = {
        "one.mp3": id3(TIT2="Night Train", TSRC="GB-AYE-06-01498") + bytes(70),
        "two.flac": flac(TITLE="Über die See, <b>", ISRC="GBAYE0601499") + bytes(5 << 20),
        "three.wav": b"RIFF" + bytes(range(256)) * 3,
        "empty.wav": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    faults: list[str] = []
    bodies: list[int] = []
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else None
    )
    page.on("request", lambda request: bodies.append(len(request.post_data_buffer or b"")))
    to_the_works(place, page)
    page.get_by_label("Choose audio files").set_input_files([tmp_path / name for name in files])
    expect(page.get_by_text("empty.wav could not be read.")).to_be_visible()
    lines = page.get_by_label("Your works").input_value().strip().split("\n")
    digests = [hashlib.sha256(content).hexdigest() for content in files.values()]
    assert lines == [
        f"Night Train, GBAYE0601498, sha256:{digests[0]}",
        f"Über die See, <b>, GBAYE0601499, sha256:{digests[1]}",
        f"three, sha256:{digests[2]}",
    ]
    page.get_by_label("Choose audio files").set_input_files(tmp_path / "one.mp3")
    expect(page.get_by_text("one.mp3 is in the box already.")).to_be_visible()
    press_on(page)
    page.wait_for_url("**/begin/check")
    expect(page.get_by_text("Über die See, <b>")).to_be_visible()
    assert max(bodies) < 2_000, "what was sent is lines of text"
    assert not faults
    context.close()


def test_a_large_file_is_hashed_piece_by_piece_to_the_same_fingerprint(
    place: Town, chromium: Browser
) -> None:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    to_the_works(place, page)
    found = page.evaluate(PIECES)
    content = bytes(number % 251 for number in range(1_000))
    assert found == {str(size): hashlib.sha256(content[:size]).hexdigest() for size in SIZES}
    context.close()


def id3(**frames: str) -> bytes:
    """An ID3v2.3 tag; texts in UTF-16 with a byte order mark."""
    body = b""
    for name, text in frames.items():
        value = b"\x01" + text.encode("utf-16")
        body += name.encode() + struct.pack(">I", len(value)) + b"\0\0" + value
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body


def flac(**comments: str) -> bytes:
    """The head of a FLAC file: stream info, then Vorbis comments."""
    body = struct.pack("<I", 4) + b"test" + struct.pack("<I", len(comments))
    for name, text in comments.items():
        value = f"{name}={text}".encode()
        body += struct.pack("<I", len(value)) + value
    return b"fLaC\x00\x00\x00\x22" + bytes(34) + b"\x84" + struct.pack(">I", len(body))[1:] + body
