"""The examples by which the registry's rules are explained: a short history each, and questions about it.

Source: the table of examples of the design, 1 to 27 and 14b. What the answers are stands nowhere here: it is
computed by the rules (`how_page.py`), and held against the table by tests/web/test_examples.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.domain.events import Subject
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind
from registry.instants import DAY_MS, HOUR_MS
from registry.web.story import WAIT, Story

ALLOW, DENY, CONDITIONAL = Preference.ALLOW, Preference.DENY, Preference.CONDITIONAL
URL, ISRC, OTHER_ISRC = "https://artist.com/x", "isrc:GBAYE0601498", "isrc:USRC17607839"
ISWC, UPC, BROKEN = "iswc:T-034.524.680-1", "upc:036000291452", "isrc:USRC1760783"
CATALOGUE = Subject("catalogue", "R1")
SETTLED = WAIT + HOUR_MS


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a story: identifiers of one asset, a use, who asks (P, Q or nobody), how long after."""

    identifiers: Sequence[str]
    usage: Usage = Usage.GENERATIVE_TRAINING
    asker: str | None = None
    after: int = SETTLED


@dataclass(frozen=True, slots=True)
class Example:
    """What stands, in words and as a story, and what is asked."""

    number: str
    standing: LazyString
    tell: Callable[[Story], object]
    asked: Sequence[Asked]


def _nothing(_: Story) -> None:
    """Nobody has said anything."""


def _said(
    preference: Preference, *identifiers: str, proved: str | None = None
) -> Callable[[Story], None]:
    return lambda story: story.says(
        story.work(*(identifiers or (URL, ISRC)), proved=proved), preference
    )


def _after_the_catalogue(proved: str | None) -> Callable[[Story], None]:
    def tell(story: Story) -> None:
        work = story.work(URL, proved=proved)
        story.says(CATALOGUE, DENY)
        story.says(work, ALLOW)

    return tell


def _catalogue_and_search(story: Story) -> None:
    story.says(CATALOGUE, DENY)
    story.says(story.work(URL), DENY, usage=Usage.SEARCH)


def _then_search(story: Story) -> None:
    work = story.work(ISRC)
    story.says(work, DENY)
    story.says(work, ALLOW, usage=Usage.SEARCH)


def _denied_but_allowed_to_p(story: Story) -> None:
    work = story.work(URL, proved=URL)
    story.says(work, DENY)
    story.says(work, ALLOW, to="P")


def _allowed_but_denied_to_p(story: Story) -> None:
    work = story.work(URL, proved=URL)
    story.says(CATALOGUE, DENY, to="P")
    story.says(work, ALLOW)


def _recording_of(preference: Preference, *, confirmed_by: str | None) -> Callable[[Story], None]:
    def tell(story: Story) -> None:
        song = story.work(
            ISWC,
            by="R2",
            proved=ISWC,
            kind=WorkKind.COMPOSITION,
            role=Role.COMPOSITION,
            inside=None,
            level=Assurance.ATTESTED,
        )
        recording = story.work(URL, proved=URL)
        story.link(recording, LinkKind.EMBODIES, song, confirmed_by)
        story.says(song, preference, by="R2")
        story.says(recording, ALLOW)

    return tell


def _compositions_not_stated(story: Story) -> None:
    story.says(story.work(URL, proved=URL, inside=None), ALLOW)


def _co_owned(story: Story) -> None:
    work = story.work(URL, proved=URL)
    story.also_claimed(work, "R2")
    story.says(work, ALLOW)


def _place(story: Story) -> None:
    story.says(story.location("https://m.example/a/"), DENY)


def _place_and_work(story: Story) -> None:
    _place(story)
    story.work("https://m.example/a/x.mp3", ISRC)


def _window(story: Story) -> None:
    work = story.work(ISRC)
    story.says(work, DENY)
    story.says(work, DENY, window=(story.now + DAY_MS, story.now + 31 * DAY_MS))


def _denied_then_allowed(story: Story) -> None:
    work = story.work(URL, proved=URL)
    story.says(work, DENY)
    story.pass_time(DAY_MS)
    story.says(work, ALLOW)


def _two_works(story: Story) -> None:
    story.says(story.work(OTHER_ISRC, by="R2"), DENY, by="R2")
    story.says(story.work(URL, proved=URL), ALLOW)


def _release(story: Story) -> None:
    release = story.work(UPC, kind=WorkKind.RELEASE)
    story.link(story.work(ISRC), LinkKind.PART_OF, release)
    story.says(release, DENY)


def _platform_host(story: Story) -> None:
    story.location("https://soundcloud.com/")


EXAMPLES = (
    Example("1", _l("Nothing."), _nothing, (Asked([ISRC]),)),
    Example("2", _l("R1 says no for a work, by word alone."), _said(DENY), (Asked([ISRC]),)),
    Example("3", _l("R1 says yes for a work, by word alone."), _said(ALLOW), (Asked([ISRC]),)),
    Example(
        "4",
        _l("R1 says yes for a work, and has proved control of its address."),
        _said(ALLOW, proved=URL),
        (Asked([URL]),),
    ),
    Example(
        "5",
        _l("The same work, asked about by its ISRC, which nobody has proved."),
        _said(ALLOW, proved=URL),
        (Asked([ISRC]),),
    ),
    Example(
        "6",
        _l("R1 says no to generative training, and nothing about search."),
        _said(DENY),
        (Asked([ISRC], Usage.SEARCH),),
    ),
    Example(
        "7",
        _l("R1 says no for the whole catalogue, and yes for one work, with proof."),
        _after_the_catalogue(URL),
        (Asked([URL]),),
    ),
    Example(
        "8",
        _l("R1 says no for the whole catalogue, and yes for one work, by word alone."),
        _after_the_catalogue(None),
        (Asked([URL]),),
    ),
    Example(
        "9",
        _l("R1 says no for the whole catalogue; of the work only something about search."),
        _catalogue_and_search,
        (Asked([URL]),),
    ),
    Example(
        "10",
        _l("R1 says no for a work, and yes to platform P, with proof."),
        _denied_but_allowed_to_p,
        (Asked([URL], asker="P"), Asked([URL], asker="Q"), Asked([URL])),
    ),
    Example(
        "11",
        _l(
            "R1 says no to platform P for the whole catalogue, and yes to all for one work, with proof."
        ),
        _allowed_but_denied_to_p,
        (Asked([URL], asker="P"), Asked([URL], asker="Q"), Asked([URL])),
    ),
    Example(
        "12",
        _l("R1 says yes for a recording, with proof; R2 says no for the composition in it."),
        _recording_of(DENY, confirmed_by=None),
        (Asked([URL]),),
    ),
    Example(
        "13",
        _l("R1 says yes for a recording, with proof, but not whose compositions are in it."),
        _compositions_not_stated,
        (Asked([URL]),),
    ),
    Example(
        "14",
        _l("R1 says yes, with proof; R2 owns a share of it and is silent."),
        _co_owned,
        (Asked([URL]),),
    ),
    Example(
        "14b",
        _l(
            "R1 says yes for a recording; R2 says yes for its composition and has confirmed the link."
        ),
        _recording_of(ALLOW, confirmed_by="R2"),
        (Asked([URL]),),
    ),
    Example(
        "14c",
        _l("The same, and R2 has not confirmed the link."),
        _recording_of(ALLOW, confirmed_by=None),
        (Asked([URL]),),
    ),
    Example(
        "15",
        _l("R1 says no for a place, https://m.example/a/."),
        _place,
        (Asked(["https://m.example/a/x.mp3"]), Asked(["https://m.example/abc"])),
    ),
    Example(
        "16",
        _l("The same place; a work has an address there, and an ISRC."),
        _place_and_work,
        (Asked([ISRC]),),
    ),
    Example(
        "17",
        _l("R1 says no to generative training; later something about search alone."),
        _then_search,
        (Asked([ISRC]),),
    ),
    Example(
        "18",
        _l("R1 says no without an end; and once more no, for one month. Asked after that month."),
        _window,
        (Asked([ISRC], after=40 * DAY_MS),),
    ),
    Example(
        "19",
        _l(
            "R1 says no, and a day later yes, with proof. Asked an hour later, and after the waiting time."
        ),
        _denied_then_allowed,
        (Asked([URL], after=HOUR_MS), Asked([URL])),
    ),
    Example(
        "20",
        _l("R1 says yes on conditions. The address is proved, the ISRC is not."),
        _said(CONDITIONAL, proved=URL),
        (Asked([URL]), Asked([ISRC])),
    ),
    Example(
        "21",
        _l("R1 says yes for one work, with proof; R2 says no for another. Both are named as one."),
        _two_works,
        (Asked([URL, OTHER_ISRC]),),
    ),
    Example(
        "22",
        _l("R1 says no for an address. Beside it stands an ISRC with a digit missing."),
        _said(DENY, URL),
        (Asked([BROKEN, URL]),),
    ),
    Example("23", _l("Only the broken ISRC is asked about."), _nothing, (Asked([BROKEN]),)),
    Example(
        "24",
        _l("R1 says no for a release; a track on it has nothing of its own."),
        _release,
        (Asked([ISRC]),),
    ),
    Example(
        "25",
        _l("Somebody registers a whole host where many people publish. That claim is refused."),
        _platform_host,
        (Asked(["https://soundcloud.com/somebody/a-track"]),),
    ),
    Example(
        "26",
        _l("R1 says no for https://artist.com/x, and somebody asks with another spelling."),
        _said(DENY, URL),
        (Asked(["http://www.artist.com/x/?utm_source=a"]),),
    ),
    Example(
        "27",
        _l("R1 says yes for https://artist.com/x, with proof; asked with another spelling."),
        _said(ALLOW, URL, proved=URL),
        (Asked(["https://www.artist.com/X"]),),
    ),
)
