"""What each rule of the default profile costs of a run's processor time.

    python -m benchmarks.costs FOLDER [FILES]

FOLDER holds Dockerfiles under any names; the first FILES of them (1,000 unless said) are checked, each in a folder of
its own. What rules share (stages, scripts, package actions) is worked out before a rule is timed, and shown apart.
"""

from __future__ import annotations

import datetime
import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.speed import lay_out
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.engine import Engine
from dockerlint.lint.finding import Problem
from dockerlint.lint.reading import read_source
from dockerlint.lint.registry import DOCKERFILE_CHAPTERS
from dockerlint.lint.run import KNOWING_IMAGES
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build
from dockerlint.project.project import Project

_SHOWN = 30


def builds(paths: list[str]) -> Iterator[Build]:
    project = Project(Path.cwd())
    for path in paths:
        source = read_source(path)
        if not isinstance(source, Problem):
            yield project.build(Dockerfile(source, KNOWING_IMAGES), Path(path))


def main(folder: Path, count: int = 1000) -> None:
    settings = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())
    selection = Selection()
    rules = selection.rules(DOCKERFILE_CHAPTERS)
    whole = Engine(rules, settings)
    alone = {rule.name: Engine((rule,), settings) for rule in rules}
    nothing = Engine((), settings)
    times: dict[str, float] = dict.fromkeys(alone, 0.0)
    with tempfile.TemporaryDirectory() as name:
        paths = lay_out(folder, count, Path(name))
        os.chdir(name)
        gc.disable()
        begun = time.process_time()
        for build in builds(paths):
            whole.check_build(build)
        total = time.process_time() - begun
        for build in builds(paths):
            whole.check_build(build)
            begun = time.process_time()
            nothing.check_build(build)
            idle = time.process_time() - begun
            for rule, engine in alone.items():
                begun = time.process_time()
                engine.check_build(build)
                times[rule] += time.process_time() - begun - idle
            gc.collect(0)
    own = sum(times.values())
    print(f"{len(paths):,} files, {total / len(paths) * 1000:.2f} ms a file; the rules' own work is {own / total:.0%}")
    for rule, seconds in sorted(times.items(), key=lambda item: -item[1])[:_SHOWN]:
        print(f"  {seconds / total:6.2%}  {seconds / len(paths) * 1000:.3f} ms a file  {rule}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *(int(argument) for argument in sys.argv[2:]))
