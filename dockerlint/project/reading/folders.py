"""The folders that a script names by where it stands: `$(dirname "$0")`, `$PWD`, the top of the repository."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dockerlint.project.files import Files, absolute

_DEEPEST = 5


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    own = r"(?:\$0|\$\{0\}|\$BASH_SOURCE|\$\{BASH_SOURCE(?:\[0\])?\}|\$\((?:readlink -f|realpath)(?: --)? \$0\))"
    return (
        re.compile(rf"\$\(dirname(?: --)? {own}\)|\$\{{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}}"),
        re.compile(r"\$\(cd (?:-P |-- )?(.+?)(?: ?&?> ?/dev/null(?: 2>&1)?)? ?(?:&&|;) ?pwd(?: -[PL])?\)"),
        re.compile(r"\$\((?:readlink -f|realpath)(?: --)? ([^()]+)\)"),
        re.compile(r"\$(?:(\w+)|\{(\w+)\})"),
    )


class Folders:
    """What a script at a path can know of folders."""

    def __init__(self, files: Files, path: Path | None) -> None:
        self._files = files
        self._own = absolute(path).parent if path is not None else None

    def told_by(self, text: str, here: tuple[Path, ...], variables: Mapping[str, str | None]) -> str | None:
        """The folder that a substitution stands for."""
        plain = re.sub(r"\s+", " ", text.replace('"', "").replace("'", "").replace("`", "")).strip()
        if text.startswith("`"):
            plain = f"$({plain})"
        plain = re.sub(r"\$\( ", "$(", plain).replace(" )", ")")
        return self._read(plain, here, variables, 0)

    def _read(self, text: str, here: tuple[Path, ...], variables: Mapping[str, str | None], depth: int) -> str | None:
        own, changed, resolved, parameter = _patterns()
        if self._own is not None:
            text = own.sub(lambda _: str(self._own), text)
        if "$(git rev-parse --show-toplevel)" in text and (top := self._top(here)) is not None:
            text = text.replace("$(git rev-parse --show-toplevel)", str(top))
        if len(here) == 1:
            text = re.sub(r"\$\(pwd(?: -[PL])?\)|\$PWD\b|\$\{PWD\}", lambda _: str(here[0]), text)
        text = parameter.sub(lambda match: variables.get(match[1] or match[2]) or match[0], text)
        if "$" not in text:
            return text
        match = changed.fullmatch(text) or resolved.fullmatch(text)
        if match is None or depth >= _DEEPEST:
            return None
        inner = self._read(match[1], here, variables, depth + 1)
        if inner is None or (not inner.startswith("/") and len(here) != 1):
            return None
        return str(absolute(here[0] / inner if here else Path(inner)))

    def _top(self, here: tuple[Path, ...]) -> Path | None:
        """The folder of the repository, if it is below the root."""
        start = here[0] if len(here) == 1 else self._own
        while start is not None and self._files.contains(start):
            if os.path.lexists(f"{start}/.git"):
                return start
            start = start.parent if start != start.parent else None
        return None
