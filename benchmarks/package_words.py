"""What the package model makes of a folder of Dockerfiles: counts by manager, and words that look wrong.

    python -m benchmarks.package_words FOLDER [--sample MANAGER COUNT]

FOLDER holds Dockerfiles under any names. A word taken for a package looks wrong if it begins with a
dash, holds a slash or an address, or is one of the command's option values; variables and the output
of commands are left out, since nobody can tell. With --sample, COUNT
packages of a manager, picked evenly, are printed with their command.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dockerlint.dockerfile.instructions import ShellForm
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.shell.packages import Package, PackageAction, action_of
from dockerlint.source import Source


def actions(folder: Path) -> Iterator[PackageAction]:
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        for instruction in Dockerfile(Source.from_bytes(file.name, file.read_bytes())).instructions:
            if isinstance(instruction, ShellForm):
                for command in instruction.commands:
                    action = action_of(command)
                    if action is not None:
                        yield action


def looks_wrong(action: PackageAction, package: Package) -> bool:
    word = package.text
    is_scoped = action.family == "node" and word.startswith("@") and word.count("/") == 1
    if is_scoped or word.startswith(("$", "`")):
        return False
    values = [option.value.value for option in action.options.options if option.value is not None]
    is_value = any(value.start == word.start for value in values)
    holds_slash = "/" in package.name and action.manager not in ("go", "composer")
    return word.startswith("-") or "://" in word or holds_slash or is_value


def show(action: PackageAction, package: Package) -> None:
    version = f" [{package.operator}{package.version}]" if package.version is not None else ""
    marks = "".join(
        mark
        for mark, is_set in (
            (" group", package.is_group),
            (" removal", package.is_removal),
            (" not literal", not package.is_literal),
        )
        if is_set
    )
    command = " ".join(action.command.text.split())[:110]
    print(f"  {package.name}{version}{marks}  <- {package.text}  in: {command}")


def main(arguments: list[str]) -> None:
    found = list(actions(Path(arguments[0])))
    verbs = Counter((action.manager, action.verb.name) for action in found)
    packages = Counter(action.manager for action in found for _ in action.packages)
    for manager, count in Counter(action.manager for action in found).most_common():
        by_verb = ", ".join(f"{verb} {number:,}" for (name, verb), number in verbs.most_common() if name == manager)
        print(f"{manager:12} {count:7,} actions ({by_verb}), {packages[manager]:,} packages")
    wrong = [(action, package) for action in found for package in action.packages if looks_wrong(action, package)]
    print(f"{len(wrong):,} words look wrong")
    for action, package in wrong:
        show(action, package)
    if "--sample" in arguments:
        wanted, most = arguments[arguments.index("--sample") + 1 :][:2]
        pairs = [(action, package) for action in found if action.manager == wanted for package in action.packages]
        step = max(1, len(pairs) // int(most))
        print(f"{wanted}: {len(pairs):,} packages")
        for action, package in pairs[::step][: int(most)]:
            show(action, package)


if __name__ == "__main__":
    main(sys.argv[1:])
