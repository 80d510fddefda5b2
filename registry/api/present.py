"""Works, locations, declarations and receipts as JSON, as their owner sees them."""

from base64 import b64encode
from typing import Any

from registry.api.present_answer import present_conditions
from registry.domain.dossiers import (
    HeldClaim,
    HeldDeclaration,
    HeldLink,
    HeldWithdrawal,
    Rightsholder,
    Work,
)
from registry.domain.events import Subject
from registry.domain.matching import known
from registry.domain.proof import Proofs
from registry.instants import rfc3339
from registry.services.declare import Signed
from registry.services.ledger import Receipt
from registry.services.settle_loosening import Waiting


def moment(ms: int | None) -> str | None:
    """RFC 3339, or None."""
    return None if ms is None else rfc3339(ms)


def present_work(work: Work, holder: Rightsholder) -> dict[str, Any]:
    """A work as one of its claimants sees it."""
    claims = [claim for claim in work.claims if claim.rightsholder == holder.id and not claim.ended]
    texts = [held.text for held in work.identifiers]
    shown = [present_claim(claim, texts, holder) for claim in claims]
    return {
        "id": work.id,
        "kind": work.kind,
        "title": work.title,
        "identifiers": texts,
        "claim": shown[0] if shown else None,
        "claims": shown,
        "links": [present_link(link, work.id) for link in work.links],
    }


def present_claim(claim: HeldClaim, texts: list[str], holder: Rightsholder) -> dict[str, Any]:
    """A claim, with what stands behind it identifier by identifier."""
    proofs = Proofs(holder)
    return {
        "id": claim.id,
        "role": claim.role,
        "inside": claim.inside,
        "sole": claim.sole,
        "assurance": {text: proofs.assurance(claim, known(text)) for text in texts},
        "disputed": bool(claim.disputes),
    }


def present_link(link: HeldLink, work: str) -> dict[str, Any]:
    """A link from the using side."""
    return {
        "id": link.id,
        "work": work,
        "kind": link.kind,
        "to": link.to,
        "stands_by": [each.rightsholder for each in link.stands_by],
    }


def present_subject(subject: Subject) -> dict[str, Any]:
    """What a declaration is about, as it is written in a request."""
    return {"catalogue": True} if subject.kind == "catalogue" else {subject.kind: subject.id}


def present_declaration(held: HeldDeclaration, subject: Subject, base: str) -> dict[str, Any]:
    """A declaration where it stands, with its withdrawals."""
    return {
        "id": held.id,
        "subject": present_subject(subject),
        "grantee": held.grantee,
        "record": f"{base}/v1/records/{held.id}",
        "digest": held.digest,
        "issued_at": rfc3339(held.at),
        "statements": [
            {
                "usage": each.usage,
                "preference": each.preference,
                "conditions": present_conditions(each.conditions),
                "valid_from": rfc3339(each.valid_from),
                "valid_until": moment(each.valid_until),
                "takes_effect_at": moment(each.takes_effect_at),
            }
            for each in held.statements
        ],
        "withdrawals": [_withdrawal(each, base) for each in held.withdrawals],
    }


def _withdrawal(held: HeldWithdrawal, base: str) -> dict[str, Any]:
    return {
        "id": held.wait.id,
        "record": f"{base}/v1/records/{held.wait.id}",
        "digest": held.digest,
        "issued_at": rfc3339(held.at),
        "cancelled_at": moment(held.wait.cancelled_at),
        "ends": [
            {"usage": usage, "takes_effect_at": moment(at)} for usage, at in held.ends.items()
        ],
    }


def present_waiting(waiting: Waiting, subject: Subject) -> dict[str, Any]:
    """A loosening that waits."""
    return {
        "id": waiting.id,
        "what": waiting.what,
        "about": waiting.about,
        "subject": present_subject(subject),
        "takes_effect_at": rfc3339(waiting.takes_effect_at),
        "needs_confirmation": waiting.effect is None,
    }


def present_record(signed: Signed, base: str) -> dict[str, Any]:
    """A signed record, whole."""
    return {"id": signed.id, "url": f"{base}/v1/records/{signed.id}", "jws": signed.jws}


def present_receipt(receipt: Receipt) -> dict[str, Any]:
    """A receipt: the proof in parts, and as the text to be filed (C2SP tlog-proof)."""
    return {
        "index": receipt.index,
        "proof": [b64encode(each).decode("ascii") for each in receipt.proof],
        "checkpoint": receipt.checkpoint,
        "tlog_proof": receipt.tlog_proof(),
        "entry": receipt.entry,
        "event": receipt.event,
    }
