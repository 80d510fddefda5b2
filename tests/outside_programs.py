"""Programs outside Python that some tests need: which, how they are found, how to have them.

A test says `@pytest.mark.needs("node")` and is left out, with the line that installs the program,
when it is not there. The closing summary of the run names everything that was left out so.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OutsideProgram:
    """`commands` are alternatives for each thing needed; `files` must exist as well."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    how_to_have_it: str
    files: tuple[str, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """The commands and files that are not there; empty when a test can run."""
        commands = [names[0] for names in self.commands if not any(map(shutil.which, names))]
        return (*commands, *(file for file in self.files if not Path(file).exists()))

    def path(self) -> str:
        """The program itself. Raises LookupError when it is not there."""
        for name in self.commands[0]:
            if found := shutil.which(name):
                return found
        raise LookupError(f"{self.name} is not there: {self.how_to_have_it}")


PARTNERS = Path(__file__).resolve().parent.parent / ".partners"
"""Where `make partners` puts what is installed for tests alone."""

FRAMES = PARTNERS / "frames"
"""Where it puts the frameworks through which rows flow; tests/conftest.py lets Python find them."""

NODE_PARTNERS = Path(__file__).resolve().parent / "partners" / "node"
"""Where it puts npm packages: Node finds them from the scripts beside."""

PROGRAMS: Mapping[str, OutsideProgram] = {
    "chromium": OutsideProgram(
        "Chromium",
        (("chromium", "chromium-browser", "google-chrome"), ("chromedriver",)),
        "apt-get install --yes chromium chromium-driver",
    ),
    "node": OutsideProgram(
        "Node", (("node", "nodejs"), ("npm",)), "apt-get install --yes nodejs npm"
    ),
    "nginx": OutsideProgram("nginx", (("nginx",),), "apt-get install --yes nginx-light"),
    "datadiligence": OutsideProgram(
        "datadiligence",
        ((str(PARTNERS / "datadiligence" / "bin" / "python"),),),
        "make partners",
    ),
    "node partners": OutsideProgram(
        "Node's packages of tests/partners",
        (("node", "nodejs"),),
        "make partners",
        files=(str(NODE_PARTNERS / "node_modules" / "installed"),),
    ),
    "frames": OutsideProgram(
        "datasets, pandas and pyspark", (), "make partners", files=(str(FRAMES / "installed"),)
    ),
    "java": OutsideProgram("Java", (("java",),), "apt-get install --yes default-jre-headless"),
    "faketime": OutsideProgram("faketime", (("faketime",),), "apt-get install --yes faketime"),
    "go": OutsideProgram(
        "Go",
        (("go",),),
        "apt-get install --yes golang-go golang-golang-x-mod-dev",
        files=("/usr/share/gocode/src/golang.org/x/mod",),
    ),
}
