"""Ignore files that are missing, or miss what every project has."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dockerlint.context.ignore import IgnoreFile
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.payload import judging
from dockerlint.project.payload.anchoring import EVERYTHING
from dockerlint.project.payload.contents import Burden, listed
from dockerlint.project.payload.copies import BroadCopy, broad_copies
from dockerlint.project.payload.essentials import ENV, EXISTS, GITIGNORE, Expected, expected, gets_through
from dockerlint.project.payload.judging import Secret

from .unread import unread
from .writing import appended, created, first_line, harmless, ignore_source


class Missing(NamedTuple):
    """What a copy of the whole context takes, or will take, because no ignore file keeps it back."""

    copy: BroadCopy
    secrets: tuple[Secret, ...]
    burdens: tuple[Burden, ...]
    expected: tuple[Expected, ...]

    @property
    def titles(self) -> list[str]:
        """What is there, the worst and largest first."""
        titles = [f"`{secret.path}`" for secret in self.secrets]
        has_env = any(found.essential is ENV and found.reason == EXISTS for found in self.expected)
        if has_env and "`.env`" not in titles:
            titles.append("`.env`")
        return titles + [burden.title for burden in sorted(self.burdens, key=lambda burden: -burden.size)]


@lru_cache(maxsize=1)
def missing(build: Build) -> Missing | None:
    """What the lack of an ignore file does. The rules about what a copy takes leave it to this finding then."""
    context = build.context
    copy = _copy_of_everything(build)
    if copy is None or context is None or context.ignore is not None:
        return None
    if context.exists(".containerignore") or any(unread(build)):
        return None
    burdens = (
        *judging.git(build, copy),
        *(burden for burden, _ in judging.dependencies(build, copy)),
        *judging.clutter(build, copy),
    )
    found = Missing(copy, judging.secrets(copy), burdens, tuple(expected(build, copy.contents, [copy.stage])))
    return found if found.secrets or found.burdens or found.expected else None


def _takes_all(copy: BroadCopy) -> bool:
    """Whether it copies the whole context into what ships, with nothing left out by `--exclude`."""
    return copy.ships and not copy.base and copy.transfer.flag("exclude") is None


def _copy_of_everything(build: Build) -> BroadCopy | None:
    return next((copy for copy in broad_copies(build) if _takes_all(copy)), None)


class MissingDockerignore(Rule[Build]):
    """The whole folder is copied into the image, and no .dockerignore keeps anything back.

    Whatever lies beside the Dockerfile ends up in the image: local settings with passwords, the git history, virtual
    environments for another system, caches. Every change of any of it makes Docker run all later steps again.

    Write a `.dockerignore` next to the files that are copied, and name in it what the image does not need: `.git`,
    `.env`, `**/__pycache__`, `venv`, `**/node_modules`.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.WARNING
    aliases = ("DF033",)
    bad = {
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        'COPY «.» .\nCMD ["python", "app.py"]\n'
        "=== requirements.txt\nflask\n=== app.py\nprint()\n=== .git/HEAD\nref: refs/heads/main\n": (
            "=== .dockerignore\n.git\n**/__pycache__\n**/*.pyc\n.venv\nvenv\nDockerfile\n"
        ),
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        'ADD «./» /app/\nCMD ["python", "app.py"]\n'
        "=== requirements.txt\nflask\n=== app.py\nprint()\n": (
            "=== .dockerignore\n**/__pycache__\n**/*.pyc\n.venv\nvenv\nDockerfile\n"
        ),
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY package.json .\nRUN npm install\nCOPY --chown=node «.» .\n"
        "=== package.json\n{}\n=== node_modules/a/index.js\n\n=== .env\nAPI_KEY=Zk3nR8vQ2x\n": (
            "=== .dockerignore\n.env\n**/node_modules\nDockerfile\n"
        ),
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «*» /usr/share/nginx/html/\n"
        "=== package.json\n{}\n=== .git\ngitdir: ../.git/worktrees/site\n": "=== .dockerignore\n.git\nDockerfile\n",
        "=== site/Dockerfile\nFROM nginx:1.29\nCOPY «.» /usr/share/nginx/html/\n"
        "=== compose.yaml\nservices:\n  web:\n    build: site\n=== site/index.html\n\n=== site/.gitignore\n.env\n": (
            "=== site/.dockerignore\n.env\nDockerfile\n"
        ),
        "=== Dockerfile\nFROM node:24 AS build\nWORKDIR /app\nCOPY «.» .\nRUN npm ci && npm run build\n"
        "FROM node:24-slim\nCOPY --from=build /app /app\n=== package.json\n{}\n=== .git/HEAD\n\n": (
            "=== .dockerignore\n.git\n**/node_modules\nDockerfile\n"
        ),
    }
    good = (
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py /app/\n=== app.py\nprint()\n=== .git/HEAD\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /usr/share/nginx/html/\n=== index.html\n\n=== Gemfile\n",
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n=== .git/HEAD\n\n"
            "=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n=== .git/HEAD\n\n"
            "=== Dockerfile.dockerignore\n.git\n"
        ),
        # A lone Dockerfile: nobody knows which folder it is built from.
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\nRUN pip install -r requirements.txt\n"
            "=== notes/.env\nA=1\n"
            "=== script.py\nprint()\n"
        ),
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY --from=builder . /app\n=== app.py\nprint()\n=== .git/HEAD\n",
        (
            "=== Dockerfile\nFROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app\nFROM scratch\n"
            "COPY --from=build /app /app\n=== go.mod\nmodule x\n=== .git/HEAD\n"
        ),
        "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== package.json\n{}\n=== node_modules/a/index.js\n",
    )

    def check(self, build: Build) -> Findings:
        found = missing(build)
        if found is None:
            return
        message = f"no .dockerignore: {found.copy.title} takes {listed(found.titles)} into the image"
        if not found.titles:
            names = [f"`{each.essential.title}`" for each in found.expected]
            message = f"no .dockerignore: {found.copy.title} takes {listed(names)} along wherever they exist"
        fix = created(build)
        help_ = "write a `.dockerignore` that names what the image does not need"
        yield self.finding(found.copy.word, message, help=fix.message if fix else help_, fix=fix)


class DockerignoreMissesEssentials(Rule[Build]):
    """The ignore file lets something through that never belongs in an image.

    It may not lie in your folder now, but it does on the machine of whoever works on the project, and the image that is
    built there holds local settings with passwords, a virtual environment for another system, or caches.

    Add the patterns. Unlike in .gitignore they start at the top of the context: `**/__pycache__` means every folder.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.WARNING
    bad = {
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n=== .gitignore\n.env\nvenv/\n"
        "=== .dockerignore\n«.git»\n**/__pycache__\n": "=== .dockerignore\n.git\n**/__pycache__\n.env\n.venv\nvenv\n",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n"
        "=== .dockerignore\n«# ours»\r\n.venv\r\n": (
            "=== .dockerignore\n# ours\r\n.venv\r\n**/__pycache__\r\n**/*.pyc\r\n"
        ),
        "=== Dockerfile\nFROM node:24\nCOPY package.json .\nRUN npm install\nCOPY . .\n=== package.json\n{}\n"
        "=== .dockerignore\n«.git»": "=== .dockerignore\n.git\n**/node_modules",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== .env.example\nA=\n=== .dockerignore\n«.git»\n": (
            "=== .dockerignore\n.git\n.env\n"
        ),
        "=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm ci && npm run build\n=== package.json\n{}\n"
        "=== .gitignore\n/dist\n=== .dockerignore\n«node_modules»\n": "=== .dockerignore\nnode_modules\ndist\n",
    }
    good = (
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n=== .gitignore\n.env\n"
            "=== .dockerignore\n*\n!app.py\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n"
            "=== .gitignore\n.env\n.venv\nenv\n=== .dockerignore\n.env*\n*.py[cod]\nvenv\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n=== .gitignore\n.env\n"
            "=== .dockerignore\n**/.*\n**/__pycache__\n!.env\n"
        ),
        "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== package.json\n{}\n=== .dockerignore\n.git\n",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py /app\n=== app.py\nprint()\n=== .dockerignore\n.git\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== index.html\n\n=== .dockerignore\n.git\n",
    )

    def check(self, build: Build) -> Findings:
        context, copy = build.context, _copy_of_everything(build)
        if context is None or copy is None or context.ignore is None or context.ignore_path is None:
            return
        if _lists_what_may_in(context.ignore):
            return
        reported = _reported(build, copy)
        found = [
            each
            for each in expected(build, copy.contents, [copy.stage])
            if gets_through(context, each) and reported.isdisjoint(each.essential.patterns)
            # A COPY that names it is another rule's business.
            if harmless(build, each.essential.patterns)
        ]
        if found:
            source = ignore_source(context)
            place = first_line(source) if source is not None else copy.word
            fix = appended(build, (pattern for each in found for pattern in each.essential.patterns))
            message = _about_essentials(context.ignore_path.name, found)
            yield self.finding(place, message, help="add the missing patterns", fix=fix)


def _about_essentials(name: str, found: list[Expected]) -> str:
    titles = listed(f"`{each.essential.title}`" for each in found)
    if all(each.reason == GITIGNORE for each in found):
        return f"{name} lets {titles} through, which .gitignore keeps out of git"
    return f"{name} does not keep out {titles}"


def _reported(build: Build, copy: BroadCopy) -> set[str]:
    """The patterns against what other rules speak of, because it lies there already."""
    burdens = [*judging.git(build, copy), *judging.worth_mentioning(build, copy)]
    burdens += [burden for burden, _ in judging.dependencies(build, copy)]
    return {burden.pattern for burden in burdens} | {secret.path for secret in judging.secrets(copy)}


def _lists_what_may_in(ignore: IgnoreFile) -> bool:
    """Whether an ignore file keeps everything out, and then lets single things in."""
    return ignore.has_negations and ignore.patterns[0].pattern in EVERYTHING
