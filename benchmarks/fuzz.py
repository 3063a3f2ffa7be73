"""Read mutated Dockerfiles: nothing may raise, and none may take long for its size.

    python -m benchmarks.fuzz FOLDER [COUNT] [SEED]

Each input is a piece of a file of FOLDER, changed in a few places: characters and lines taken out, doubled, swapped,
pieces of other files and tokens of the language put in. All of the model is read: instructions, stages, what Docker
refuses, shell text, packages. Every tenth input is compared with Docker's own parser as well.
"""

from __future__ import annotations

import random
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from dockerlint.dockerfile.errors import Level
from dockerlint.dockerfile.instructions import Onbuild, ShellForm
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.report.model import of_dockerfile
from dockerlint.shell.packages import action_of
from dockerlint.source import Source

_TOKENS = (
    "\\", "\\\n", "`\n", "\n", "\n\n", "#", "# escape=`\n", "<<EOF", "<<-'X'", "EOF\n", '"', "'", "$", "${", "}",
    "${X:-", "$(", "`", "[", "]", '["a"', ",", "--", "--from=", "--mount=type=", "=", " ", "\t", "\r", "\x00", "\xa0",
    "\ufeff", "é", "\udcff", "FROM a AS b\n", "RUN ", "COPY ", "ONBUILD ", "ENV ", "ARG ", "&&", "||", ";", "|", "if ",
    "fi", "case x in", "((", "))", "{", "<", ">", "2>&1", "@", "*", "?", "%%", "##", "//",
)  # fmt: skip
_LONGEST = 1500
_BATCH = 500
# Seconds for one input of at most a few thousand characters; the machine may be busy.
_TOO_LONG = 2.0


class Outcome(NamedTuple):
    """What a batch of inputs brought to light."""

    read: int
    characters: int
    seconds: float
    slowest: float
    compared: int
    failures: list[str]


def mutated(texts: list[str], chance: random.Random) -> str:
    text = chance.choice(texts)
    if len(text) > _LONGEST:
        start = chance.randrange(len(text) - _LONGEST)
        text = text[start : start + chance.randrange(20, _LONGEST)]
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        text = _changed(text, texts, chance)
    return text


def _changed(text: str, texts: list[str], chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    end = min(len(text), place + chance.choice((1, 1, 2, 5, 20, 80)))
    kind = chance.randrange(7)
    if kind == 0:
        return text[:place] + text[end:]
    if kind == 1:
        return text[:end] + text[place:end] * chance.choice((1, 1, 2, 10)) + text[end:]
    if kind == 2:
        lines = text.split("\n")
        chance.shuffle(lines)
        return "\n".join(lines)
    if kind == 3:
        other = chance.choice(texts)
        start = chance.randrange(len(other) + 1)
        return text[:place] + other[start : start + 60] + text[place:]
    return text[:place] + "".join(chance.choices(_TOKENS, k=chance.choice((1, 1, 2, 4)))) + text[place:]


def read_all(source: Source) -> Dockerfile:
    """Read everything that the model can say of a file."""
    dockerfile = Dockerfile(source)
    tuple(dockerfile.errors)
    tuple(dockerfile.pulls)
    for instruction in dockerfile.instructions:
        inner = instruction.instruction if isinstance(instruction, Onbuild) else instruction
        for command in inner.commands if isinstance(inner, ShellForm) else ():
            action_of(command)
    return dockerfile


def differs(text: str, dockerfile: Dockerfile) -> str | None:
    """In what our reading differs from that of Docker's own parser, where it can tell."""
    from dockerfile import GoParseError, parse_string  # noqa: PLC0415 (only every tenth input needs it)

    is_refused = any(error.level is Level.PARSE for error in dockerfile.errors)
    try:
        expected = [
            ((command.cmd or "").upper(), command.start_line, command.end_line) for command in parse_string(text)
        ]
    except GoParseError as error:
        return None if is_refused else f"refused by Docker: {error}"
    except (UnicodeError, ValueError):
        return None
    found = [(one.keyword.upper(), one.start_line, one.end_line) for one in dockerfile.instructions]
    if is_refused:
        return None  # what follows a JSON array is ignored there, and is an error here and in today's BuildKit
    return None if found == expected else f"{found} is not {expected}"


def batch(job: tuple[list[str], int]) -> Outcome:
    texts, seed = job
    chance = random.Random(seed)
    failures: list[str] = []
    characters = compared = 0
    slowest = 0.0
    begun = time.perf_counter()
    for number in range(_BATCH):
        text = mutated(texts, chance)
        characters += len(text)
        start = time.perf_counter()
        try:
            dockerfile = read_all(Source("Dockerfile", text))
            of_dockerfile(dockerfile)
            if number % 10 == 0 and text.isascii() and "\0" not in text:
                compared += 1
                difference = differs(text, dockerfile)
                if difference:
                    failures.append(f"{difference}\n{text!r}")
        except Exception:
            failures.append(f"{traceback.format_exc()}\n{text!r}")
        taken = time.perf_counter() - start
        slowest = max(slowest, taken)
        if taken > _TOO_LONG:
            failures.append(f"{taken:.1f} s for {len(text)} characters\n{text!r}")
    return Outcome(_BATCH, characters, time.perf_counter() - begun, slowest, compared, failures)


def main(folder: Path, count: int = 10_000, seed: int = 1) -> None:
    texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in sorted(folder.iterdir())]
    texts = [text for text in texts if text]
    jobs = ((texts[number % 7 :: 7], seed * 1_000_003 + number) for number in range(-(-count // _BATCH)))
    totals: Counter[str] = Counter()
    slowest = 0.0
    with ProcessPoolExecutor() as pool:
        for outcome in pool.map(batch, jobs):
            totals.update(read=outcome.read, characters=outcome.characters, compared=outcome.compared)
            totals["failures"] += len(outcome.failures)
            slowest = max(slowest, outcome.slowest)
            for failure in outcome.failures[:3]:
                print(failure, flush=True)
    print(
        f"{totals['read']:,} inputs of {totals['characters']:,} characters read, {totals['compared']:,} compared with "
        f"Docker's parser, {totals['failures']} failures, the slowest took {slowest * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(argument) for argument in sys.argv[2:]))
