"""What people are told of: one letter a kind of notice, the same in the inbox and as a mail.

`what` is a title or an address, `rightsholder` and `other` are names: strangers may have chosen them. `count` says how
many of the kind happened; beyond one, a sentence says how many more.
"""

from typing import Final

from registry.mail.letter import Letter, Listed


def _(sentence: str) -> str:
    """Marks a sentence for the catalogues."""
    return sentence


MORE: Final = _("More of the same within an hour: %(more)s. They are not told one by one.")
YOUR_CHOICE: Final = _(
    "You get this because you act for this rightsholder here. Which mails you get is yours to choose: in your account, "
    "under “Notices”."
)
STOP_IT: Final = _(
    "Was it none of you? Stop it, choose a new password, and look at who acts for this rightsholder."
)
SAY_NO: Final = _(
    "Was it none of you? Say no again, choose a new password, and look at who acts for this rightsholder."
)

SPOKEN: Final[dict[str, str]] = {
    "token": _("a program with an access token"),
    "steward": _("a steward of this registry"),
    "registry": _("this registry"),
    "gone": _("somebody whose account is deleted"),
    "deny": _("No"),
    "unstated": _("Not said"),
    "conditional": _("Ask first"),
    "allow": _("Yes"),
    "unregistered": _("No record"),
    "error": _("Not readable"),
}
"""What some words are in the reader's language."""

_NAMES: Final = ("what", "rightsholder", "other", "who", "name")


def _notice(
    subject: str, *paragraphs: str, button: str | None = None, small: tuple[str, ...] = ()
) -> Letter:
    return Letter(subject, paragraphs, button, small, of_others=_NAMES, spoken=("who",))


NOTICES: Final[dict[str, Letter]] = {
    "claim-proved": _notice(
        _("Proved: %(what)s"),
        _(
            "Proof was seen for the claim of %(rightsholder)s to %(what)s. What you allow for it can count from now "
            "on; what you forbid counted already."
        ),
        button=_("See it"),
        small=(YOUR_CHOICE,),
    ),
    "claim-lapsing": _notice(
        _("We do not find your proof any more: %(what)s"),
        _(
            "We looked again for the proof of the claim of %(rightsholder)s to %(what)s, and did not find it. "
            "Your no counts on. Your yes stops counting if we do not find it in two more looks, over two days."
        ),
        _("Put the line back where it was. We look again tomorrow."),
        button=_("See it"),
        small=(YOUR_CHOICE,),
    ),
    "claim-lapsed": _notice(
        _("A proof does not count any more: %(what)s"),
        _(
            "A proof of the claim of %(rightsholder)s to %(what)s does not hold any more. What was allowed because of "
            "it is not allowed from now on. Your no counts on."
        ),
        _("You can prove it again at any time."),
        button=_("See it"),
        small=(YOUR_CHOICE,),
    ),
    "loosening-pending": _notice(
        _("A change that allows more waits: %(what)s"),
        _("Asked for by %(who)s, for %(rightsholder)s: something that allows more than now. It is about %(what)s."),
        _(
            "It counts from %(when)s at the earliest, and only if somebody confirms it who has just proved who they "
            "are; that may have happened already. Until it counts, everybody who may edit for %(rightsholder)s can "
            "stop it with one click."
        ),
        button=_("See what waits, and stop it"),
        small=(STOP_IT,),
    ),
    "loosening-effective": _notice(
        _("A change that allows more counts now: %(what)s"),
        _("The waiting time is over. What was asked for %(rightsholder)s about %(what)s counts from now on."),
        _("You can say no again at any time, and that counts at once."),
        button=_("See it"),
        small=(SAY_NO,),
    ),
    "loosening-stopped": _notice(
        _("A change that would have allowed more was stopped: %(what)s"),
        _("It was stopped by %(who)s. What was asked for %(rightsholder)s about %(what)s never takes effect."),
        button=_("See it"),
    ),
    "competing-claim": _notice(
        _("Somebody else says that this is theirs too: %(what)s"),
        _(
            "%(other)s registered a work with an identifier of %(what)s, or a claim to it. "
            "That alone takes nothing from %(rightsholder)s: their yes does not lift your no. "
            "Their no can hold back your yes."
        ),
        _(
            "It may well be right: a label and an artist, or two who wrote together. If it is not, write to whoever "
            "runs this registry."
        ),
        button=_("See it"),
    ),
    "claim-disputed": _notice(
        _("Somebody disputes your claim: %(what)s"),
        _(
            "The claim of %(rightsholder)s to %(what)s is disputed. Until that is decided, your yes does not count; "
            "your no does."
        ),
        _("Two stewards of this registry decide. Prove that it is yours, if you can."),
        button=_("See what to do"),
    ),
    "claim-objected": _notice(
        _("Somebody objects to your claim: %(what)s"),
        _(
            "Somebody who has proved that %(what)s is theirs objects to the claim of %(rightsholder)s, which is not "
            "proved. It counts for 14 days more; after that only if it is proved, or if two stewards uphold it."
        ),
        button=_("See what to do"),
    ),
    "claim-ended": _notice(
        _("It was decided against your claim: %(what)s"),
        _(
            "Two stewards decided that the dispute over %(what)s is right. The claim of %(rightsholder)s to it has "
            "ended. What you said about it counts only where another claim of yours stands."
        ),
        _("If you do not agree, write to whoever runs this registry."),
        button=_("See it"),
    ),
    "claim-upheld": _notice(
        _("It was decided for your claim: %(what)s"),
        _("Two stewards decided that the claim of %(rightsholder)s to %(what)s stands."),
        button=_("See it"),
    ),
    "link-made": _notice(
        _("Somebody linked a work to yours: %(what)s"),
        _(
            "%(other)s says that %(name)s and %(what)s of %(rightsholder)s belong together: one is a recording of "
            "the other, contains it, or is a part of it."
        ),
        _("As long as only one side says so, a link can only restrict. Look whether it is right."),
        button=_("See it"),
        small=(YOUR_CHOICE,),
    ),
    "members-changed": _notice(
        _("Who acts for %(rightsholder)s was changed"),
        _("Somebody joined or left, or has another role now; or a label or the like began or ceased to act for it."),
        _("Look whether it is as you want it. An owner can change it back."),
        button=_("See who acts for it"),
    ),
    "import-done": _notice(
        _("Your catalogue is imported: %(name)s"),
        _(
            "New works of %(rightsholder)s: %(registered)s. Works that were here and got more: %(extended)s. "
            "Rows that were not taken: %(rejected)s. Those come back to you in a file, each with its reason."
        ),
        button=_("See the import"),
        small=(YOUR_CHOICE,),
    ),
    "import-failed": _notice(
        _("Your catalogue was not imported to its end: %(name)s"),
        _("The import for %(rightsholder)s stopped. What was registered by then stays. See why, and go on from there."),
        button=_("See the import"),
        small=(YOUR_CHOICE,),
    ),
    "who-asked": Letter(
        _("Who asked about your works in %(month)s"),
        (
            _("Platforms asked about works of %(rightsholder)s. How often: %(number)s. The month before: %(before)s."),
            _("Each line says who asked, what they were told, and how often."),
        ),
        _("See every work and platform"),
        (YOUR_CHOICE,),
        lists=(
            Listed(_("By platform"), "platforms", _("%(name)s: “%(decision)s”, %(number)s ×")),
            Listed(_("Asked about most"), "works", _("%(name)s: %(number)s ×")),
        ),
        of_others=_NAMES,
        spoken=("decision",),
    ),
    "nobody-asked": _notice(
        _("Nobody asked in %(month)s"),
        _("No platform asked about works of %(rightsholder)s in %(month)s."),
    ),
}  # fmt: skip
"""kind of notice → letter. `new-sign-in` is among the other letters."""
