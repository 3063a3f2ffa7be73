"""Whether the Python packages of a build bring a command: gunicorn, uvicorn, flask.

All installations of the file are taken together, as if each were copied into every stage. So what is missing here is
missing for sure, if every requirements or lock file can be read.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache

from dockerlint.context.files import Context
from dockerlint.dockerfile.instructions import Copy, Instruction
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.commands import lack
from dockerlint.knowledge.python_scripts import SCRIPTS, may_bring_script, normal_name
from dockerlint.knowledge.records import canonical
from dockerlint.project.build import Build
from dockerlint.project.contents import contents
from dockerlint.project.layers import Layer
from dockerlint.project.writes import folder_after
from dockerlint.shell.packages import PackageAction
from dockerlint.source import Source

_LOCKS = {"poetry": "poetry.lock", "uv": "uv.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock"}
_INSTALLERS = frozenset({"pip", "poetry", "pipenv", "uv", "pdm", "wheel", "setuptools"})
_HARMLESS_VERBS = frozenset({"remove", "clean", "search", "build"})
_MOST_FILES = 20


def lists_without(build: Build, stage: Stage, script: str) -> list[str] | None:
    """The files that packages are installed from, if none of them leads to a command; None if one may, or unread."""
    if script not in SCRIPTS or build.context is None or not _is_bare_python(stage):
        return None
    if any(_may_copy_packages(build, link, copy) for link in stage.chain for copy in link.instructions):
        return None
    reading = _Reading(build, build.context, script)
    for layer in build.layers:
        for action in layer.actions:
            if reading.may_bring(layer, action):
                return None
    return reading.files


def _is_bare_python(stage: Stage) -> bool:
    base = stage.base
    return base is not None and canonical(base.name) == "python" and "onbuild" not in (base.tag or "")


def _may_copy_packages(build: Build, stage: Stage, instruction: Instruction) -> bool:
    """Whether a COPY takes from an image whose packages nobody knows."""
    if not isinstance(instruction, Copy) or instruction.origin is None:
        return False
    other = build.dockerfile.stage_of_origin(instruction.origin, stage)
    if other is None:
        return not all(source.endswith(("/uv", "/uvx")) for source in instruction.sources)
    return other.base is None or lack(other.base) is None


class _Reading:
    """Goes through the installations of a build, and the files that they read."""

    def __init__(self, build: Build, context: Context, script: str) -> None:
        self.files: list[str] = []
        self._contents = contents(build)
        self._context = context
        self._script = script

    def may_bring(self, layer: Layer, action: PackageAction) -> bool:
        if action.family == "system":
            names = [str(package.name) for package in action.packages]
            return any(self._script in name or name.startswith(("python3-", "py3-")) for name in names)
        if action.family == "conda":
            return True
        if action.family != "python" or action.verb.name in _HARMLESS_VERBS:
            return False
        if (
            action.local
            or action.urls
            or action.project is not None
            or (action.manifests and action.manager not in _LOCKS)
        ):
            return True
        packages = ((str(package.name), bool(package.extras)) for package in action.packages if package.is_literal)
        is_known = all(package.is_literal for package in action.packages)
        if not is_known or any(may_bring_script(*package, self._script) for package in packages):
            return not _is_of_tools(action)
        return any(self._list_may_bring(layer, action, name) for name in _lists(action))

    def _list_may_bring(self, layer: Layer, action: PackageAction, name: str) -> bool:
        index = next(number for number, one in enumerate(layer.commands) if one is action.command)
        earlier = layer.commands[:index]
        known = self._contents
        folder = folder_after(earlier, known.workdir(layer.stage, layer.before)) if known is not None else None
        if known is None or folder is None:
            return True
        path = posixpath.normpath(posixpath.join(folder, name))
        origin = known.presence_before(layer, path, earlier).origin
        return origin is None or self._file_may_bring(origin)

    def _file_may_bring(self, path: str) -> bool:
        source = self._context.read_text(path)
        if source is None or len(self.files) >= _MOST_FILES:
            return True
        if path not in self.files:
            self.files.append(path)
        if path.endswith(".lock"):
            return _is_locked(source, SCRIPTS[self._script])
        is_whole = "# via" in source.text or "--hash=" in source.text
        return any(self._line_may_bring(line, path, is_whole) for line in source.text.replace("\\\n", " ").splitlines())

    def _line_may_bring(self, line: str, path: str, is_whole: bool) -> bool:
        text = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not text or text.startswith(("--hash", "--index-url", "--extra-index-url", "--trusted-host", "-i ", "-c ")):
            return False
        if text.startswith(("-r ", "--requirement ", "--requirement=")):
            inner = posixpath.join(posixpath.dirname(path), re.split(r"[ =]", text, maxsplit=1)[1].strip())
            return posixpath.normpath(inner) not in self.files and self._file_may_bring(posixpath.normpath(inner))
        match = _requirement().match(text)
        if match is None or "://" in text or "@" in text:
            return True
        if is_whole:
            return normal_name(match[1]) == SCRIPTS[self._script]
        return may_bring_script(match[1], bool(match[2]), self._script)


def _lists(action: PackageAction) -> list[str]:
    """The files that an installation reads the packages from."""
    return [*(str(word.value) for word in action.requirements), *([_LOCKS[action.manager]] if action.manifests else [])]


def _is_of_tools(action: PackageAction) -> bool:
    """Whether an installation brings nothing but installers: `pip install poetry`."""
    return {str(package.name) for package in action.packages} <= _INSTALLERS


@cache
def _requirement() -> re.Pattern[str]:
    return re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[)?")


def _is_locked(source: Source, package: str) -> bool:
    """Whether a lock file names a package, in TOML (`name = "x"`) or JSON (`"x": {`)."""
    return f'name = "{package}"' in source.text or f'"{package}":' in source.text
