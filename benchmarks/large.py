"""How long a large Dockerfile takes to be read: all of the model, what Docker refuses, shell text and packages.

    python -m benchmarks.large [MEGABYTES] [--rules]

With --rules it is checked by every rule besides.

Dockerfiles of one size and of twice that size are made of everyday instructions, and of one kind of instruction each.
Twice the size should take twice the time.
"""

from __future__ import annotations

import datetime
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.fuzz import read_all
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.engine import Engine
from dockerlint.lint.registry import DOCKERFILE_CHAPTERS, all_rules
from dockerlint.lint.run import KNOWING_IMAGES
from dockerlint.lint.settings import Settings
from dockerlint.project.project import Project
from dockerlint.source import Source

_EVERYDAY = """
# The build stage
FROM golang:1.26 AS build{n}
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/app ./cmd/app

FROM debian:trixie-slim
ARG VERSION=1.0
ENV APP_HOME=/srv/app \\
    PATH=/srv/app/bin:$PATH
RUN apt-get update && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        # for the healthcheck
        curl \\
    && rm -rf /var/lib/apt/lists/*
COPY --from=build{n} --chown=app:app /out/app $APP_HOME/bin/app
LABEL org.opencontainers.image.version="$VERSION" org.opencontainers.image.title="The app"
EXPOSE 8080
USER app
HEALTHCHECK --interval=30s CMD curl -fsS http://localhost:8080/ready || exit 1
CMD ["app", "serve", "--port", "8080"]
"""
_ONE_KIND = {
    "one RUN of many lines": ("FROM a\nRUN true", " && \\\n    echo hello world"),
    "one heredoc": ("FROM a\nRUN <<EOF\n", "echo hello world\n"),
    "one LABEL of many lines": ("FROM a\nLABEL a=b", ' \\\n  key="a value"'),
    "RUN": ("FROM a\n", "RUN apt-get update && apt-get install -y curl\n"),
    "ENV": ("FROM a\n", "ENV NAME=value OTHER=$NAME\n"),
    "COPY": ("FROM a AS b\nFROM a\n", "COPY --from=b --chown=app a b /c/\n"),
    "comments": ("FROM a\n", "# a comment\n"),
    "not a Dockerfile": ("", "something else altogether\n"),
}


def everyday(size: int) -> str:
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(_EVERYDAY.replace("{n}", str(len(parts))))
        length += len(parts[-1])
    return "".join(parts)


def seconds(text: str, work: Callable[[Source], object]) -> float:
    """The best of three times."""
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        work(Source("Dockerfile", text))
        best = min(best, time.perf_counter() - begun)
    return best


def check_all(source: Source) -> object:
    """Check a file with every rule."""
    settings = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())
    engine = Engine([rule for rule in all_rules() if rule.chapter in DOCKERFILE_CHAPTERS], settings)
    return engine.check_build(Project(Path.cwd()).build(Dockerfile(source, KNOWING_IMAGES), Path(source.path)))


def main(megabytes: float = 1.0, work: Callable[[Source], object] = read_all) -> None:
    gc.set_threshold(100_000, 50, 100)  # as the command line does
    size = int(megabytes * 1_000_000)
    kinds = {"everyday instructions": (everyday(size), everyday(2 * size))}
    for name, (head, line) in _ONE_KIND.items():
        kinds[name] = (head + line * (size // len(line)), head + line * (2 * size // len(line)))
    for name, (once, twice) in kinds.items():
        first, second = seconds(once, work), seconds(twice, work)
        print(f"{name:24} {first:5.2f} s for {megabytes:g} MB, {second:5.2f} s for twice as much")


if __name__ == "__main__":
    sizes = [float(argument) for argument in sys.argv[1:] if argument != "--rules"]
    main(sizes[0] if sizes else 1.0, check_all if "--rules" in sys.argv else read_all)
