"""The files that a start command cannot do without, told from its words alone."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dockerlint.application.start import Start, is_path, start_target

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_NODE_VALUES = frozenset(
    {"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file", "--title"}
)
# With these node runs something else than a file.
_NODE_OTHERS = frozenset(
    {"-e", "--eval", "-p", "--print", "-pe", "-c", "--check", "-i", "--interactive", "--run", "--test"}
)


class Needed(NamedTuple):
    """What a command starts: one of `paths`, from the folder that it runs in, must be there.

    `word` is the word that says it. `module` is the Python module, if it is one: that may be installed as well.
    """

    word: str
    paths: tuple[str, ...]
    module: str = ""


def needed_files(words: Sequence[str], environment: Mapping[str, str]) -> Needed | None:
    """The files that a command of literal words needs; None where it needs none, or nobody knows."""
    if not words:
        return None
    program = posixpath.basename(words[0])
    if "/" in words[0]:
        return Needed(words[0], (words[0],))
    if program in _SHELLS:
        return _of_shell(words[1:])
    if program in ("node", "nodejs"):
        return _of_node(words[1:])
    if program == "java":
        return _of_java(words[1:])
    start = start_target(words, environment)
    return _of_python(start, environment) if start is not None and start.word else None


def _of_shell(words: Sequence[str]) -> Needed | None:
    for word in words:
        if word.startswith("-") and "c" in word.lstrip("-")[:3]:
            return None
        if not word.startswith(("-", "+")):
            return Needed(word, (word,))
    return None


def _of_node(words: Sequence[str]) -> Needed | None:
    place = 0
    while place < len(words):
        word = words[place]
        if word.partition("=")[0] in _NODE_OTHERS:
            return None
        if not word.startswith("-"):
            # "inspect" is a command of node.
            suffixes = ("", ".js", ".cjs", ".mjs", ".json", ".node", ".ts", "/index.js", "/package.json")
            return (
                Needed(word, tuple(f"{word.rstrip('/')}{suffix}" for suffix in suffixes)) if word != "inspect" else None
            )
        place += 2 if word in _NODE_VALUES else 1
    return None


def _of_java(words: Sequence[str]) -> Needed | None:
    if "-jar" not in words[:-1]:
        return None
    jar = words[words.index("-jar") + 1]
    return Needed(jar, (jar,)) if jar.endswith((".jar", ".war")) else None


def _of_python(start: Start, environment: Mapping[str, str]) -> Needed | None:
    paths: list[str] = []
    roots = (start.folder, *(folder for folder in environment.get("PYTHONPATH", "").split(":") if folder))
    if any("$" in root for root in roots):
        return None
    for target in start.targets:
        if is_path(target):
            path = posixpath.join(start.folder, target)
            paths += [path, f"{path}.py"]
            continue
        stem = target.replace(".", "/")
        found = (posixpath.join(root, f"{stem}{suffix}") for root in roots for suffix in ("", ".py", ".pyc"))
        paths += found
    is_module = any(not is_path(target) for target in start.targets)
    module = min(start.targets, key=len) if is_module else ""
    return Needed(start.word, tuple(dict.fromkeys(paths)), module)
