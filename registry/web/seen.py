"""That what is sent is what was seen: a page that is sent as it stands bears a mark of what it showed, and its form
counts only while the same would be shown. Else a page left open beside another would say what was answered there.

The mark is no secret and proves nothing: who may send the form is in the table of permissions.
"""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any, Final

import msgspec
from flask import request

FIELD: Final = "seen"
_BYTES: Final = 15


def mark_of(shown: Any) -> str:
    """The mark of what a page shows (JSON values), for its form's hidden field `seen`."""
    content = msgspec.json.encode(shown, order="deterministic")
    return urlsafe_b64encode(hashlib.sha256(content).digest()[:_BYTES]).decode()


def is_as_seen(mark: str) -> bool:
    """Was the form of this request on a page that showed what has this mark? No mark was on none."""
    return request.form.get(FIELD, "") == mark
