"""Compare which Compose files dockerlint refuses with which Docker Compose refuses.

    python -m benchmarks.compose_validity FOLDER
    python -m benchmarks.compose_validity --places

The first asks about each file of a folder, alone in an otherwise empty one. The second makes files of its own: every
key of the specification with each of many values, an unknown key and an extension beside it, and without each key that
must be there. Printed are the differences by place and cause.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.compose_oracle import MAIN, ask
from dockerlint.compose.loading import read
from dockerlint.compose.shapes import Shape
from dockerlint.compose.specification import FILE
from dockerlint.source import Source

VALUES = (
    *("~", "1", "1.0", "1.5", "-1", "true", "x", "'1'", "''", "2024-01-01"),
    *("[]", "[x]", "[1]", "[1.5]", "[~]", "[true]", "[[]]", "[{}]", "[x, x]", "[1, 1]"),
    *("{}", "{x: y}", "{x: 1}", "{x: 1.5}", "{x: ~}", "{x: true}", "{x: {}}", "{x: []}"),
)
# Causes that lie outside of the place: what is named is not there.
_ELSEWHERE = re.compile(
    r"undefined|file .*not found|neither an image|unknown service|must be set|no such file|cycle detected|exclusive"
    r"|MarshalJSON"
)
_TEXTS = ("x", "true", "1", "1s", "all", "host", "always", "xx", "bind", "rebuild", "z", "enabled", "start-first")
_MORE_TEXTS = ("service_started", "a=b")
# What a mapping needs to be whole, besides the keys that the schema demands.
_NEEDED = {
    "a mount": {"type": "volume", "target": "/t"},
    "a port": {"target": "80"},
    "a service": {"image": "i"},
    "a device": {"source": "/d", "target": "/d"},
    "a secret of a service": {"source": "s"},
    "a config of a service": {"source": "s"},
    "a secret": {"file": "./f"},
    "a config": {"file": "./f"},
}

Wrap = Callable[[str], str]


class Case(NamedTuple):
    """A Compose file, the place that is tried in it, and the value there."""

    place: str
    value: str
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--places", action="store_true")
    arguments = parser.parse_args()
    cases = list(of_places() if arguments.places else _of_files(arguments.folder))
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda case: ask({MAIN: case.text}).get("error", ""), cases)
    different = [line for case, said in zip(cases, answers, strict=True) if (line := difference(case, said))]
    print("\n".join(different))
    print(f"{len(different)} of {len(cases)} differ")


def difference(case: Case, said: str) -> str:
    """What is said of a case that one side refuses and the other does not."""
    errors = [error for error in read(Source(MAIN, case.text)).errors if error.is_certain and not error.by_engine]
    is_refused = bool(said) and not _ELSEWHERE.search(said)
    ours = [error for error in errors if not _ELSEWHERE.search(error.message) and error.kind not in _KINDS_ELSEWHERE]
    if is_refused == bool(ours):
        return ""
    return f"{case.place} {case.value}: Compose: {said or 'fine'}; we: {ours[0].message if ours else 'fine'}"


_KINDS_ELSEWHERE = frozenset({"undefined", "missing-file", "missing-env-file", "missing-image", "conflict", "cycle"})


def _of_files(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.rglob("*.y*ml")):
        yield Case(str(path), "", path.read_text(errors="replace"))


def of_places() -> Iterator[Case]:
    seen: set[str] = set()
    for place, shape, wrap in _places(FILE, lambda value: value, ""):
        if re.search(r"\.(extends|include)\b", place):
            continue  # their files are not there
        for value in VALUES if shape is not None else ("x",):
            text = wrap(value)
            if text.startswith("{") and text not in seen:
                seen.add(text)
                yield Case(place, value, text)


def _places(shape: Shape, wrap: Wrap, place: str) -> Iterator[tuple[str, Shape | None, Wrap]]:
    """All places below one, with what may stand there and the file around it."""
    yield place, shape, wrap
    if shape.items is not None:
        yield from _places(shape.items, lambda value: wrap(f"[{value}]"), f"{place}[]")
    if shape.keys is None:
        return
    needed = _NEEDED.get(shape.name, {}) | {key: _sample(shape.keys[key]) for key in shape.required}

    def beside(key: str, without: Iterable[str] = ()) -> Wrap:
        rest = {name: value for name, value in needed.items() if name != key and name not in without}
        return lambda value: wrap(_flow({**rest, key: value}))

    for key, inner in shape.keys.items():
        yield from _places(inner, beside(key), f"{place}.{key}")
    if shape.others is not None:
        yield from _places(shape.others, lambda value: wrap(f"{{nn: {value}}}"), f"{place}.*")
        return
    for key in ("zzz", "x-zzz"):
        yield f"{place}.{key}", None, beside(key)
    for key in shape.required:
        yield f"{place} without {key}", None, beside("x-zzz", [key])


def _flow(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def _sample(shape: Shape) -> str:
    """A value that is fine in a place."""
    if "text" in shape.types:
        return next(f'"{text}"' for text in (*_TEXTS, *_MORE_TEXTS) if shape.form is None or shape.form.fits(text))
    if shape.types & {"whole", "integer", "number"}:
        return "1"
    return "[]" if shape.items is not None else "{}"


if __name__ == "__main__":
    main()
