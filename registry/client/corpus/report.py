"""The report of a screening: JSON for machines, and one HTML page to be filed, with nothing outside it.

It says what was asked, what was answered, under which policy, on which state of the registry's log, and what none of
that shows. Every file beside it is named with its SHA-256.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any, Final

from registry.client.corpus.piles import State, write_whole
from registry.client.corpus.source import Fingerprint
from registry.client.corpus.verdicts import USABLE, Pile
from registry.client.policy import Policy
from registry.instants import parse_rfc3339

FORMAT: Final = "consent-registry-screening-report/1"
REPORT_JSON: Final = "report.json"
REPORT_HTML: Final = "report.html"

LIMITS: Final = (
    "It speaks of the identifiers in the named columns, as they stand there. A copy under another address, or with "
    "other bytes, is another thing to a registry.",
    "“Unregistered” means that nobody had registered it with this registry at the checkpoint. It is not a permission.",
    "An answer counts until its “valid_until”, at most. Whoever uses the rows later has to ask again.",
    "Rows that a snapshot showed to be unregistered have no receipt of their own; the snapshot is named above, and "
    "was signed.",
    "The report shows what was asked and answered. It does not show which rows were used afterwards, nor that this was "
    "the whole corpus.",
    "A permission is consent as it was declared at this registry. It is no licence text, and this page is no legal "
    "advice.",
)
_POLICIES: Final = {
    Policy.PERMISSION: "use only what is permitted",
    Policy.NO_OBJECTION: "leave out what is opted out, and what cannot be read; use the rest",
}
_COLOURS: Final = {
    Pile.PERMITTED: "#1b7f4d",
    Pile.UNREGISTERED: "#8a94a6",
    Pile.OPTED_OUT: "#b3261e",
    Pile.UNREADABLE: "#7a5c00",
}


def report_members(
    state: State, outputs: Mapping[str, Fingerprint], finished_at: str
) -> dict[str, Any]:
    """The report as JSON members. `outputs` are the files, by pile and by name."""
    policy = Policy(state.what["policy"])
    return {
        "format": FORMAT,
        **state.what,
        "platform": state.platform,
        "started_at": state.started_at,
        "finished_at": finished_at,
        "valid_until": state.valid_until,
        "interrupted": state.runs - 1,
        "rows": state.rows,
        "piles": {pile.value: state.piles[pile.value] for pile in Pile},
        "decided_by": dict(sorted(state.by.items())),
        "decisions": dict(sorted(state.decisions.items())),
        "reasons": dict(state.reasons.most_common()),
        "usable_under_policy": [pile.value for pile in USABLE[policy]],
        "usable_rows": sum(state.piles[pile.value] for pile in USABLE[policy]),
        "questions": state.receipts,
        "checkpoint": state.checkpoint,
        "snapshots": state.snapshots,
        "files": {name: asdict(each) for name, each in outputs.items()},
        "limits": list(LIMITS),
    }


def write_report(folder: Path, members: Mapping[str, Any]) -> None:
    """Both forms, durable when this returns."""
    write_whole(folder / REPORT_HTML, report_html(members).encode())
    text = json.dumps(members, ensure_ascii=False, indent=1)
    write_whole(folder / REPORT_JSON, text.encode())


def read_report(folder: Path) -> dict[str, Any]:
    """The report that was written. Raises: OSError, ValueError where it was taken away or changed."""
    members: dict[str, Any] = json.loads((folder / REPORT_JSON).read_bytes())
    return members


def until_when(members: Mapping[str, Any]) -> str:
    """In words, until when the rows of a report may be relied on."""
    if members["valid_until"] is None:
        return "Nothing was asked, so no row rests on an answer."
    over = parse_rfc3339(members["valid_until"]) <= parse_rfc3339(members["finished_at"])
    passed = " That had passed already when the screening was finished." if over else ""
    return f"These rows were right until {members['valid_until']}; ask again after.{passed}"


def report_html(members: Mapping[str, Any]) -> str:
    """The report as one page."""
    policy = Policy(members["policy"])
    usable = " and ".join(members["usable_under_policy"])
    facts = {
        "Corpus": f"{members['input']['name']}, {members['input']['bytes']:,} bytes",
        "SHA-256 of the corpus": members["input"]["sha256"],
        "Columns": ", ".join(
            name if name == scheme else f"{name} ({scheme})" for name, scheme in members["columns"]
        ),
        "Use that was asked about": members["usage"],
        "Policy": f"{policy.value}: {_POLICIES[policy]}",
        "Registry": members["registry"],
        "Asked as platform": members["platform"] or "nothing had to be asked",
        "Key that signed": members["keyid"],
        "Run": members["run"] or "–",
        "Begun": members["started_at"],
        "Finished": f"{members['finished_at']}, after {members['interrupted']} interruptions",
        "Signed questions": f"{members['questions']:,}",
        "Checkpoint of the log": _checkpoint(members["checkpoint"]),
        "Snapshots": "; ".join(map(_snapshot, members["snapshots"])) or "none",
    }
    parts = [
        f"<h1>Screening of {escape(members['input']['name'])}</h1>",
        f"<p><strong>{members['usable_rows']:,} of {members['rows']:,} rows</strong> may be used for "
        f"{escape(members['usage'])} under the policy {policy.value}: those in {escape(usable)}.</p>",
        f"<p>{escape(until_when(members))}</p>",
        _chart(members["piles"], members["rows"]),
        _table(("Rows", "Number"), _shares(members["piles"], members["rows"])),
        "<h2>What was asked</h2>",
        _table(("", ""), list(facts.items())),
        "<h2>Decisions and reasons</h2>",
        _table(("Decision", "Rows"), _numbers(members["decisions"])),
        _table(("Reason", "Rows"), _numbers(members["reasons"])),
        _table(("Decided by", "Rows"), _numbers(members["decided_by"])),
        "<h2>Files</h2>",
        _table(
            ("File", "Bytes", "SHA-256"),
            [
                (each["name"], f"{each['bytes']:,}", each["sha256"])
                for each in members["files"].values()
            ],
        ),
        "<h2>What this does not say</h2>",
        "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in members["limits"]) + "</ul>",
    ]
    return _PAGE.format(
        title=escape(f"Screening of {members['input']['name']}"), body="\n".join(parts)
    )


def _chart(piles: Mapping[str, int], rows: int) -> str:
    """One bar, divided as the rows are. The table below it says the same in words."""
    said = ", ".join(f"{pile.value} {piles[pile.value]:,}" for pile in _COLOURS)
    bars, left = [], 0.0
    for pile, colour in _COLOURS.items():
        width = 1000 * piles[pile.value] / max(rows, 1)
        if width:
            bars.append(
                f'<rect x="{left:.2f}" width="{width:.2f}" height="48" fill="{colour}">'
                f"<title>{pile.value}: {piles[pile.value]:,}</title></rect>"
            )
        left += width
    return (
        f'<svg viewBox="0 0 1000 48" role="img" aria-label="{escape(said)}" preserveAspectRatio="none">'
        + "".join(bars)
        + "</svg>"
    )


def _shares(piles: Mapping[str, int], rows: int) -> list[tuple[str, str]]:
    return [
        (pile.value, f"{piles[pile.value]:,} ({100 * piles[pile.value] / max(rows, 1):.2f} %)")
        for pile in _COLOURS
    ]


def _numbers(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, f"{number:,}") for name, number in counts.items()]


def _checkpoint(head: Mapping[str, Any] | None) -> str:
    if head is None:
        return "–"
    return f"{head['origin']}, {head['size']:,} entries, root {head['root']}"


def _snapshot(members: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in members.items())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    top = f"<thead><tr>{titles}</tr></thead>" if any(head) else ""
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(str(each))}</td>" for each in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table>{top}<tbody>{body}</tbody></table>"


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1c1e; }}
svg {{ width: 100%; height: 48px; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d5d8dc; }}
td {{ overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }}
tbody th {{ font-weight: 500; }}
</style></head>
<body>
{body}
</body></html>
"""
