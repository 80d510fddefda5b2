"""An alarm as JSON: kind and words always, the entry and the evidence where there are any."""

from registry.client.monitor.findings import Alarm, Kind


def test_an_alarm_says_what_where_and_by_which_heads() -> None:
    bare = Alarm(Kind.TILE, "gone")
    assert bare.members() == {"kind": "damaged-tile", "words": "gone"}
    full = Alarm(Kind.FORK, "two roots", 0, {"now": "note"})
    assert full.members() == {
        "kind": "fork",
        "words": "two roots",
        "index": 0,
        "evidence": {"now": "note"},
    }
