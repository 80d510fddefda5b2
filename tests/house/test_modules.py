"""Every module says what it is for, is tested where one looks for it, and stays small."""

import ast
import re

from tests.house.tree import ROOT, listed, modules, tracked_files

LONGEST_FUNCTION = 60
LONGEST_MODULE = 320

# A module whose behaviour is tested somewhere else than in its mirror image, and why.
TESTED_ELSEWHERE: dict[str, str] = {
    "registry/storage/journal_tables.py": "through test_migrate.py, and test_journal.py",
    "registry/storage/saying_tables.py": "through test_migrate.py, and the tests of what is kept in them",
    "registry/web/say/about.py": "through the tests of the pages, which are about one work, many, and all",
    "registry/web/say/install.py": "through test_routes.py, which calls every route",
    "registry/web/say/said.py": "through the tests of the pages, which read what they say",
    "registry/web/waiting.py": "through web/say/test_waiting_pages.py: what each kind of wait shows",
    "registry/mail/letter.py": "through test_letters.py, letter by letter and language by language",
    "registry/mail/notice_letters.py": "through test_letters.py, and services/test_notify.py",
    "registry/storage/notice_tables.py": "through test_migrate.py, and test_notices.py",
    "registry/web/inbox/install.py": "through test_routes.py, which calls every route",
    "registry/storage/list_tables.py": "through test_migrate.py, test_choices.py and test_repertoire.py",
    "registry/web/works/install.py": "through test_routes.py, which calls every route",
    "registry/web/works/said.py": "through test_list_page.py, which reads what it says",
    "registry/web/works/one_said.py": "through test_one_page.py and test_one_forms.py, which read what it says",
    "registry/web/begin/said.py": "through test_answers.py and the pages' tests, which read what they say",
    "registry/web/begin/install.py": "through test_routes.py, which calls every route",
    "registry/web/begin/kept.py": "through web/begin/test_questions.py, with cookies and accounts",
    "registry/web/catalogue/said.py": "through web/catalogue/test_run_page.py, which reads what it says",
    "registry/web/catalogue/install.py": "through test_routes.py, which calls every route",
    "registry/web/catalogue/shown.py": "through web/catalogue/test_run_page.py, member by member",
    "registry/services/help_account.py": "through tests/cli/test_accounts.py",
    "registry/web/account/said.py": "through the tests of the account's pages, which read what they say",
    "registry/web/account/install.py": "through test_routes.py, which calls every route",
    "registry/services/sign_up.py": "through tests/web/account/test_sign_up_pages.py",
    "registry/services/sign_in.py": "through tests/web/account/test_sign_in_pages.py",
    "registry/services/providers.py": "through tests/web/account/test_provider_pages.py, on a real provider",
    "registry/services/leave_erased.py": "through tests/web/account/test_leaving_pages.py, with every row of the store",
    "registry/worker/erasures.py": "through tests/web/account/test_leaving_pages.py, before and after the wait",
    "registry/domain/erasure.py": "through services/test_erase.py, and integration/test_replayed_exports.py",
    "registry/storage/erasures.py": "through services/test_erase.py, with every row of the store",
    "registry/storage/erasure_tables.py": "through test_migrate.py, and test_leaving_pages.py",
    "registry/storage/rewording.py": "through services/test_erase.py, against a projection made anew",
    "registry/storage/overwriting.py": "through services/test_erase.py, in the bytes of the files",
    "registry/services/leave.py": "through tests/web/account/test_leaving_pages.py, with every row of the store",
    "registry/services/act_for.py": "through tests/web/account/test_member_pages.py, with sessions and mails",
    "registry/storage/account_tables.py": "through test_migrate.py, and the tests of what is kept in them",
    "registry/domain/identifier_codes.py": "through test_identifiers.py and the vectors, scheme by scheme",
    "registry/domain/identifier_digests.py": "through test_identifiers.py and the vectors, scheme by scheme",
    "registry/services/export_keys.py": "through services/test_make_export.py: older checkpoints, replayed",
    "registry/services/export_papers.py": "through services/test_make_export.py, bagit and frictionless",
    "registry/services/write_export.py": "through services/test_make_export.py and test_export_scope.py",
    "registry/storage/whole_log.py": "through services/test_make_export.py, on both databases",
    "registry/storage/export_index.py": "through services/test_export_scope.py, scope by scope",
    "registry/client/exports/comparing.py": "through client/exports/test_judging.py, member by member",
    "registry/client/exports/heads.py": "through client/exports/test_verify.py and test_tampered_exports.py",
    "registry/client/exports/log_keys.py": "through client/exports/test_verify.py: rotated, compromised, newer",
    "registry/client/exports/manifest.py": "through client/exports/test_verify.py, member by member",
    "registry/client/exports/records.py": "through client/exports/test_history.py, and test_tampered_exports.py",
    "registry/client/exports/status.py": "through client/exports/test_verify.py and test_tampered_exports.py",
    "registry/services/compare_asks.py": "through test_root_asks.py, with rows and roots that were changed",
    "registry/storage/proof_tables.py": "through test_migrate.py, and test_proofs.py",
    "registry/storage/platform_tables.py": "through test_migrate.py, and the tests of what is kept in them",
    "registry/api/platform_schemas.py": "through test_platforms.py and test_own_account.py, as above",
    "registry/storage/ask_tables.py": "through test_migrate.py, and test_asks.py",
    "registry/storage/witness_tables.py": "through test_migrate.py, and test_cosignatures.py",
    "registry/storage/census_tables.py": "through test_migrate.py, and test_censuses.py",
    "registry/api/import_schemas.py": "through test_imports.py, which holds every reply against them",
    "registry/services/present_import.py": "through api/test_imports.py, member by member",
    "registry/storage/import_tables.py": "through test_migrate.py, and test_imports.py",
    "registry/api/ask_schemas.py": "through test_asks.py and test_lookups.py, which hold every reply against them",
    "registry/storage/audit_tables.py": "through test_migrate.py, and the tests of what is kept in them",
    "registry/storage/audit_grants.py": "through web/audit/test_pages.py and cli/test_auditors.py",
    "registry/storage/audit_exports.py": "through web/audit/test_pages.py, from asked for to forgotten",
    "registry/storage/proposals.py": "through services/test_second_steward.py",
    "registry/storage/acts.py": "through services/test_root_acts.py and web/audit/test_pages.py",
    "registry/services/compare_acts.py": "through test_root_acts.py, with acts and roots that were changed",
    "registry/services/grant_audit.py": "through web/audit/test_pages.py and cli/test_auditors.py",
    "registry/services/list_acts.py": "through web/audit/test_pages.py, as page, CSV and lines",
    "registry/services/count_for_audit.py": "through web/audit/test_pages.py, scope by scope",
    "registry/services/export_for_audit.py": "through web/audit/test_pages.py, from asked for to forgotten",
    "registry/worker/acts.py": "through services/test_root_acts.py",
    "registry/worker/audit_exports.py": "through web/audit/test_pages.py",
    "registry/worker/audit_figures.py": "through web/audit/test_pages.py, from not counted to forgotten",
    "registry/storage/kept_figures.py": "through web/audit/test_pages.py, from not counted to forgotten",
    "registry/web/audit/looking.py": "through web/audit/test_pages.py, by session and by token",
    "registry/web/audit/install.py": "through test_routes.py, which calls every route",
    "registry/api/admission.py": "through api/test_permissions.py and house/test_routes.py, route by route",
    "registry/domain/glance.py": "through storage/test_glances.py, held against every rule",
    "registry/domain/plain_words.py": "through test_plain_case.py and storage/test_glances.py",
    "registry/storage/key_tables.py": "through test_migrate.py, and the tests of what is kept in them",
    "registry/storage/standpoint.py": "through test_lookups.py and test_at_hand.py",
    "registry/domain/wide_form.py": "through test_urls.py and the vectors",
    "registry/signing/note_key.py": "through test_note.py, with the notes that the keys sign",
    "registry/signing/published_keys.py": "through test_public_key.py: each key and its negative is refused",
    "registry/signing/request_components.py": "through test_http_signature.py and the RFC's vectors",
    "registry/signing/request_profile.py": "through test_http_signature.py, check by check",
}

UNFINISHED_THOUGHTS = re.compile(r"_?(utils?|utilities|helpers?|managers?|commons?|misc)_?")


def mirror_of(module: str) -> str:
    """registry/domain/urls.py → tests/domain/test_urls.py."""
    *rooms, name = module.removeprefix("registry/").split("/")
    return "/".join(["tests", *rooms, f"test_{name}"])


def test_every_module_of_the_registry_says_what_it_is_for() -> None:
    silent = [path for path, tree in modules("registry") if not ast.get_docstring(tree)]
    assert not silent, listed(silent)


def test_every_module_of_the_registry_has_its_tests_in_the_mirrored_place() -> None:
    untested = [
        f"{path} → {mirror_of(path)}"
        for path, _ in modules("registry")
        if not path.endswith("/__init__.py")
        and path not in TESTED_ELSEWHERE
        and not (ROOT / mirror_of(path)).is_file()
    ]
    assert not untested, listed(untested)


def test_a_package_holds_its_docstring_and_what_it_offers_and_nothing_to_test() -> None:
    # This is why __init__ modules need no tests of their own.
    doing_more = [
        f"{path}:{statement.lineno}"
        for path, tree in modules("registry")
        if path.endswith("/__init__.py")
        for statement in tree.body
        if not (
            isinstance(statement, ast.Import | ast.ImportFrom)
            or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
            or (
                isinstance(statement, ast.Assign | ast.AnnAssign)
                and re.match(r"__(all|version)__\b", ast.unparse(statement))
            )
        )
    ]
    assert not doing_more, listed(doing_more)


def test_what_is_excused_from_a_mirrored_test_exists_and_has_none() -> None:
    stale = [
        path
        for path in TESTED_ELSEWHERE
        if not (ROOT / path).is_file() or (ROOT / mirror_of(path)).is_file()
    ]
    assert not stale, listed(stale)


def test_no_file_is_called_utils_helpers_manager_common_or_misc() -> None:
    named_so = [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if any(
            UNFINISHED_THOUGHTS.fullmatch(part.split(".")[0])
            for part in path.relative_to(ROOT).parts
        )
        and "vectors" not in path.parts
    ]
    assert not named_so, listed(named_so)


def test_no_function_of_the_registry_is_too_long_to_be_read_at_once() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, tree in modules("registry")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long, listed(long)


def test_no_module_of_the_registry_is_too_long_to_be_held_in_mind() -> None:
    long = [
        f"{path}: {lines} lines"
        for path, _ in modules("registry")
        if (lines := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    ]
    assert not long, listed(long)


def test_what_others_call_in_the_pure_rooms_and_the_client_is_documented() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules(
            "registry/domain",
            "registry/tlog",
            "registry/signing",
            "registry/screening",
            "registry/client",
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent, listed(silent)
