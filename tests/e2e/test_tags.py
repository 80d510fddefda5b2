"""Title and ISRC from the tags of files, read in the browser as artists' programs write them: ID3v2.4 with all that
its frames may have around a text, and Vorbis comments in Ogg, also where a cover goes over many pages."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.accounts import town
from tests.e2e.audio_files import (
    COMPRESSED,
    GROUPED,
    UNSYNCHRONISED,
    WITH_LENGTH,
    frame,
    id3v24,
    ogg,
    pages,
    vorbis_comments,
)
from tests.e2e.test_begin import to_the_works

pytestmark = pytest.mark.needs("chromium")

READ = """async (files) => {
  const { tagsOf } = await import("/static/fingerprint.js"), found = {};
  for (const [name, text] of Object.entries(files)) {
    found[name] = await tagsOf(new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))]));
  }
  return found;
}"""
TITLE, ISRC = "Über die See \u266b", "GBAYE0601499"
BOTH = {"title": TITLE, "isrc": ISRC}
UTF_8, UTF_16, UTF_16_BE = b"\x03", b"\x01", b"\x02"
CODE = frame("TSRC", b"\x00" + ISRC.encode())
LINES = (f"TITLE={TITLE}", f"isrc={ISRC}")
COVER = f"METADATA_BLOCK_PICTURE={'A' * 200_000}"
SETUP = b"\x05vorbis" + bytes(3_000)
VORBIS = b"\x01vorbis" + bytes(23)
OPUS = b"OpusHead" + bytes(11)
FLAC = b"\x7fFLAC\x01\x00\x00\x01fLaC\x00\x00\x00\x22" + bytes(34)


def titled(encoded: bytes, marks: int = 0) -> bytes:
    return frame("TIT2", encoded, marks)


UTF_8_TITLE, UTF_16_TITLE = UTF_8 + TITLE.encode(), UTF_16 + b"\xff\xfe" + TITLE.encode("utf-16-le")

ID3: dict[str, tuple[bytes, dict[str, str]]] = {
    "in UTF-8": (id3v24(titled(UTF_8_TITLE), CODE), BOTH),
    "in UTF-16": (id3v24(titled(UTF_16_TITLE), CODE), BOTH),
    "in UTF-16 without a mark": (
        id3v24(titled(UTF_16_BE + TITLE.encode("utf-16-be")), CODE),
        BOTH,
    ),
    "with several titles": (id3v24(titled(UTF_8_TITLE + b"\0Another"), CODE), BOTH),
    "longer than seven bits tell": (
        id3v24(titled(UTF_8 + b"x" * 300), CODE),
        {"title": "x" * 300, "isrc": ISRC},
    ),
    "after a cover": (id3v24(frame("APIC", bytes(300_000)), titled(UTF_8_TITLE), CODE), BOTH),
    "after an extended header": (
        id3v24(titled(UTF_8_TITLE), CODE, flags=0x40, before=b"\x00\x00\x00\x06\x01\x00"),
        BOTH,
    ),
    "unsynchronised": (
        id3v24(titled(UTF_16_TITLE, UNSYNCHRONISED | WITH_LENGTH), CODE, flags=0x80),
        BOTH,
    ),
    "in a group": (id3v24(titled(UTF_8_TITLE, GROUPED | WITH_LENGTH), CODE), BOTH),
    "compressed": (
        id3v24(titled(UTF_8_TITLE, COMPRESSED | WITH_LENGTH), CODE),
        {"title": "", "isrc": ISRC},
    ),
    "cut off": (id3v24(titled(UTF_8_TITLE), CODE)[:20], {"title": ""}),
}
OGG: dict[str, tuple[bytes, dict[str, str]]] = {
    "Vorbis": (ogg(VORBIS, b"\x03vorbis" + vorbis_comments(*LINES) + b"\x01", SETUP), BOTH),
    "Opus": (ogg(OPUS, b"OpusTags" + vorbis_comments(*LINES)), BOTH),
    "FLAC in Ogg": (ogg(FLAC, b"\x84\x00\x00\x50" + vorbis_comments(*LINES)), BOTH),
    "after a cover on many pages": (
        ogg(VORBIS, b"\x03vorbis" + vorbis_comments(COVER, *LINES), SETUP),
        BOTH,
    ),
    "between the pages of a film": (
        ogg(
            VORBIS,
            b"\x03vorbis" + vorbis_comments(COVER, *LINES),
            between=[*pages(b"\x80theora" + bytes(9), 8), *pages(bytes(5_000), 8)],
        ),
        BOTH,
    ),
    "without comments": (ogg(VORBIS, b"\x03vorbis" + vorbis_comments()), {}),
    "that is no Ogg any more": (ogg(OPUS) + b"Oggs" + bytes(100), {}),
    "with a size that is not true": (
        ogg(OPUS, b"OpusTags" + b"\x04\0\0\0test" + b"\xff\xff\xff\xff" * 2),
        {},
    ),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Page]:
    with town(tmp_path_factory.mktemp("tags")) as place:
        context = chromium.new_context(locale="en-GB")
        page = context.new_page()
        to_the_works(place, page)
        yield page
        context.close()


@pytest.mark.parametrize("files", [ID3, OGG], ids=["ID3v2.4", "Ogg"])
def test_title_and_isrc_are_read(
    page: Page, files: dict[str, tuple[bytes, dict[str, str]]]
) -> None:
    given = {name: b64encode(content).decode() for name, (content, _) in files.items()}
    found = page.evaluate(READ, given)
    assert found == {name: tags for name, (_, tags) in files.items()}
