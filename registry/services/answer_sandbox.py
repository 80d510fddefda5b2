"""Answering a test key: by the same steps and rules as `answer`, about the sandbox and nothing else.

Whatever else is asked about is an error in its place, so neither permitted nor free: a test key that got into
production by mistake lets nothing through, under any policy.
"""

from typing import cast

import msgspec

from registry.domain.identifiers import parse_identifier
from registry.domain.resolution import Answer
from registry.domain.sandbox import SandboxFacts, is_known
from registry.errors import InvalidIdentifier, InvalidInput
from registry.services.answer import Answers, Inquiry, Item, ItemAnswer, answer_within
from registry.storage.log_store import SignedHead
from registry.storage.lookups import LookupTransaction

NOT_IN_THE_SANDBOX = "not-in-the-sandbox"


def answer_sandbox(
    transaction: LookupTransaction, inquiry: Inquiry, *, now: int, max_validity: int
) -> Answers:
    """The sandbox's answers, under the real log's head.

    Raises: Unavailable where this registry has no log yet, InvalidInput for an `as_of` that is not settled.
    """
    looks = cast(LookupTransaction, _SandboxLooks(transaction))
    answers = answer_within(looks, inquiry, now=now, max_validity=max_validity)
    results = [
        _only_of_the_sandbox(index, item, result)
        for index, (item, result) in enumerate(zip(inquiry.items, answers.results, strict=True))
    ]
    return msgspec.structs.replace(answers, results=tuple(results))


class _SandboxLooks:
    """A transaction that looks into the sandbox instead of the store; the head is the store's."""

    def __init__(self, transaction: LookupTransaction) -> None:
        self._transaction = transaction

    def head(self) -> SignedHead | None:
        return self._transaction.head()

    def size_at(self, at: int) -> int:
        return self._transaction.size_at(at)

    def shelf(self) -> None:
        """The sandbox keeps nothing at hand."""

    def is_asked_by(self, _asker: str | None) -> bool:
        """That is looked at with the facts."""
        return False

    def facts(self, *_asked: object, **_of: object) -> SandboxFacts:
        return SandboxFacts()


def _only_of_the_sandbox(index: int, item: Item, result: ItemAnswer) -> ItemAnswer:
    if result.answer is None:
        return result
    for place, text in enumerate(item.identifiers):
        try:
            known = is_known([parse_identifier(text)])
        except InvalidIdentifier:
            continue  # that is the item's error already
        if not known:
            error = InvalidInput(
                "this is not in the sandbox, and a test key is answered about nothing else; "
                "sign with a real key to ask about it",
                field=f"items[{index}].identifiers[{place}]",
                code=NOT_IN_THE_SANDBOX,
            )
            return ItemAnswer(None, error)
    return ItemAnswer(_without_records(result.answer), result.error)


def _without_records(answer: Answer) -> Answer:
    """Nothing was declared, so there is no record that could be fetched."""
    evidence = tuple(
        msgspec.structs.replace(each, record=None, digest=None) for each in answer.evidence
    )
    return msgspec.structs.replace(answer, evidence=evidence)
