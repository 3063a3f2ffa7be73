"""What Docker Compose makes of Compose files, and the record of it that tests compare with.

    python -m benchmarks.compose_oracle tests/compose_config/*.txt

writes the answers for the cases of each text beside it, as JSON. A case begins with a line `##### title`; `=== name`
begins a further file of it, the first being `compose.yaml`. Compose runs alone in a folder, with no environment but a
home, and paths of the answers begin at `/project`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HOME = "/home/somebody"
PROJECT = "/project"
MAIN = "compose.yaml"
OVERRIDE = "compose.override.yaml"


def ask(files: dict[str, str | bytes]) -> dict[str, Any]:
    """The resolved model under `config`, or what Compose refuses the project for under `error`."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "project")
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        command = [str(Path(sys.executable).with_name("docker-compose")), "config", "--format", "json"]
        environment = {"HOME": HOME, "PATH": os.environ["PATH"]}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        output, said = (_with_known_places(text, parent) for text in (done.stdout, done.stderr))
    if done.returncode == 0:
        return {"config": json.loads(output)}
    return {"error": said.strip().splitlines()[-1] if said.strip() else "no word"}


def _with_known_places(text: str, parent: str) -> str:
    """What Compose says, as if the project lay at the root."""
    return text.replace(f"{parent}/", "/").replace(parent, "/")


def cases(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The titles and files of a text of cases."""
    for case in text.split("##### ")[1:]:
        title, _, body = case.partition("\n")
        names, files = [MAIN], {MAIN: ""}
        for line in body.splitlines(keepends=True):
            if line.startswith("=== "):
                names.append(line.removeprefix("=== ").strip())
                files[names[-1]] = ""
            else:
                files[names[-1]] += line
        yield title.strip(), files


def main(paths: list[Path]) -> None:
    for path in paths:
        titled = dict(cases(path.read_text("utf-8")))
        with ThreadPoolExecutor(2) as pool:
            answers = dict(zip(titled, pool.map(ask, titled.values()), strict=True))
        lines = (f"{json.dumps(title)}: {json.dumps(answer, sort_keys=True)}" for title, answer in answers.items())
        path.with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        print(f"{path}: {len(answers)} cases")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
