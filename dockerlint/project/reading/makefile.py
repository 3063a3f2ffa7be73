"""Makefiles: the recipes that build images, with the variables of make put in as far as they are plain.

https://www.gnu.org/software/make/manual/html_node/Using-Variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dockerlint.project.build import has_development_part
from dockerlint.project.builders import Builder, BuildLink
from dockerlint.project.files import Files
from dockerlint.project.reading import commands
from dockerlint.source import Source, Text

_DEEPEST = 10
_LONGEST_VALUE = 4096
_LONGEST_RECIPE = 20_000
_MOST_LINES = 20_000
_MOST_VALUES = 100_000  # that are put in for references


class _Recipe(NamedTuple):
    """A line of a recipe, with those that continue it, and the target that it makes."""

    target: str
    text: Text


@cache
def _reference() -> re.Pattern[str]:
    """`$(X)`, `${X}`, `$x` and `$$`; what stands in brackets may have brackets of its own."""
    inner = r"(?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+"
    return re.compile(rf"\$(?:\$|\({inner}\)|\{{[^{{}}]*\}}|[^\s($\{{])")


@cache
def _assignment() -> re.Pattern[str]:
    return re.compile(r"(?:export +|override +)*([A-Za-z_][\w.-]*) *(::?:?=|\?=|\+=|!=|=) *(.*)", re.DOTALL)


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(r"([^\s:=#][^:=#]*)::?(?!=)(.*)", re.DOTALL)


def links_in(source: Source, folder: Path, files: Files) -> Iterator[BuildLink]:
    """What the recipes of a Makefile build; make runs them in its folder."""
    makefile = _Makefile(source, folder)
    recipes = () if ".ONESHELL" in source.text else makefile.recipes
    for recipe in recipes:
        target = makefile.expanded(recipe.target, 0) or recipe.target
        name = f"`make {target.split()[0]}`" if target.split() else "make"
        # Another Makefile may include one that does not lie at the root.
        is_doubtful = folder != files.root
        builder = Builder("makefile", name, (folder,), has_development_part(target), is_doubtful=is_doubtful)
        text = recipe.text.part(len(recipe.text) - len(recipe.text.lstrip("@-+ \t")), len(recipe.text))
        values = {match.start(): makefile.value(match[0], 0) for match in _reference().finditer(text)}
        script = commands.substituted(text, _reference(), values)
        yield from commands.links_in(script, builder, files, variables={})


class _Makefile:
    """The variables and the recipes of a Makefile."""

    def __init__(self, source: Source, folder: Path) -> None:
        self._folder = folder
        self._variables: dict[str, str | None] = {}
        self.recipes: list[_Recipe] = []
        self._left = _MOST_VALUES
        self._read(source)

    def _read(self, source: Source) -> None:
        target, conditions = "", 0
        in_definition = False
        for text in _logical_lines(source):
            line = text.strip()
            if in_definition:
                in_definition = line != "endef"
            elif text.startswith("\t"):
                if target and len(text) <= _LONGEST_RECIPE:
                    self.recipes.append(_Recipe(target, text))
            elif line.startswith(("ifeq", "ifneq", "ifdef", "ifndef")):
                conditions += 1
            elif line == "endif":
                conditions -= 1
            elif re.match(r"(?:export |override )*define\s", line):
                in_definition = True
                self._variables[line.split()[-1].rstrip("=:?+")] = None
            elif match := _assignment().fullmatch(line):
                self._assign(match[1], match[2], match[3].partition(" #")[0].strip(), is_sure=not conditions)
            elif match := _rule().fullmatch(line):
                target = self._begin_rule(source, text, match, is_sure=not conditions)

    def _begin_rule(self, source: Source, text: Text, match: re.Match[str], *, is_sure: bool) -> str:
        """The name of a rule's target; a variable of the rule alone makes it unknown, a command after `;` counts."""
        rest = match[2].strip()
        if own := _assignment().fullmatch(rest):
            self._assign(own[1], "!=", "", is_sure=is_sure)
        elif ";" in rest:
            start = text.index(";") + 1
            self.recipes.append(_Recipe(match[1], text.part(start, len(text))))
        return match[1].rstrip("& \t")

    def _assign(self, name: str, operator: str, value: str, *, is_sure: bool) -> None:
        if operator == "?=" and name in self._variables and is_sure:
            return
        is_plain = is_sure and operator not in ("+=", "!=") and len(value) <= _LONGEST_VALUE
        # Which of two values holds where is a long story.
        is_changed = name in self._variables and self._variables[name] != value
        self._variables[name] = value if is_plain and not is_changed else None

    def value(self, reference: str, depth: int) -> str | None:
        """What a reference stands for; None for a function, a variable of the rule and one that is not plain."""
        if reference == "$$":
            return "$"
        name = reference[2:-1] if reference[1] in "({" else reference[1:]
        if name in ("CURDIR", "PWD", "shell pwd", "shell pwd -P"):
            return str(self._folder)
        value = self._variables.get(name)
        return self.expanded(value, depth + 1) if value is not None and depth < _DEEPEST else None

    def expanded(self, text: str, depth: int) -> str | None:
        """A text with its references put in; None where one of them is not known, or it grows too long."""
        parts: list[str] = []
        end = length = 0
        for match in _reference().finditer(text):
            value = self.value(match[0], depth)
            length += len(value or "")
            self._left -= 1
            if value is None or length > _LONGEST_VALUE or self._left < 0:
                return None
            parts += [text[end : match.start()], value]
            end = match.end()
        return "".join([*parts, text[end:]])


def _logical_lines(source: Source) -> Iterator[Text]:
    """Lines with those that a backslash joins to them."""
    starts = source.line_starts
    first = 0
    for number in range(min(len(starts), _MOST_LINES)):
        end = starts[number + 1] - 1 if number + 1 < len(starts) else len(source.text)
        if not source.text.endswith("\\", starts[first], end) or number + 1 == len(starts):
            yield source.slice(starts[first], end)
            first = number + 1
