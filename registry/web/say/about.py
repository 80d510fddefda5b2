"""What a page of this room is about: one work, several that were chosen, or a whole catalogue, and what was answered so
far. An address names a choice (a page of works leads there), or what came of it, or a rightsholder's catalogue."""

from dataclasses import dataclass, replace
from typing import Any

from registry.domain.ids import new_id
from registry.errors import NotFound
from registry.services.act_for import may
from registry.services.find import the_rightsholder, the_work
from registry.services.list_works import works_chosen
from registry.services.say_word import count_of, the_saying
from registry.storage.members import MemberRole
from registry.storage.sayings import Saying, SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork
from registry.web.languages import language
from registry.web.say.answers import SayAnswers
from registry.web.signed_in import signed_in
from registry.web.wired import the_registry


@dataclass(frozen=True, slots=True)
class About:
    """`is_kept`: the saying is in the store already; `title`: of the one work."""

    saying: Saying
    is_kept: bool
    name: str
    works: int
    title: str | None

    @property
    def answers(self) -> SayAnswers:
        return SayAnswers.of_kept(self.saying.answers)

    @property
    def path(self) -> str:
        """The address under which it goes on."""
        return f"/say/{self.saying.id}" if self.is_kept else self.origin

    @property
    def origin(self) -> str:
        """Where one begins about the same works."""
        choice = self.saying.choice
        return f"/say/catalogue/{self.saying.rightsholder}" if choice is None else f"/say/{choice}"

    def members(self) -> dict[str, Any]:
        """What every page shows."""
        return {
            "id": self.saying.id if self.is_kept else None,
            "path": self.path,
            "origin": self.origin,
            "rightsholder": self.saying.rightsholder,
            "name": self.name,
            "catalogue": self.saying.choice is None,
            "work": self.saying.only,
            "title": self.title,
            "works": self.works,
        }


def about(uow: UnitOfWork, id: str, rightsholder: str, act: SayingAct) -> About:
    """What this address is about: a saying's id or a choice's, or else a rightsholder's whole catalogue.

    Raises: NotFound for another's, Forbidden for somebody who only reads.
    """
    account = signed_in().account
    if rightsholder:
        may(uow, account, rightsholder, MemberRole.EDITOR)
        draft = uow.sayings.draft_of(account.id, rightsholder, None, act)
        return _about(uow, draft or _fresh(rightsholder, None, None, act), draft is not None)
    if uow.sayings.find(id) is not None:
        return _about(uow, the_saying(uow, account, id, MemberRole.EDITOR), True)
    choice = uow.choices.find(id, account.id)
    if choice is None:
        raise NotFound("there is nothing of yours here; choose the works again", field="id")
    may(uow, account, choice.rightsholder, MemberRole.EDITOR)
    works = works_chosen(uow, choice, "", 2)
    if not works:
        raise NotFound("none of the works that were chosen is yours any more", field="id")
    only = works[0] if len(works) == 1 else None
    draft = uow.sayings.draft_of(account.id, choice.rightsholder, id, act)
    return _about(uow, draft or _fresh(choice.rightsholder, id, only, act), draft is not None)


def draft_about(uow: UnitOfWork, id: str) -> About:
    """What is being answered under this address. Raises: NotFound, also where it was sent already; Forbidden."""
    found = about(uow, id, "", SayingAct.SAY)
    asked = found.is_kept and found.saying.act is SayingAct.SAY
    if not asked or found.saying.state is not SayingState.DRAFT:
        raise NotFound("this was sent already, or is not kept any more", field="id")
    return found


def keep(uow: UnitOfWork, found: About, answers: SayAnswers) -> str:
    """Keeps the answers, in a draft begun now where there is none. Returns the address where it goes on."""
    if found.is_kept:
        uow.sayings.change(found.saying.id, of=[SayingState.DRAFT], answers=answers.kept())
    else:
        uow.sayings.add(replace(found.saying, answers=answers.kept()))
    return f"/say/{found.saying.id}"


def _fresh(rightsholder: str, choice: str | None, only: str | None, act: SayingAct) -> Saying:
    who, now = signed_in(), the_registry().clock()
    return Saying(
        id=new_id(now),
        account=who.account.id,
        rightsholder=rightsholder,
        choice=choice,
        only=only,
        act=act,
        answers={},
        state=SayingState.DRAFT,
        authority=who.actor.authority,
        language=language(),
        made_at=now,
    )


def _about(uow: UnitOfWork, saying: Saying, is_kept: bool) -> About:
    name = the_rightsholder(uow, saying.rightsholder).name
    title = None if saying.only is None else the_work(uow, saying.only).title
    works = count_of(uow, saying) if saying.state is SayingState.DRAFT else saying.works
    return About(saying, is_kept, name, works, title)
