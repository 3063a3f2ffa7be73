"""Compare what `dockerlint parse` makes of Compose files with what Docker Compose makes of them.

    python -m benchmarks.compose_agreement FOLDER [--record RECORD.jsonl]

Each file stands alone in an otherwise empty folder. Without a record, which has one JSON document a line with `path`,
`ok`, `error` and `config`, Docker Compose is asked. Printed are counts and each difference.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.compose_oracle import HOME, MAIN, OVERRIDE, PROJECT, ask
from dockerlint.compose.config_shapes import Places
from dockerlint.compose.env_files import environment_of
from dockerlint.compose.loading import Absence, Files, load
from dockerlint.report.model import of_compose
from dockerlint.source import Source

_RECORD_HOME = "/home/user"
_MOST_SHOWN = 300  # characters of a value


def ours(files: dict[str, str | bytes], home: str, shell: dict[str, str] | None = None) -> dict[str, Any]:
    """What we make of a project: `config`, or `error`. `shell` are variables that beat those of `.env`."""
    sources = {name: Source.from_bytes(name, _bytes(content)) for name, content in files.items()}
    environment = (environment_of(sources[".env"], shell) if ".env" in sources else {}) | (shell or {})

    def read(path: str) -> Source | Absence:
        return sources.get(path) or "missing"

    listed = environment.get("COMPOSE_FILE")
    names = listed.split(":") if listed else [MAIN, OVERRIDE]
    found = tuple(sources[name] for name in names if name in sources)
    compose = load(Files(found, environment, "", read, name=PROJECT.strip("/")))
    model = of_compose(compose, Places(PROJECT, home, read))
    return {"config": model["config"], "error": model["error"] and model["error"]["message"]}


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def differences(mine: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """The places in which two models differ."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted(mine.keys() | theirs.keys()):
            yield from differences(mine.get(key, "<none>"), theirs.get(key, "<none>"), f"{where}.{key}")
    elif mine != theirs:
        yield f"{where.lstrip('.')}: {str(mine)[:_MOST_SHOWN]} instead of {str(theirs)[:_MOST_SHOWN]}"


def _answers(folder: Path, record: Path | None) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    if record is None:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".yml", ".yaml") and path.is_file():
                content = path.read_bytes()
                yield str(path.relative_to(folder)), content, ask({MAIN: content})
        return
    for line in record.open(encoding="utf-8"):
        answer = json.loads(line)
        path = next(place for place in (folder / answer["path"], folder.parent / answer["path"]) if place.is_file())
        yield answer["path"], path.read_bytes(), answer


def main(folder: Path, record: Path | None) -> None:
    counts: Counter[str] = Counter()
    home = HOME if record is None else _RECORD_HOME
    for path, content, theirs in _answers(folder, record):
        mine = ours({MAIN: content}, home, {"PWD": PROJECT, "HOME": home})
        refused = theirs.get("error") is not None
        counts["files"] += 1
        counts["valid for Docker Compose"] += not refused
        if refused is not (mine["error"] is not None):
            counts["differ in validity"] += 1
            print(f"{path}: Compose: {theirs.get('error')}\n  we: {mine['error']}")
        elif not refused:
            found = list(differences(mine["config"], theirs["config"]))
            counts["valid and equal" if not found else "valid and different"] += 1
            if found:
                print(path, *found, sep="\n  ")
    for name, count in counts.items():
        print(f"{count:7,}  {name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--record", type=Path)
    arguments = parser.parse_args()
    main(arguments.folder, arguments.record)
