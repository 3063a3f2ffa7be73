"""Files per second of dockerlint and hadolint on the same Dockerfiles, as whole processes, in turn.

    python -m benchmarks.speed FOLDER [FILES] [ROUNDS]

FOLDER holds Dockerfiles under any names; the first FILES of them (2,000 unless said) are copied to
folders of their own, so that neither tool sees another file's surroundings.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def lay_out(folder: Path, count: int, target: Path) -> list[str]:
    paths = []
    for number, file in enumerate(sorted(path for path in folder.iterdir() if path.is_file())[:count]):
        place = target / f"{number:05}"
        place.mkdir()
        shutil.copyfile(file, place / "Dockerfile")
        paths.append(f"{place.name}/Dockerfile")
    return paths


def seconds(command: list[str], folder: Path) -> float:
    # As pip leaves a package: compiled. An environment may forbid to keep what Python compiles.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - begun


def compare(title: str, commands: dict[str, list[str]], folder: Path, files: int, rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command, folder)  # not counted: it finds nothing in the caches of the disk
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds(command, folder))
    print(title)
    for name, values in times.items():
        median = statistics.median(values)
        spread = f"{min(values):.2f} to {max(values):.2f} s"
        print(f"  {name:12} median {median:7.2f} s ({spread}), {files / median:8.0f} files a second")
    ratio = statistics.median(times["hadolint"]) / statistics.median(times["dockerlint"])
    print(f"  hadolint takes {ratio:.2f} times as long")


def main(folder: Path, count: int = 2000, rounds: int = 5) -> None:
    scripts = Path(sys.executable).parent
    dockerlint, hadolint = str(scripts / "dockerlint"), str(scripts / "hadolint")
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        paths = lay_out(folder, count, target)
        many = {
            "dockerlint": [dockerlint, "check", "--format", "concise", "."],
            "hadolint": [hadolint, *paths],
        }
        compare(f"{len(paths)} files in one run", many, target, len(paths), rounds)
        one = {"dockerlint": [dockerlint, "check", "--format", "concise", paths[0]], "hadolint": [hadolint, paths[0]]}
        compare("one file", one, target, 1, max(rounds, 9))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(argument) for argument in sys.argv[2:]))
