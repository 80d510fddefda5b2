"""The work tree as the guards see it: tracked files, Python modules, their syntax trees."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NEVER_TRACKED = {".git", ".venv", "var", "build", "dist", "node_modules", "__pycache__"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that is tracked or about to be; without git, every file that could be."""
    try:
        # A tree owned by somebody else, as in a container, is safe to list.
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True,
        ).stdout.decode()  # fmt: skip
        files = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = [
            path
            for path in ROOT.rglob("*")
            if not any(
                part in NEVER_TRACKED or part.endswith((".egg-info", "_cache"))
                for part in path.relative_to(ROOT).parts
            )
        ]
    return tuple(sorted(path for path in files if path.is_file()))


def text_of(name: str) -> str:
    """The text of a file that the house must have; fails with its name when it is not there."""
    path = ROOT / name
    assert path.is_file(), f"{name} is missing, and a guard in tests/house needs it"
    return path.read_text(encoding="utf-8")


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """(path from the root, syntax tree) of each module, `modules("registry/domain")` and below."""
    for package in packages:
        found = sorted((ROOT / package).rglob("*.py"))
        assert found, f"{package} holds no module"
        for path in found:
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def names_of(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Each dotted name in the tree, `os.environ` as well as plain `getenv`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute | ast.Name):
            yield part, ast.unparse(part)


def listed(found: Iterable[str]) -> str:
    """One finding a line, whole: pytest would shorten a long list."""
    return "\n  ".join(["", *found])
