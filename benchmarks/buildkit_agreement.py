"""Compare how Dockerfiles are read with a record of how BuildKit reads them.

The record has one JSON document a line: `path` (of a Dockerfile, below the given folder), `error`, `instructions`
(`cmd, start, end, flags, json, heredocs`) and `stages` (`name, base, start, end`).

    python -m benchmarks.buildkit_agreement FOLDER RECORD.jsonl

Compared is what `dockerlint parse --format json` prints, and whether a plain build is refused. Files are printed in
which something differs, with what BuildKit says of them and what we say.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.report.model import of_dockerfile
from dockerlint.source import Source

_KEYS = {"start": "start", "end": "end", "flags": "flags", "exec_form": "json", "heredocs": "heredocs"}
_MOST_PRINTED = 60


def differences(model: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """In which respects our model of a file is not BuildKit's."""
    found = [] if (model["error"] is None) is (record["error"] is None) else ["acceptance"]
    ours, theirs = model["instructions"], record["instructions"]
    if not theirs:
        return found  # refused before anything is told of it
    if [item["instruction"] for item in ours] != [item["cmd"].upper() for item in theirs]:
        found.append("keywords")
    for mine, other in _KEYS.items():
        if [item[mine] for item in ours] != [item[other] for item in theirs]:
            found.append(mine)
    if _stages(model) != _stages(record):
        found.append("stages")
    return found


def _stages(model: dict[str, Any]) -> list[list[Any]]:
    return [[stage[key] for key in ("name", "base", "start", "end")] for stage in model["stages"]]


def main(folder: Path, record_path: Path) -> None:
    counts: Counter[str] = Counter()
    elapsed = 0.0
    for line in record_path.open(encoding="utf-8"):
        record = json.loads(line)
        source = Source.from_bytes(record["path"], (folder / record["path"]).read_bytes())
        begun = time.perf_counter()
        dockerfile = Dockerfile(source)
        elapsed += time.perf_counter() - begun
        model = of_dockerfile(dockerfile)
        found = differences(model, record)
        counts["files"] += 1
        counts["refused by BuildKit"] += record["error"] is not None
        counts["refused by us"] += model["error"] is not None
        counts["the same in all"] += not found
        for name in found:
            counts[f"differ in {name}"] += 1
        if found and counts["files"] - counts["the same in all"] <= _MOST_PRINTED:
            print(f"{record['path']}: {', '.join(found)}\n  BuildKit: {record['error']}\n  we: {model['error']}")
    for name, count in counts.items():
        print(f"{count:7,}  {name}")
    print(f"{elapsed / max(counts['files'], 1) * 1000:.2f} ms a file for the model")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
