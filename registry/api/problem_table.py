"""Every problem this API can answer with: its code, in words for the page behind its `type` URI (RFC 9457).

`STATUS_OF` is the one table from our errors to HTTP; `STATUS_OF_CODE` names the codes that stand apart.
"""

from collections.abc import Mapping
from http import HTTPStatus

from registry import errors

STATUS_OF: Mapping[type[errors.RegistryError], int] = {
    errors.InvalidInput: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Erased: 410,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.KeyRefused: 422,
    errors.LogRefuses: 503,
    errors.Unavailable: 503,
}
"""Whatever is not here, nor derives from what is, is a fault of ours: 500."""

STATUS_OF_CODE: Mapping[str, int] = {
    "malformed-json": 400,
    "unknown-parameter": 400,
    "missing-parameter": 400,
    "bad-parameter": 400,
    "bad-idempotency-key": 400,
    "unsupported-media-type": 415,
    "not-acceptable": 406,
    "header-too-large": 431,
    "too-many-requests": 429,
}


def status_of(error: errors.RegistryError) -> int:
    """The HTTP status of one of our errors; 500 for what nobody outside can do anything about."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            return STATUS_OF[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


_SIGN = "How a question is signed is said in the documentation of POST /v1/verify."

TITLES: Mapping[str, tuple[str, str]] = {
    # -- what was sent --
    "malformed-json": ("Not JSON", "The body is not strict JSON: UTF-8, no member twice, no NaN."),
    "invalid-input": (
        "Cannot be understood",
        "A member is missing, unknown, or of the wrong kind; `field` names it.",
    ),
    "invalid-identifier": (
        "Not an identifier",
        "An identifier is scheme:value, such as isrc:GBAYE0601498, or an http(s) URL. Its form or its "
        "check digit is wrong. An item that holds it is neither permitted nor absent.",
    ),
    "invalid-location": (
        "Not a location",
        "Nobody can speak for this host or URL prefix as a whole.",
    ),
    "no-passkey": (
        "No passkey that can sign",
        "Add a passkey to the account, or declare without one: the registry then confirms it alone.",
    ),
    "other-declaration": (
        "Not what was signed",
        "What the passkey signed is not what would be declared now. Nothing was declared; draw it up anew.",
    ),
    "invited-many": (
        "Many invitations today",
        "So many mails go out from one account in a day. Go on tomorrow.",
    ),
    "invalid-time": (
        "Not a moment in time",
        "Write RFC 3339 with an offset: 2026-11-22T05:00:00Z.",
    ),
    "bad-encoding": (
        "A packed body that cannot be unpacked",
        "It has to be one whole stream of the encoding that Content-Encoding names, with nothing after it.",
    ),
    "not-settled": (
        "Not settled yet",
        "What is written just now may still fall before that moment. Ask about now, or a little later.",
    ),
    "invalid-declaration": (
        "A declaration that contradicts itself",
        "`field` names what does not go together.",
    ),
    "nothing-stated": (
        "Nothing stated",
        "A declaration says something about at least one category.",
    ),
    "empty-window": ("An empty window", "valid_until must lie after valid_from and after now."),
    "unknown-preset": (
        "Unknown preset",
        "The presets are no-ai, no-generative-ai, ask-me-first, everything.",
    ),
    "contact-missing": ("Contact missing", "Who wants to be asked first says where."),
    "conditions-without-conditional": (
        "Conditions without conditional",
        "Conditions go with `conditional` alone.",
    ),
    "conditions-missing": (
        "Conditions missing",
        "`conditional` names at least one of licence, contact, credit, price.",
    ),
    "not-a-link": ("Not a link", "A licence is a link that begins with https://."),
    "bad-text": ("Not one line of text", "Write one line of printable characters."),
    "bad-title": ("Not a title", "A title is one line of 1 to 500 characters."),
    "broken-file": (
        "Not a file that can be read",
        "A catalogue is CSV, TSV, XLSX, JSON Lines or DDEX ERN 4; `detail` says what is wrong with this one.",
    ),
    "unknown-column": ("No such column", "A mapping names columns that the file has."),
    "unknown-field": ("Nothing that a column can hold", "`detail` names what a column can hold."),
    "given-twice": ("Given twice", "Only one column of a catalogue can hold this."),
    "no-identifiers": (
        "No column with identifiers",
        "A row names a work by an identifier; say which column holds them.",
    ),
    "bad-prefix": (
        "Not an issued prefix",
        "The prefix is too short to be issued to one organisation.",
    ),
    "not-its-identifier": ("Not its identifier", "What is claimed has no such identifier."),
    "unknown-usage": (
        "Unknown usage category",
        "The categories are search, recommendation, identification, data-mining, ai-training, "
        "generative-training, voice-likeness, ai-input and ai-index.",
    ),
    "self-link": ("A link to itself", "A work is not linked to itself."),
    "unknown-parameter": (
        "Unknown parameter",
        "The query has a parameter that this call does not know.",
    ),
    "missing-parameter": ("Missing parameter", "The query lacks a parameter that this call needs."),
    "bad-parameter": ("Bad parameter", "A parameter of the query has a value it cannot have."),
    "bad-idempotency-key": ("Bad Idempotency-Key", "A key is 1 to 200 printable ASCII characters."),
    "unsupported-media-type": ("Unsupported media type", "Bodies are application/json."),
    "not-acceptable": ("Not acceptable", "None of the forms in Accept can be given here."),
    "too-large": ("Too large", "Over a limit of bytes, items or depth; ask in smaller parts."),
    "header-too-large": ("Header too large", "A header field is longer than this registry reads."),
    # -- who sent it --
    "unauthenticated": ("Who are you?", "Send a personal token, or sign the request."),
    "signature-refused": ("Signature refused", _SIGN),
    "signature-missing": ("Not signed", _SIGN),
    "signature-malformed": (
        "Signature malformed",
        "Signature-Input or Signature is not as RFC 9421 writes it.",
    ),
    "signature-ambiguous": ("Several signatures", "Send one signature for this registry."),
    "signature-undercovered": (
        "Signature covers too little",
        "`field` names the component that must be covered.",
    ),
    "signature-window-too-long": (
        "Signature lives too long",
        "`expires` is at most 300 s after `created`.",
    ),
    "signature-algorithm": ("Wrong algorithm", "The key decides the algorithm: leave alg out."),
    "signature-not-yet-valid": ("Signed in the future", "Compare your clock with ours."),
    "signature-expired": (
        "Signature expired",
        "Sign the request anew; compare your clock with ours.",
    ),
    "signature-invalid": (
        "Signature invalid",
        "The signature does not hold over the request as it arrived.",
    ),
    "signature-before-nonces": (
        "Signed before the memory of nonces began",
        "The registry lost its memory of spent nonces and cannot tell whether this request was sent "
        "before. Sign it anew.",
    ),
    "component-unknown": ("Unknown component", "A covered component cannot be rebuilt here."),
    "tag-wrong": ("Wrong tag", 'The signature needs tag="consent-registry".'),
    "keyid-missing": ("keyid missing", _SIGN),
    "nonce-missing": ("nonce missing", _SIGN),
    "created-missing": ("created missing", _SIGN),
    "expires-missing": ("expires missing", _SIGN),
    "digest-missing": ("Content-Digest missing", "A body needs Content-Digest: sha-256=:…:."),
    "digest-mismatch": (
        "Content-Digest does not match",
        "The body that arrived is not the one that was digested.",
    ),
    "nonce-replayed": (
        "Nonce spent",
        "This very request was asked before. Make a fresh nonce for each.",
    ),
    "token-refused": (
        "Access token refused",
        "Only a token that this registry gave for itself holds, in its time. Get another at the token endpoint.",
    ),
    "token-expired": (
        "Access token expired",
        "Get another at the token endpoint; each lives minutes.",
    ),
    "token-and-signature": (
        "Token and signature",
        "A question is signed, or it has an access token. Leave one out.",
    ),
    "assertion-malformed": (
        "Assertion malformed",
        "A client assertion is a JWT with kid in its header, and iss, sub, aud, iat, exp and jti (RFC 7523).",
    ),
    "assertion-invalid": (
        "Assertion invalid",
        "Its signature does not hold for the key that kid names, or its alg is not that key's.",
    ),
    "assertion-client": (
        "Another client",
        "iss and sub (and client_id, if sent) are the id of the platform whose key signed the assertion.",
    ),
    "assertion-audience": (
        "Another audience",
        "aud is the token endpoint or the issuer of this registry, and nobody else besides.",
    ),
    "assertion-expired": ("Assertion expired", "Make a fresh one; compare your clock with ours."),
    "assertion-not-yet-valid": ("Assertion from the future", "Compare your clock with ours."),
    "assertion-window-too-long": (
        "Assertion lives too long",
        "exp is at most 300 s after iat.",
    ),
    "assertion-replayed": (
        "Assertion spent",
        "An assertion counts once. Make a fresh one, with a jti of its own, for each token.",
    ),
    "assertion-before-nonces": (
        "Signed before the memory of assertions began",
        "The registry lost its memory of spent assertions and cannot tell whether this one was sent before. "
        "Make a fresh one.",
    ),
    "key-unknown": ("Unknown key", "No platform registered a key with this keyid."),
    "test-key": (
        "A test key",
        "It is good for questions (/v1/verify), which the sandbox answers. Sign anything else with a real key.",
    ),
    "not-in-the-sandbox": (
        "Not in the sandbox",
        "A test key is answered about the sandbox's identifiers alone (docs/platforms.md). This is no absence, and no "
        "permission.",
    ),
    "key-revoked": ("Revoked key", "This key was revoked; sign with one in use."),
    "key-refused": ("Key refused", "A public key that must not be trusted."),
    "verification-failed": ("Does not hold", "A signature, proof or digest does not hold."),
    # -- what it wanted --
    "forbidden": ("Not yours to do", "Whoever asked is known, but this belongs to somebody else."),
    "form-refused": (
        "Form refused",
        "A form has to come from a page of this registry, and to be of the session that sends it. Open the page again.",
    ),
    "proof-too-old": (
        "Prove again who you are",
        "What permits or deletes something needs a proof of who you are that is less than five minutes old.",
    ),
    "not-found": (
        "Not found",
        "There is nothing of this name here. (A question about an asset never gets this.)",
    ),
    "event": ("An event does not hold", "It is not what the log committed to."),
    "erased": (
        "Erased",
        "This record named somebody who was erased. `remains` is what is left of it: what was said goes on counting, "
        "and its place in the log is proved. The signed record is gone for good.",
    ),
    "method-not-allowed": ("Method not allowed", "The Allow header says what can be done here."),
    "beyond-the-log": (
        "Beyond the log",
        "You have read more entries than this log has; its store may be an older one, restored. Ask its operator.",
    ),
    "conflict": ("Contradicts what stands", "It stands already, or has ended already."),
    "not-rooted-yet": (
        "Not in the log yet",
        "The root over the questions of an hour is logged a minute or two after its end; ask again then.",
    ),
    "said-already": ("Said already", "This was sent already; its page says what came of it."),
    "nothing-there": ("Nothing there", "Nothing stands there that could be taken back."),
    "too-many-running": (
        "Too much under way",
        "Several changes of many works are under way for this rightsholder; wait until one has ended, or cancel one.",
    ),
    "choice-gone": (
        "Chosen long ago",
        "Works that were chosen in a list are kept for a day, and this is over; choose them again.",
    ),
    "withdrawn-already": ("Withdrawn already", "This declaration was withdrawn already."),
    "confirmed-already": ("Confirmed already", "This was confirmed already."),
    "idempotency-conflict": (
        "Idempotency-Key used",
        "The same key came with another request; use a fresh one.",
    ),
    "too-many-requests": (
        "Too many requests",
        "Wait as long as Retry-After says, or sign your requests.",
    ),
    "overloaded": (
        "Too much at once",
        "Too many writes are under way. Nothing was done; wait as long as Retry-After says, and send it again.",
    ),
    # -- what is wrong here --
    "log-refuses": ("The log will not sign", "An operator has to look. Nothing was acknowledged."),
    "unavailable": ("Unavailable", "Ask again. This is no answer, and above all no permission."),
    "configuration": ("Set up wrongly", "An operator has to look first."),
    "internal": (
        "A fault of ours",
        "It was noted. This is no answer, and above all no permission.",
    ),
    "error": ("Error", "It could not be done."),
    "bad-request": ("Bad request", "The request is not HTTP as this registry reads it."),
}
"""code → (title, what it means)."""
