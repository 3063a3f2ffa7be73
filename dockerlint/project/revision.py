"""What files were at a revision of git.

The repository may be anybody's, and its configuration and attributes name programs: to compare and convert files, to
watch folders, to fetch what is missing. So git is asked only for what needs none of them: names, and contents as they
are stored; and nothing is fetched.

https://git-scm.com/docs/git-cat-file
https://git-scm.com/docs/git-diff-index
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping

_OPTIONS = (
    *("--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
)
# No protocol is called `none`: where objects are missing, no program is started to get them.
_ENVIRONMENT = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


class NoRevision(Exception):
    """There is no git, no repository, or no such revision."""


def contents(revision: str, paths: Iterable[str]) -> dict[str, bytes | None]:
    """What the files held then, under the names that they had then; None for those that were not there.

    Raises NoRevision.
    """
    by_top: dict[str, dict[str, str]] = {}
    for path in paths:
        real = os.path.realpath(path)
        top = _top(os.path.dirname(real))  # noqa: PTH120 (strings, as everywhere that there are many)
        if top is None:
            message = f"{path} is in no git repository"
            raise NoRevision(message)
        by_top.setdefault(top, {})[path] = os.path.relpath(real, top).replace(os.sep, "/")
    found: dict[str, bytes | None] = {}
    for top, names in by_top.items():
        found |= _Repository(top).contents(revision, names)
    return found


def _top(folder: str) -> str | None:
    """The root of the work tree that a folder lies in."""
    if os.path.exists(f"{folder}/.git"):
        return folder
    above = os.path.dirname(folder)  # noqa: PTH120
    return _top(above) if above != folder else None


class _Repository:
    def __init__(self, top: str) -> None:
        program = shutil.which("git")
        if program is None:
            message = "git is not on the PATH, and only git knows what a revision held"
            raise NoRevision(message)
        self._top = top
        self._command = (program, *_OPTIONS, "-C", top)

    def contents(self, revision: str, names: Mapping[str, str]) -> dict[str, bytes | None]:
        """`names` has the name in the repository for each path."""
        commit = self._commit(revision)
        earlier = self._earlier_names(commit)
        then = {path: earlier.get(name, name) for path, name in names.items()}
        askable = [path for path, name in then.items() if "\n" not in name]  # a line asks for one file
        lines = b"".join(os.fsencode(f"{commit}:{then[path]}\n") for path in askable)
        answers = _Answers(self._ask("cat-file", "--batch", given=lines))
        return {**dict.fromkeys(names), **{path: answers.next() for path in askable}}

    def _commit(self, revision: str) -> str:
        # What begins with a dash would be an option, and is no name that git allows.
        name = revision if not revision.startswith("-") else ""
        unknown = f"`{revision}` is no revision of the git repository {self._top}"
        return self._ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", otherwise=unknown).decode().strip()

    def _earlier_names(self, commit: str) -> dict[str, str]:
        """What files were called that have been renamed since, as far as the index knows."""
        options = ("--cached", "--find-renames", "--diff-filter=R", "--name-status", "-z")
        fields = self._ask("diff-index", *options, commit).split(b"\0")
        return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(fields[1::3], fields[2::3], strict=False)}

    def _ask(self, *arguments: str, given: bytes = b"", otherwise: str = "git does not answer") -> bytes:
        """What git prints. Raises NoRevision with what it says against it, `otherwise` if that is nothing."""
        command, environment = [*self._command, *arguments], {**os.environ, **_ENVIRONMENT}
        done = subprocess.run(command, input=given, env=environment, capture_output=True, check=False)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")
            raise NoRevision(next((line for line in said if line.startswith("fatal:")), said[0]) or otherwise)
        return done.stdout


class _Answers:
    """What `git cat-file --batch` says, one object after another."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0

    def next(self) -> bytes | None:
        """The content of the next object, if it is a file."""
        end = self._text.index(b"\n", self._at)
        head = self._text[self._at : end].rsplit(b" ", 2)
        self._at = end + 1
        if not head[-1].isdigit():
            return None  # missing
        content = self._text[self._at : self._at + int(head[-1])]
        self._at += len(content) + 1
        return content if head[1] == b"blob" else None
