"""The registry's keys: made at first start, rotated, retired, reported as compromised. All of it is logged."""

from registry.domain.hosts import HOST_RULES_VERSION
from registry.domain.identifiers import CANONICAL_FORM_VERSION
from registry.domain.operator_events import KeyAdded, KeyCompromised, KeyRetired, RuleTablesAdopted
from registry.domain.vocabulary import VOCABULARY_VERSION
from registry.errors import NotFound
from registry.services.actor import REGISTRY, Actor
from registry.services.ledger import Ledger
from registry.services.signers import KeyFiles, open_signers
from registry.signing.keys import KeyPurpose, Signer
from registry.storage.key_table import StoredKey
from registry.storage.unit_of_work import UnitOfWork

RULE_TABLES = RuleTablesAdopted(
    vocabulary=VOCABULARY_VERSION,
    canonical_form=CANONICAL_FORM_VERSION,
    host_rules=HOST_RULES_VERSION,
)


def make_first_keys(uow: UnitOfWork, files: KeyFiles, now: int) -> list[StoredKey]:
    """One key a purpose, where the table is empty. Returns what was made; `log_first_events` logs it."""
    if uow.keys.all():
        return []
    made = [_stored(files.create(purpose), purpose, now) for purpose in KeyPurpose]
    for key in made:
        uow.keys.add(key)
    return made


def log_first_events(ledger: Ledger, made: list[StoredKey]) -> None:
    """The log begins with the rule tables and keys under which everything else is to be read."""
    if made:
        ledger.append(RULE_TABLES, REGISTRY)
    for key in made:
        ledger.append(_added(key), REGISTRY, details={"kid": key.kid, "purpose": key.purpose})


def adopt_rule_tables(ledger: Ledger) -> bool:
    """Logs the versions of the rule tables where they are not those last logged. Returns whether it did."""
    last = ledger.uow.log.last_of_type("rule-tables.adopted")
    if last is not None and last == RULE_TABLES:
        return False
    ledger.append(RULE_TABLES, REGISTRY)
    return True


def rotate_key(ledger: Ledger, files: KeyFiles, purpose: KeyPurpose, by: Actor) -> StoredKey:
    """A fresh key signs from now on; the old one is retired and stays published.

    The checkpoint over this very act is signed by the new key.
    """
    for old in ledger.uow.keys.all():
        if old.purpose == purpose.value and old.not_after is None:
            ledger.uow.keys.retire(old.kid, ledger.now)
            ledger.append(
                KeyRetired(kid=old.kid, purpose=purpose.value), by, details={"kid": old.kid}
            )
    fresh = _stored(files.create(purpose), purpose, ledger.now)
    ledger.uow.keys.add(fresh)
    ledger.append(_added(fresh), by, details={"kid": fresh.kid, "purpose": fresh.purpose})
    ledger.signers = open_signers(ledger.uow.keys.all(), files, ledger.now)
    return fresh


def report_compromise(
    ledger: Ledger, files: KeyFiles, kid: str, since: int, by: Actor
) -> StoredKey:
    """From `since` (ms) on only what the log shows to be older counts; a fresh key takes over.

    Raises: NotFound.
    """
    key = next((each for each in ledger.uow.keys.all() if each.kid == kid), None)
    if key is None:
        raise NotFound(f"this registry has no key {kid!r}", field="kid")
    ledger.uow.keys.compromise(kid, since)
    ledger.append(
        KeyCompromised(kid=kid, purpose=key.purpose, since=since), by, details={"kid": kid}
    )
    return rotate_key(ledger, files, KeyPurpose(key.purpose), by)


def _stored(signer: Signer, purpose: KeyPurpose, now: int) -> StoredKey:
    return StoredKey(
        kid=signer.kid,
        purpose=purpose.value,
        algorithm=signer.algorithm,
        jwk=dict(signer.public.jwk),
        not_before=now,
        not_after=None,
        compromised_at=None,
    )


def _added(key: StoredKey) -> KeyAdded:
    return KeyAdded(
        kid=key.kid,
        purpose=key.purpose,
        algorithm=key.algorithm,
        jwk=key.jwk,
        not_before=key.not_before,
    )
