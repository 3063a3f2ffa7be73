"""How messages name things: several in a row, and the one that was meant by a misspelt word."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def listed(names: Iterable[str]) -> str:
    """`a`, `b` and `c`, each once."""
    return in_a_row(f"`{name}`" for name in names)


def in_a_row(words: Iterable[str]) -> str:
    """The words with commas and an `and` between them, each once."""
    *first, last = dict.fromkeys(words)
    return f"{', '.join(first)} and {last}" if first else last


def did_you_mean(word: str, candidates: Iterable[str], wrap: str = "{}") -> str:
    """A hint for a misspelt word, to be put behind a message; empty where nothing is near."""
    near = nearest(word, candidates)
    return f" (did you mean `{wrap.format(near[0])}`?)" if near else ""


def nearest(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidates that differ least from a word: by two letters at most, and by half of a short one."""
    return _nearest(word, tuple(candidates))


@lru_cache(maxsize=256)
def _nearest(word: str, candidates: tuple[str, ...]) -> tuple[str, ...]:
    most = min(2, len(word) // 2)
    # Longer words are nobody's slip, and comparing them would cost.
    if len(word) > _LONGEST_SLIP:
        return ()
    alike = (candidate for candidate in candidates if abs(len(candidate) - len(word)) <= most)
    distances = {candidate: distance(word, candidate) for candidate in alike}
    least = min(distances.values(), default=most + 1)
    return tuple(candidate for candidate, distance in distances.items() if distance == least <= most)


_LONGEST_SLIP = 40


def distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out or replaced to make one word the other."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row = row, [index]
        for column, wanted in enumerate(other, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (letter != wanted)))
    return row[-1]
