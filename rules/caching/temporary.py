"""What a step needs only while it runs, and leaves in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command
from dockerlint.shell.words import Assignment
from dockerlint.source import Text

from .left import is_lasting
from .paths import Located, downloaded_by, is_mounted, located, may_be_gone, path_in

# Below these, nobody looks for a program.
_SCRATCH = ("/usr/src/", "/tmp/", "/var/tmp/")  # noqa: S108
# Folders of that name hold the application, or what the helpers of php's images build extensions from.
_KEPT = frozenset({"php", "app", "myapp", "web", "server", "api", "site", "project"})
_SIGNATURES = (".asc", ".sig", ".sign")
_FETCHERS = frozenset({"tar", "unzip", "git", "curl", "wget", "svn", "hg"})


class TemporaryFilesLeft(Rule[Layer]):
    """A step leaves files behind that only the step itself needed.

    Build trees, signatures and temporary folders stay in the layer, and no later RUN can take them out of it.

    Delete them in the same RUN: `&& rm -rf /tmp/redis`; or build in a stage of its own, and copy the result.

    https://docs.docker.com/build/building/best-practices/#create-ephemeral-containers
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = (
        "rmRecursiveAfterMktempD", "mkdirUsrSrcThenRemove", "gpgVerifyAscRmAsc", "gemUpdateSystemRmRootGem",
    )  # fmt: skip
    bad = {
        'FROM debian:trixie\nRUN export GNUPGHOME=«"$(mktemp -d)"» && gpg --batch --recv-keys ABC': None,
        "FROM debian:trixie\nRUN git clone https://x.io/redis /usr/src/redis && «make -C /usr/src/redis install»": None,
        "FROM debian:trixie\nRUN mkdir /tmp/b && cd /tmp/b && curl -fsSL https://x.io/a.tgz | tar xz \\\n"
        "  && ./configure && make && «make install»": None,
        "FROM debian:trixie\nRUN curl -fsSLO https://x.io/a.gz.asc && gpg --verify «a.gz.asc» a.gz": None,
    }
    good = (
        'FROM debian:trixie\nRUN export GNUPGHOME="$(mktemp -d)" && gpg --recv-keys ABC && rm -rf "$GNUPGHOME"',
        "FROM debian:trixie\nRUN d=$(mktemp -d) && trap 'rm -rf $d' EXIT && make -C $d",
        "FROM debian:trixie\nRUN git clone https://x.io/a /tmp/a && make -C /tmp/a install && rm -rf /tmp/a",
        "FROM debian:trixie\nRUN cd /tmp && git clone https://x.io/a && cd a && make install && rm -rf /tmp/*",
        "FROM debian:trixie\nRUN git clone https://x.io/a /usr/src/a && make -C /usr/src/a install\nWORKDIR /usr/src/a",
        "FROM debian:trixie\nRUN mkdir -p /usr/src/app && cd /usr/src/app && git clone https://x.io/a . && make install",
        "FROM debian:trixie\nRUN git clone https://x.io/a /opt/a && make -C /opt/a install",
        "FROM debian:trixie\nRUN curl -fsSLO https://x.io/a.asc && gpg --verify a.asc a && rm a.asc",
        "FROM debian:trixie\nRUN --mount=type=tmpfs,target=/tmp git clone https://x.io/a /tmp/a && make -C /tmp/a install",
    )

    def check(self, layer: Layer) -> Findings:
        if not is_lasting(layer):
            return
        if "mktemp" in layer.script.text:
            for assignment in _temporary_folders(layer):
                if assignment.value is not None:
                    message = f"the folder of `mktemp -d` in `{assignment.name}` stays in the layer"
                    yield self.finding(assignment.value.value, message)
        commands = list(located(layer)) if layer.named("make", "cmake", "ninja", "python", "python3", "gpg") else []
        for place, tree in _build_trees(layer, commands):
            yield self.finding(place, f"the build tree {tree} stays in the layer")
        for signature in _signatures(layer, commands):
            yield self.finding(signature, f"the signature `{signature}` stays in the layer")


def _temporary_folders(layer: Layer) -> Iterator[Assignment]:
    """The assignments of `$(mktemp -d)` whose folder nothing deletes or moves."""
    for index, command in enumerate(layer.commands):
        for assignment in command.assignments:
            value = assignment.value
            if value is None or "mktemp -d" not in value.value or not value.value.startswith(("$(", "`")):
                continue
            names = (f"${assignment.name}", f"${{{assignment.name}")
            later = layer.commands[index + 1 :]
            if not any(_takes(other, names) for other in later) and not is_mounted(layer, "/tmp/x"):  # noqa: S108
                yield assignment


def _takes(command: Command, names: tuple[str, ...]) -> bool:
    is_taker = command.name in ("rm", "mv", "trap", "find")
    return is_taker and any(name in word.value for word in command.arguments for name in names)


def _build_trees(layer: Layer, commands: Sequence[Located]) -> Iterator[tuple[Text, str]]:
    """The folders of sources that were fetched, built and installed, each at its installation."""
    seen: set[str] = set()
    for index, (command, folder) in enumerate(commands):
        tree = _tree_of(command, folder)
        if tree is None or tree in seen or _is_used(layer, tree) or is_mounted(layer, tree):
            continue
        is_fetched = any(other.name in _FETCHERS for other, _ in commands[:index])
        if is_fetched and not may_be_gone(tree, commands) and not _is_thinned(tree, commands):
            seen.add(tree)
            yield command.text, tree


def _tree_of(command: Command, folder: str | None) -> str | None:
    """The folder below /tmp or the like from which a command installs what was built there."""
    words = [str(word.value) for word in command.operands]
    if command.name in ("make", "ninja"):
        target = command.options.value("-C", "--directory")
        is_install = any(word.startswith("install") for word in words)
    elif command.name == "cmake":
        target = command.options.value("--install")
        is_install = target is not None
    elif command.name in ("python", "python3"):
        target, is_install = None, words[:2] == ["setup.py", "install"]
    else:
        return None
    place = path_in(folder, str(target.value)) if target is not None else folder
    if not is_install or place is None:
        return None
    for scratch in _SCRATCH:
        name = place.removeprefix(scratch).partition("/")[0]
        if place.startswith(scratch) and name not in _KEPT and not name.startswith("$"):
            return scratch + name
    return None


def _is_used(layer: Layer, tree: str) -> bool:
    """Whether the stage works in the folder, or names it again."""
    if f"{layer.before.workdir or ''}/".startswith(f"{tree}/"):
        return True
    following = (one for one in layer.build.dockerfile.instructions if one.start_line > layer.run.start_line)
    return any(tree in one.rest or posixpath.dirname(tree) == one.rest for one in following)


def _is_thinned(tree: str, commands: Sequence[Located]) -> bool:
    """Whether something in the folder is deleted: then it is kept for what is left of it."""
    removed = (
        path_in(folder, str(word.value)) for one, folder in commands if one.name == "rm" for word in one.operands
    )
    return any(path.startswith(f"{tree}/") for path in removed)


def _signatures(layer: Layer, commands: Sequence[Located]) -> Iterator[Text]:
    """The downloaded signatures that gpg checks and nothing deletes."""
    downloaded: set[str] = set()
    for index, (command, folder) in enumerate(commands):
        action = action_of(command) if command.name in ("curl", "wget") else None
        downloaded.update(downloaded_by(action, folder) if action is not None else ())
        if command.name not in ("gpg", "gpg2") or not any(word.value == "--verify" for word in command.arguments):
            continue
        for word in command.arguments:
            path = path_in(folder, str(word.value))
            is_kept = path in downloaded and word.value.endswith(_SIGNATURES) and not is_mounted(layer, path)
            if is_kept and not may_be_gone(path, commands[index + 1 :]):
                yield word.value
