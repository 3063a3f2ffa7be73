"""The options of a shell that decide what a failure does, and how `set` changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dockerlint.shell.words import Word

_LETTERS = {"e": "errexit", "u": "nounset", "x": "xtrace"}
_NAMES = frozenset({"errexit", "nounset", "pipefail", "xtrace"})


class Switches(NamedTuple):
    """Which options are on; None where nobody can tell.

    https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html
    """

    errexit: bool | None = False
    nounset: bool | None = False
    pipefail: bool | None = False
    xtrace: bool | None = False

    def after(self, words: Sequence[Word]) -> Switches:
        """What holds after `set WORDS`, or in a shell that is started with them."""
        changes: dict[str, bool] = {}
        index = 0
        while index < len(words):
            word = words[index]
            index += 1
            text = word.value
            if not word.is_literal:
                return UNKNOWN
            if text[:1] not in ("-", "+") or text in ("-", "--"):
                break
            if text.startswith("--"):
                continue
            is_on = text[0] == "-"
            changes.update((_LETTERS[letter], is_on) for letter in text[1:] if letter in _LETTERS)
            if "o" in text or "O" in text:
                # One name follows for each such letter.
                named = words[index : index + 1]
                index += 1
                if named and not named[0].is_literal:
                    return UNKNOWN
                changes.update((str(each.value), is_on) for each in named if each.value in _NAMES)
        return self._replace(**changes)

    def after_shopt(self, words: Sequence[Word]) -> Switches:
        """What holds after bash's `shopt WORDS`, which sets these options with `-o`.

        https://www.gnu.org/software/bash/manual/html_node/The-Shopt-Builtin.html
        """
        letters = {letter for word in words if word.value.startswith("-") for letter in word.value}
        if "o" not in letters or letters.isdisjoint("su"):
            return self
        if not all(word.is_literal for word in words):
            return UNKNOWN
        return self._replace(**{str(word.value): "s" in letters for word in words if word.value in _NAMES})

    def merged(self, other: Switches) -> Switches:
        """What holds where either of two ways may have been taken."""
        if self == other:
            return self
        return Switches(*(mine if mine == others else None for mine, others in zip(self, other, strict=True)))


UNKNOWN = Switches(None, None, None, None)
