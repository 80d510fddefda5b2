"""`/how`: how answers come about, shown on examples that the rules themselves answer, anew in each process."""

from functools import cache
from typing import Any

from flask import Response

from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import RULES_VERSION, resolve
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.errors import InvalidIdentifier, InvalidLocation
from registry.instants import SECOND_MS
from registry.web.examples import EXAMPLES, Asked
from registry.web.page import A_WHILE, present
from registry.web.story import Story
from registry.web.wired import the_registry


def get_how_page() -> Response:
    """The steps, and the examples with their answers."""
    members = {
        "rules": RULES_VERSION,
        "loosening_delay_seconds": the_registry().settings.loosening_delay // SECOND_MS,
        "vocabulary": VOCABULARY_VERSION,
        "examples": [
            {"number": each.number, "standing": str(each.standing), **answered(each.number)}
            for each in EXAMPLES
        ],
    }
    return present("how.html", members, cache=A_WHILE)


@cache
def answered(number: str) -> dict[str, Any]:
    """What the rules say to the questions of an example, and the refusal where the story was refused."""
    example = next(each for each in EXAMPLES if each.number == number)
    story, refused = Story(), None
    try:
        example.tell(story)
    except InvalidLocation as error:
        refused = error.message
    return {"refused": refused, "questions": [_ask(story, each) for each in example.asked]}


def _ask(story: Story, asked: Asked) -> dict[str, Any]:
    found: list[Identifier] = []
    errors: list[str] = []
    for text in asked.identifiers:
        try:
            found.append(parse_identifier(text))
        except InvalidIdentifier as error:
            errors.append(error.message)
    members: dict[str, Any] = {
        "identifiers": list(asked.identifiers),
        "usage": asked.usage.value,
        "asker": asked.asker,
        "decision": "error",
        "reasons": [],
        "errors": errors,
    }
    if found:
        question = Question(tuple(found), asked.usage, asked.asker, story.now + asked.after)
        answer = resolve(question, story.state())
        members |= {"decision": answer.decision.value, "reasons": list(answer.reasons)}
    return members
