"""Compare instruction boundaries with a record of BuildKit's.

The record has one JSON document a line: `path` (of a Dockerfile, below the given folder), `error`,
`instructions` (`cmd, start, end, flags, json, heredocs`) and `stages` (`name, base, start, end`).

    python -m benchmarks.buildkit_agreement FOLDER RECORD.jsonl
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


def differences(model: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """In which respects our model of a file is not BuildKit's."""
    ours, theirs = model["instructions"], record["instructions"]
    keys = {"start": "start", "end": "end", "flags": "flags", "exec_form": "json", "heredocs": "heredocs"}
    found = []
    if [item["instruction"] for item in ours] != [item["cmd"].upper() for item in theirs]:
        found.append("keyword")
    for mine, other in keys.items():
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
        if not record["instructions"]:
            counts["not parsed by BuildKit"] += 1
            continue
        source = Source.from_bytes(record["path"], (folder / record["path"]).read_bytes())
        begun = time.perf_counter()
        dockerfile = Dockerfile(source)
        elapsed += time.perf_counter() - begun
        counts["parsed by BuildKit"] += 1
        found = differences(of_dockerfile(dockerfile), record)
        counts["the same in all"] += not found
        for name in found:
            counts[f"differs in {name}"] += 1
        if found and sum(counts[name] for name in counts if name.startswith("differs")) <= 40:
            print(record["path"], found, record["error"])
    for name, count in counts.items():
        print(f"{count:7,}  {name}")
    print(f"{elapsed / max(counts['parsed by BuildKit'], 1) * 1000:.2f} ms a file for the model")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
