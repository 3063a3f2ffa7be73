"""The shape of a table of options: how one program reads its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_NONE: frozenset[str] = frozenset()


class Syntax(NamedTuple):
    """How a program reads its arguments.

    `short` are the letters of options that take a value, glued or in the next word; those of
    `glued` take only a glued one, or the next word if it is a number (`numeric`). `long` are the
    names, with their dashes, of long options that take the next word where no `=` is written;
    those of `greedy` leave a word alone that is an option itself.
    """

    short: str = ""
    long: frozenset[str] = _NONE
    glued: str = ""
    numeric: str = ""
    greedy: frozenset[str] = _NONE
    # The options of a verb, where they are not those of the program.
    verbs: Mapping[str, Syntax] = {}
    # After one of these options, nothing else is an option: `python -m`.
    last: frozenset[str] = _NONE
    # The letters of all short options: a word with others is an operand, as in `chmod -x`.
    known: str = ""
    # Whether `-abc` may be three options; otherwise it is one by the name of `-abc`.
    clusters: bool = True
    # Options without a value that begin with the letter of one that takes it: `mvn -fae`.
    switches: frozenset[str] = _NONE
    # Whether the first operand ends the options.
    stops: bool = False
    # Whether the first word may be a cluster without its dash: `tar xzf`.
    old_style: bool = False
    # Whether a short option may have an equals sign: `-t=x` for `-t x`, `-q=2`.
    equals: bool = False
    # Whether the words `true` and `false` after any option are its value.
    booleans: bool = False


def longs(names: str, dash: str = "--") -> frozenset[str]:
    """Long options, each with its dashes."""
    return frozenset(dash + name for name in names.split())


UNKNOWN = Syntax()
