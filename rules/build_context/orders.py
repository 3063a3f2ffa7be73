"""What Bake files, workflows, Makefiles and scripts build, where it is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.builders import BuildLink, BuildOrder
from dockerlint.project.files import Files, as_typed
from dockerlint.project.made_later import comes_later, is_made
from dockerlint.source import Text
from dockerlint.wording import listed, nearest


class MissingBuildFile(Rule[BuildOrder]):
    """A Bake target, a CI step or a `docker build` command names a context or a Dockerfile that is not there.

    The build stops before it begins: `failed to read dockerfile: open Dockerfile: no such file or directory`.

    Write both as they are on the disk. `docker build -f` and `file:` of the action are looked for from where the command
    runs, `dockerfile` of a Bake target within its context. What a script makes first is not asked for.

    https://docs.docker.com/reference/cli/docker/buildx/build/#file
    """

    severity = Severity.ERROR
    bad = {
        "=== Makefile\nimage:\n\tdocker build -f «docker/Dockerfile.prod» .\n=== docker/Dockerfile\nFROM alpine:3.22\n"
        "=== Dockerfile\nFROM alpine:3.22\n": None,
        '=== docker-bake.hcl\ntarget "api" {\n  context = «"backend"»\n}\n=== Dockerfile\nFROM alpine:3.22\n': None,
        "=== .github/workflows/ci.yml\njobs:\n  image:\n    steps:\n      - uses: docker/build-push-action@v6\n"
        "        with:\n          context: .\n          file: «./docker/Dockerfile»\n=== Dockerfile\nFROM alpine:3.22\n": None,
        "=== .gitlab-ci.yml\nweb:\n  script:\n    - docker build -f «Dockerfile.web» web\n"
        "=== web/Dockerfile.web\nFROM alpine:3.22\n": None,
        '=== docker-bake.hcl\ntarget "api" {\n  context = "api"\n  dockerfile = «"api/Dockerfile"»\n}\n'
        "=== api/Dockerfile\nFROM alpine:3.22\n": None,
    }
    good = (
        "=== Makefile\nimage:\n\tdocker build -f docker/Dockerfile .\n=== docker/Dockerfile\nFROM alpine:3.22\n",
        "=== Makefile\nimage:\n\tsed s/x/y/ Dockerfile > Dockerfile.arm\n\tdocker build -f Dockerfile.arm .\n"
        "=== Dockerfile\nFROM alpine:3.22\n",
        "=== .github/workflows/ci.yml\njobs:\n  image:\n    steps:\n      - uses: actions/checkout@v5\n"
        "        with: {repository: acme/web, path: web}\n      - run: docker build web\n=== Dockerfile\nFROM alpine:3.22\n",
        "=== build.sh\ndocker build $DIR\ndocker build dist/image\n=== Dockerfile\nFROM alpine:3.22\n",
        '=== Makefile\nimage:\n\tdocker build vendor/api\n=== .gitmodules\n[submodule "api"]\n\tpath = vendor/api\n'
        "=== Dockerfile\nFROM alpine:3.22\n",
        "=== Makefile\nimage:\n\tpodman build -f Containerfile.web web\n=== web/Containerfile.web\nFROM alpine:3.22\n",
        "=== build.sh\nif [ -f Dockerfile.local ]; then docker build -f Dockerfile.local .; fi\n"
        "=== Dockerfile\nFROM alpine:3.22\n",
    )

    def check(self, order: BuildOrder) -> Findings:
        link, files = order
        told = link.told
        if not link.is_sure:
            return
        if link.context is not None and files.is_missing(link.context):
            missing, place, what = link.context, told.context, "the build context `{}` is not there"
        elif link.dockerfile is not None and files.is_missing(link.dockerfile):
            missing, place = link.dockerfile, told.dockerfile or told.context
            what = "there is no `{}` to build"
        else:
            return
        if comes_later(files, missing) or is_made(files, missing, link.evidence.source) or _has_lower_case(missing):
            return
        near = next(_near(link, files, missing), None)
        hint = f"; there is `{as_typed(near)}`" if near is not None else ""
        where: Text = place.place if place is not None else link.evidence
        yield self.finding(where, what.format(as_typed(missing)) + hint)


def _has_lower_case(path: Path) -> bool:
    """Whether builders find the file all the same: they take `dockerfile` for a missing `Dockerfile`."""
    return path.name == "Dockerfile" and os.path.lexists(path.with_name("dockerfile"))


def _near(link: BuildLink, files: Files, missing: Path) -> Iterator[Path]:
    """Where the Dockerfile may be instead."""
    if missing == link.context:
        return
    given = link.told.dockerfile
    name = given.value if given is not None and given.value is not None else missing.name
    folders = [files.root, *([link.context] if link.context is not None else [])]
    candidates = [folder / name for folder in folders]
    candidates += [folder / below / "Dockerfile" for folder in folders for below in ("", "docker", ".docker", "build")]
    yield from (path for path in candidates if path != missing and files.contains(path) and os.path.isfile(path))


class UnknownBuildTarget(Rule[BuildOrder]):
    """A Bake target, a CI step or a `docker build` command asks for a stage that the Dockerfile does not have.

    The build stops before it begins: `target stage "prod" could not be found`.

    Name a stage as `FROM ... AS` does; upper and lower case do not matter.

    https://docs.docker.com/build/building/multi-stage/#stop-at-a-specific-build-stage
    """

    severity = Severity.ERROR
    bad = {
        "=== Makefile\nimage:\n\tdocker build --target «prod» .\n=== Dockerfile\nFROM alpine:3.22 AS production\n": None,
        '=== docker-bake.hcl\ntarget "api" {\n  target = «"runtme"»\n}\n=== Dockerfile\nFROM alpine:3.22 AS runtime\n': None,
        "=== .github/workflows/ci.yml\njobs:\n  image:\n    steps:\n      - uses: docker/build-push-action@v6\n"
        "        with:\n          context: api\n          target: «web»\n=== api/Dockerfile\nFROM alpine:3.22\n": None,
    }
    good = (
        "=== Makefile\nimage:\n\tdocker build --target PROD .\n=== Dockerfile\nFROM alpine:3.22 AS prod\n",
        "=== Makefile\nimage:\n\tdocker build --target $(STAGE) .\n=== Dockerfile\nFROM alpine:3.22 AS prod\n",
        "=== Makefile\nimage:\n\tdocker build --target 0 .\n=== Dockerfile\nFROM alpine:3.22 AS prod\n",
        "=== Makefile\nimage:\n\tdocker build --target x .\n=== Dockerfile\n# syntax=acme/frontend:1\nFROM alpine:3.22\n",
    )

    def check(self, order: BuildOrder) -> Findings:
        link, files = order
        target = link.told.target
        source = files.read(link.dockerfile) if link.dockerfile is not None and link.is_sure else None
        if source is None or target is None or not target.value:
            return
        dockerfile = Dockerfile(source)
        names = [str(stage.from_.stage_name) for stage in dockerfile.stages if stage.from_.stage_name]
        is_number = target.value.isdecimal() and int(target.value) < len(dockerfile.stages)
        is_known = is_number or link.target in [name.lower() for name in names]
        if is_known or not dockerfile.stages or dockerfile.has_foreign_frontend or dockerfile.is_template:
            return
        near = nearest(link.target or "", [name.lower() for name in names])
        known = f": it has {listed(names)}" if names else ""
        hint = f"; did you mean `{near[0]}`?" if len(near) == 1 else known
        message = f"`{source.path}` has no stage `{target.value}`{hint}"
        yield self.finding(target.place, message)
