"""What mails say: one letter a purpose, in the words of whoever reads it, with what is filled in.

To add one: a `Letter` in LETTERS (what people are told of: in `notice_letters`), its sentences marked by `_`, its
translations in `web/translations`. `%(name)s` is filled in from the words given to `services.send_mail.queue_mail`;
`link` is where the letter's one button leads: an address, or a path of this registry. A letter asks for nothing that
somebody who got it by mistake could do harm with.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from babel.dates import format_skeleton

from registry.errors import InvalidInput
from registry.languages import catalogue
from registry.mail.letter import Letter, Written
from registry.mail.notice_letters import MORE, NOTICES, SPOKEN
from registry.plain_text import apart, plain


def _(sentence: str) -> str:
    """Marks a sentence for the catalogues."""
    return sentence


NOT_YOU: Final = _("Was it not you? Then do nothing: without this link, nothing happens.")
ONCE: Final = _("The link counts once, for 30 minutes.")
IF_NOT_YOU: Final = _(
    "Was it you? Then there is nothing to do. If not, choose a new password now, and look at your sessions."
)
IF_NOT_YOU_WRITE: Final = _(
    "Was it you? Then there is nothing to do. If not, write at once to whoever runs this registry."
)
_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
MOST_OF_OTHERS: Final = 80
"""So many characters of a name or title that a stranger chose stand in a letter."""
FROM: Final = _("The consent registry at %(registry)s")

LETTERS: Final[dict[str, Letter]] = {
    **NOTICES,
    "platform-invitation": Letter(
        _("You are invited to act for %(platform)s"),
        (
            _("Somebody who acts for the platform %(platform)s invites you to act for it too."),
            _(
                "You need an account here, with any e-mail address of yours. "
                "If you have none yet, open one first, then follow this link again."
            ),
        ),
        _("See the invitation"),
        (_("The link counts once, for 7 days."), _("If you do not want this, do nothing.")),
    ),
    "sign-up": Letter(
        _("Your account: the last step"),
        (_("Somebody, we hope you, wants to open an account with this e-mail address."),),
        _("Open my account"),
        (ONCE, NOT_YOU),
    ),
    "address-known": Letter(
        _("You have an account already"),
        (
            _(
                "Somebody, we hope you, wanted to open an account with this e-mail address. It has one already."
            ),
            _("If you forgot your password, choose a new one. Otherwise sign in as always."),
        ),
        _("Choose a new password"),
        (ONCE, NOT_YOU),
    ),
    "new-password": Letter(
        _("Choose a new password"),
        (_("Somebody, we hope you, forgot the password of the account with this e-mail address."),),
        _("Choose a new password"),
        (ONCE, NOT_YOU),
    ),
    "no-account": Letter(
        _("No account with this address"),
        (
            _(
                "Somebody, we hope you, wanted a new password for the account with this e-mail address. There is none."
            ),
            _(
                "Perhaps you used another address. If you want to open an account with this one, do it here."
            ),
        ),
        _("Open an account"),
        (NOT_YOU,),
    ),
    "new-address": Letter(
        _("Is this your new address?"),
        (_("From the account of %(name)s it was asked to use this e-mail address from now on."),),
        _("Yes, use this address"),
        (ONCE, NOT_YOU),
    ),
    "new-sign-in": Letter(
        _("A new sign-in to your account"),
        (
            _(
                "Somebody signed in to your account: %(device)s, from the network %(network)s, on %(when)s."
            ),
            _(
                "Was it you? Then there is nothing to do. If not, end that session and choose a new password."
            ),
        ),
        _("Look at my sessions"),
    ),
    "changed-password": Letter(
        _("Your password was changed"),
        (
            _("The password of your account was changed, and every other session was ended."),
            IF_NOT_YOU,
        ),
        _("Look at my account"),
    ),
    "changed-address": Letter(
        _("Your e-mail address was changed"),
        (
            _(
                "Your account has another e-mail address from now on. This one gets no more mails about it."
            ),
            IF_NOT_YOU_WRITE,
        ),
        _("Look at my account"),
    ),
    "changed-passkeys": Letter(
        _("Your passkeys were changed"),
        (_("A passkey was added to your account, or one was removed."), IF_NOT_YOU),
        _("Look at my account"),
    ),
    "changed-providers": Letter(
        _("Where you can sign in was changed"),
        (
            _("Another provider by which your account can be signed in to was added or removed."),
            IF_NOT_YOU,
        ),
        _("Look at my account"),
    ),
    "changed-codes": Letter(
        _("The code of your sign-in was changed"),
        (
            _(
                "Whether a code of an authenticator is asked for, or your recovery codes, have changed."
            ),
            IF_NOT_YOU,
        ),
        _("Look at my account"),
    ),
    "account-deleted": Letter(
        _("Your account is deleted"),
        (
            _("Your account and everything in it that names you is deleted, as you asked."),
            _(
                "What was declared stays in the public log, under the rightsholder’s name: others have relied on it."
            ),
        ),
    ),
    "erasure-asked": Letter(
        _("You are about to be erased here"),
        (
            _(
                "Somebody, we hope you, asked us to delete your account, and to erase for good what names the "
                "rightsholders for whom you alone act. It happens after %(moment)s."
            ),
            _(
                "Was it not you? Then sign in and call it off before that, choose a new password, and look at your "
                "sessions."
            ),
        ),
        _("See it, or call it off"),
    ),
    "account-erased": Letter(
        _("Your account is deleted, and what named you is erased"),
        (
            _("Your account is deleted, and what named you is erased, as you asked."),
            _(
                "What was said goes on counting, under a number without a name. Copies that others hold cannot be "
                "called back."
            ),
        ),
    ),
    "invitation": Letter(
        _("%(inviter)s invites you to act for %(rightsholder)s"),
        (
            _("%(inviter)s invites you to act for %(rightsholder)s in this registry, as %(role)s."),
            _("Sign in, or open an account with this e-mail address, and accept."),
        ),
        _("See the invitation"),
        (_("The link counts once, for 7 days."), NOT_YOU),
    ),
}
"""name → letter."""


def write(name: str, language: str, words: Mapping[str, str], registry: str) -> Written:
    """A letter, in a language, filled in; `registry` is the public address. What others wrote is made plain: no
    character in it steers the mail, and none begins a line of its own.

    Raises: InvalidInput for an unknown letter, or where a word is missing.
    """
    letter = the_letter(name)
    if letter.button is not None and not words.get("link"):
        raise InvalidInput(f"the letter {name!r} needs a link", field="link")
    host = registry.partition("://")[2] or registry
    translated: Callable[[str], str] = catalogue(language).gettext

    def filled(given: Mapping[str, object]) -> dict[str, str]:
        return {key: _filled(letter, key, str(each), language) for key, each in given.items()}

    own = filled({**words, "registry": host})

    def said(sentence: str, given: Mapping[str, str] = own) -> str:
        try:
            return translated(sentence) % given
        except KeyError as missing:
            raise InvalidInput(f"the letter {name!r} needs {missing}", field=str(missing)) from None

    paragraphs = [said(each) for each in letter.paragraphs]
    if int(words.get("count", "1")) > 1:
        paragraphs.append(said(MORE, {"more": str(int(words["count"]) - 1)}))
    lists = (
        (said(each.heading), tuple(said(each.sentence, filled(row)) for row in rows))
        for each in letter.lists
        if (rows := json.loads(words.get(each.key, "[]")))
    )
    return Written(
        subject=said(letter.subject),
        paragraphs=tuple(paragraphs),
        button=None if letter.button is None else said(letter.button),
        link=None if letter.button is None else _here(own["link"], registry),
        small=tuple(map(said, letter.small)),
        sender=said(FROM),
        lists=tuple(lists),
        unsubscribe=_here(words["unsubscribe"], registry) if "unsubscribe" in words else None,
    )


def _filled(letter: Letter, key: str, text: str, language: str) -> str:
    if key in letter.spoken and text in SPOKEN:
        return str(catalogue(language).gettext(SPOKEN[text]))
    if key == "month" and (month := _MONTH.fullmatch(text)):
        day = date(int(month[1]), int(month[2]), 1)
        return str(format_skeleton("yMMMM", day, locale=language))
    return apart(text, MOST_OF_OTHERS) if key in letter.of_others else plain(text)


def _here(link: str, registry: str) -> str:
    """An address; a path is one of this registry."""
    return f"{registry}{link}" if link.startswith("/") else link


def the_letter(name: str) -> Letter:
    """Raises: InvalidInput for an unknown letter."""
    if name not in LETTERS:
        raise InvalidInput(f"there is no letter {name!r}", field="letter")
    return LETTERS[name]
