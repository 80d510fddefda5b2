"""What mails say: one letter a purpose, in the words of whoever reads it, with what is filled in.

To add one: a `Letter` in LETTERS, its sentences marked by `_`, its translations in `web/translations`. `%(name)s` is
filled in from the words given to `services.send_mail.queue_mail`; `link` is the address of the letter's one button.
A letter asks for nothing that somebody who got it by mistake could do harm with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registry.errors import InvalidInput
from registry.languages import catalogue
from registry.plain_text import plain


def _(sentence: str) -> str:
    """Marks a sentence for the catalogues."""
    return sentence


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in English: its subject, its paragraphs, what stands on its button (none: it has no link), and what
    stands small below."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str | None = None
    small: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in one language, filled in."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str | None
    link: str | None
    small: tuple[str, ...]
    sender: str


NOT_YOU: Final = _("Was it not you? Then do nothing: without this link, nothing happens.")
ONCE: Final = _("The link counts once, for 30 minutes.")
IF_NOT_YOU: Final = _(
    "Was it you? Then there is nothing to do. If not, choose a new password now, and look at your sessions."
)
IF_NOT_YOU_WRITE: Final = _(
    "Was it you? Then there is nothing to do. If not, write at once to whoever runs this registry."
)
FROM: Final = _("The consent registry at %(registry)s")

LETTERS: Final[dict[str, Letter]] = {
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
    host = registry.partition("://")[2] or registry
    filled = {key: plain(str(text)) for key, text in {**words, "registry": host}.items()}
    if letter.button is not None and not filled.get("link"):
        raise InvalidInput(f"the letter {name!r} needs a link", field="link")
    translated = catalogue(language).gettext

    def said(sentence: str) -> str:
        try:
            return str(translated(sentence)) % filled
        except KeyError as missing:
            raise InvalidInput(f"the letter {name!r} needs {missing}", field=str(missing)) from None

    return Written(
        subject=said(letter.subject),
        paragraphs=tuple(map(said, letter.paragraphs)),
        button=None if letter.button is None else said(letter.button),
        link=None if letter.button is None else filled["link"],
        small=tuple(map(said, letter.small)),
        sender=said(FROM),
    )


def the_letter(name: str) -> Letter:
    """Raises: InvalidInput for an unknown letter."""
    if name not in LETTERS:
        raise InvalidInput(f"there is no letter {name!r}", field="letter")
    return LETTERS[name]
