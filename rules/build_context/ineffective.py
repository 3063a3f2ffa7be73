"""Ignore files, and lines of them, that do not do what they seem to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockerlint.context.ignore import IgnoreFile, Pattern
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.payload.anchoring import EVERYTHING, anchored
from dockerlint.project.payload.copies import broad_copies, is_glob, takes_from_context

from .unread import unread
from .writing import first_line, prefixed


class IneffectiveDockerignore(Rule[Build]):
    """An ignore file, or a line of it, does not do what it seems to.

    What it was written to keep back goes into the image. The file looks like a .gitignore, but its patterns start at
    the top of the context, the last one that matches decides, and Docker reads only one such file: `.dockerignore` at
    the top of the context, or `<name of the Dockerfile>.dockerignore` beside the Dockerfile.

    Write `**/node_modules` for a name in every folder, and put comments on lines of their own.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.WARNING
    bad = {
        "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== frontend/node_modules/a/index.js\n\n"
        "=== .dockerignore\n.git\n«node_modules/»\n": "=== .dockerignore\n.git\n**/node_modules/\n",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app/__pycache__/x.pyc\n\n=== app/x.py\n\n"
        "=== .dockerignore\n«__pycache__»\n*.pyc\n": "=== .dockerignore\n**/__pycache__\n*.pyc\n",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app/__pycache__/x.pyc\n\n=== app/x.py\n\n"
        "=== .dockerignore\n«*.py[cod]»\n": "=== .dockerignore\n**/*.py[cod]\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== api/.env\nA=1\n=== .dockerignore\n«.env»": (
            "=== .dockerignore\n**/.env"
        ),
        "=== Dockerfile\nFROM nginx:1.29\nCOPY index.html /srv/\n=== index.html\n\n"
        "=== .dockerignore\n.git\n«!»\n«node_modules # not needed»\n «# caches»\n«../other»\n«[z-a]»\n": None,
        "=== Dockerfile\nFROM nginx:1.29\nCOPY index.html /srv/\n=== index.html\n\n"
        "=== .dockerignore\ndocs\n«!docs/index.md»\ndocs/*.md\n": None,
        "=== docker/Dockerfile\nFROM nginx:1.29\nCOPY site /srv\nCOPY . /all\n=== site/index.html\n\n"
        "=== docker/.dockerignore\n«.git»\n": None,
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== Gemfile\n\n=== .dockerignore.txt\n«.git»\n": None,
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== Dockerfile.dockerignore\n.git\n"
        "=== .dockerignore\n«.env»\n": None,
    }
    good = (
        (
            "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== node_modules/a/index.js\n\n"
            "=== web/node_modules/b/index.js\n\n"
            "=== .dockerignore\nnode_modules\n"
        ),
        "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== src/index.js\n\n=== .dockerignore\nnode_modules\n*.log\n",
        "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== src/bin/run.js\n\n=== .dockerignore\nbin\nsrc\n",
        "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== src/lib/run.js\n\n=== .dockerignore\nlib\n",
        (
            "=== Dockerfile\nFROM node:24\nCOPY . /app\n"
            "=== .dockerignore\n# a comment\n*\n!src\nsrc/**/*.test.js\nC# notes\n"
        ),
        (
            "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== Dockerfile.dockerignore\n.git\n=== .dockerignore\n.env\n"
            "=== Dockerfile.dev\nFROM nginx:1.29\n"
        ),
        "=== docker/Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== docker/.dockerignore\n.git\n=== docker/Makefile\n",
    )

    def check(self, build: Build) -> Findings:
        context = build.context
        if context is None or not takes_from_context(build):
            return
        if context.ignore is not None:
            yield from self._broken(context.ignore)
            yield from self._undone(context.ignore)
        for file in unread(build) if broad_copies(build) else ():
            yield self.finding(first_line(file.source), file.message, help=file.help)
        for pattern, paths in anchored(build):
            name = pattern.text.rstrip("/")
            gets = "gets" if len(paths) == 1 else f"and {len(paths) - 1} more get"
            message = f"`{name}` matches only at the top of the context; `{paths[0]}` {gets} through"
            yield self.finding(pattern.text, message, help=f"write `**/{name}`", fix=prefixed(build, pattern.text))

    def _broken(self, ignore: IgnoreFile) -> Findings:
        for text, reason in ignore.errors:
            yield self.finding(text, f"Docker stops at `{text}`: {reason}", help="mend the pattern or delete the line")
        for pattern in ignore.patterns:
            text = pattern.text
            if text.startswith("#"):
                message = "this is a pattern, not a comment: its `#` is not in the first column"
                advice = "delete the blanks before it"
            elif re.search(r"\s#", text):
                message = f"`{text}` is all one pattern, what follows the `#` too"
                advice = "put the comment on its own line"
            elif pattern.pattern.startswith("../") or pattern.pattern == "..":
                message = f"`{text}` lies outside the context and matches nothing"
                advice = "delete the line"
            else:
                continue
            yield self.finding(text, message, help=advice)

    def _undone(self, ignore: IgnoreFile) -> Findings:
        for index, pattern in enumerate(ignore.patterns):
            culprit = _excluded_again(ignore, pattern, ignore.patterns[index + 1 :]) if pattern.negated else None
            if culprit is not None:
                message = f"`{pattern.text}` has no effect: `{culprit.text}` in line {culprit.line} excludes it again"
                advice = f"move it below line {culprit.line}: the last pattern that matches decides"
                yield self.finding(pattern.text, message, help=advice)


def _excluded_again(ignore: IgnoreFile, pattern: Pattern, later: Sequence[Pattern]) -> Pattern | None:
    """The pattern that takes back all that a `!` pattern lets in."""
    if not is_glob(pattern.pattern):
        decider = ignore.deciding(pattern.pattern)
        takes_back = decider is not None and decider in later and not decider.negated
        return decider if takes_back else None
    covering = (other for other in later if not other.negated and other.pattern in {pattern.pattern, *EVERYTHING})
    found = next(covering, None)
    is_final = found is not None and not any(other.negated and other.line > found.line for other in later)
    return found if is_final else None
