"""Check mutated Compose projects with every rule: nothing may raise, hang, or mend a file into one that is refused.

    python -m benchmarks.compose_fuzz [COUNT] [SEED]

Each input is a sample of a Compose rule with lines and tokens taken out, doubled, moved and put in from other samples.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from dockerlint.compose.loading import Files, load
from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import COMPOSE_CHAPTERS, rules_of
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import find
from dockerlint.source import Source
from tests.harness import AS_OF, files_of, inside, lay_out, mended

_TOKENS = (
    ":", ": ", "-", "- ", "? ", "{", "}", "[", "]", "[]", "{}", ",", "&a ", "*a", "<<: *a", "!reset ", "!override []",
    "!!str ", "'", '"', "|\n", ">\n", "#", "\n", "\n\n", "\t", "\r\n", "\ufeff", "\0", "é", "~", "null", "true", "no",
    "0", "-1", "1.5", "1e3", "0x1F", "08", "99999", "2001-01-01", "$", "$$", "${", "${X}", "${X:-}", "${X:?}",
    "${X-${Y}}",
    "@", "/", "..", "://", "::", "::1", "[::1]:80:80", "80-70:1-5", "service:a", "include: [a.yaml]\n", "extends: a",
)  # fmt: skip
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
# What a fix must never bring about.
_SPOILT = frozenset({"syntax", "repeated-key", "wrong-type"})
_BATCH = 100
_TOO_LONG = 5.0  # seconds for one small project; the machine may be busy


class Outcome(NamedTuple):
    """What a batch of inputs brought to light."""

    read: int
    findings: int
    slowest: float
    failures: list[str]


def samples() -> list[dict[str, str]]:
    """The samples of all Compose rules, without marks."""
    texts = [text for chapter in COMPOSE_CHAPTERS for rule in rules_of(chapter) for text in (*rule.bad, *rule.good)]
    return [files_of(text.replace("«", "").replace("»", "")) for text in texts]


def mutated(files: dict[str, str], others: list[dict[str, str]], chance: random.Random) -> dict[str, str]:
    result = dict(files)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        name = chance.choice(list(result))
        donor = chance.choice(list(chance.choice(others).values()))
        change = _changed_lines if chance.random() < 0.5 else _changed_tokens
        result[name] = change(result[name], donor, chance)
    return result


def _changed_lines(text: str, donor: str, chance: random.Random) -> str:
    lines, given = text.split("\n"), donor.split("\n")
    place = chance.randrange(len(lines))
    kind = chance.randrange(6)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(place, lines[chance.randrange(len(lines))])
    elif kind == 2:
        lines[place] = "  " + lines[place]
    elif kind == 3:
        lines[place] = lines[place].removeprefix("  ")
    elif kind == 4:
        lines[place] = chance.choice(given)
    else:
        start = chance.randrange(len(given))
        lines[place:place] = given[start : start + 3]
    return "\n".join(lines)


def _changed_tokens(text: str, donor: str, chance: random.Random) -> str:
    pieces, given = _PIECE.findall(text), _PIECE.findall(donor)
    place = chance.randrange(len(pieces) + 1)
    kind = chance.randrange(5)
    if kind == 0:
        del pieces[place : place + 1]
    elif kind == 1:
        pieces[place:place] = pieces[place : place + 1]
    elif kind == 2:
        pieces[place : place + 1] = chance.choices(given, k=1) if given else []
    elif kind == 3:
        pieces[place : place + 1] = [chance.choice(_TOKENS)]
    else:
        pieces.insert(place, chance.choice(_TOKENS))
    return "".join(pieces)


def failures_of(files: dict[str, str]) -> Iterator[str | int]:
    """The number of findings in a project, and what went wrong on the way to them."""
    with tempfile.TemporaryDirectory() as folder:
        lay_out(files, Path(folder))
        with inside(Path(folder)):
            result = run(Request(tuple(find(["."])), Selection(["all"]), Settings(as_of=AS_OF)))
    yield len(result.findings)
    yield from (problem.message for problem in result.problems if "internal error" in problem.message)
    for finding in result.findings:
        if finding.fix is not None and finding.region.path.endswith((".yaml", ".yml")):
            yield from _breaks(files, finding)


def _breaks(files: dict[str, str], finding: Finding) -> Iterator[str]:
    """A fix after which Compose refuses a file that was well-formed before."""
    for name, text in mended(files, [finding]).items():
        is_yaml = name.endswith((".yaml", ".yml"))
        if is_yaml and _is_spoilt(name, text) and not _is_spoilt(name, files.get(name, "")):
            yield f"{finding.rule} mends {name} into\n{text}"


def _is_spoilt(name: str, text: str) -> bool:
    compose = load(Files((Source(name, text),), {}, ".", lambda _: "missing", True, "project"))
    return any(error.kind in _SPOILT for error in compose.errors)


def batch(seed: int) -> Outcome:
    chance = random.Random(seed)
    known = samples()
    findings = 0
    slowest = 0.0
    failures: list[str] = []
    for _ in range(_BATCH):
        files = mutated(chance.choice(known), known, chance)
        begun = time.perf_counter()
        try:
            said = list(failures_of(files))
        except Exception:
            said = [traceback.format_exc()]
        taken = time.perf_counter() - begun
        slowest = max(slowest, taken)
        said += [f"{taken:.1f} s"] if taken > _TOO_LONG else []
        findings += sum(one for one in said if isinstance(one, int))
        failures += (f"{one}\n{files!r}" for one in said if isinstance(one, str))
    return Outcome(_BATCH, findings, slowest, failures)


def main(count: int = 5_000, seed: int = 1) -> None:
    seeds = range(seed * 1_000_003, seed * 1_000_003 + -(-count // _BATCH))
    read = findings = failed = 0
    slowest = 0.0
    with ProcessPoolExecutor() as pool:
        for outcome in pool.map(batch, seeds):
            read += outcome.read
            findings += outcome.findings
            failed += len(outcome.failures)
            slowest = max(slowest, outcome.slowest)
            for failure in outcome.failures:
                print(failure, flush=True)
    print(
        f"{read:,} projects checked, {findings:,} findings, {failed} failures, the slowest took {slowest * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
