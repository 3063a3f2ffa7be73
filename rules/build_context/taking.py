"""What a broad copy takes into the image that has no place there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dockerlint.context.files import human_size
from dockerlint.context.listing import Entry
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.payload import judging
from dockerlint.project.payload.contents import Burden, listed
from dockerlint.project.payload.copies import BroadCopy, broad_copies
from dockerlint.project.payload.kinds import plain_pattern
from dockerlint.project.payload.tools import Tool

from .ignoring import missing
from .writing import appended


class SecretInContext(Rule[Build]):
    """A copy of a whole folder takes a file with a secret along.

    Everybody who can pull the image can read the file, and deleting it in a later step does not help, for the layer
    keeps it. In a stage that does not ship it still lies in the build cache.

    Name the file in `.dockerignore`. Give a secret to the container when it runs, with `env_file:` or `secrets:`, or to
    the build with `RUN --mount=type=secret`. What has been pushed must be replaced.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.ERROR
    bad = {
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY «.» /app\n=== app.py\nprint()\n"
        "=== .env\nDB_PASSWORD=Zk3nR8vQ2x\n=== .dockerignore\n.git\n": "=== .dockerignore\n.git\n.env\n",
        "=== Dockerfile\nFROM golang:1.26 AS build\nCOPY «.» .\nRUN go build -o /app\nFROM scratch\n"
        'COPY --from=build /app /app\n=== go.mod\nmodule x\n=== deploy/prod.tfvars\ndb_password = "Zk3nR8vQ2x"\n': None,
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «web/» /srv/\n=== web/.npmrc\n"
        "//registry.npmjs.org/:_authToken=8a6fe0a4-3f43-4a3f-b1f0-9d3b1c7e5d21\n=== .dockerignore\n.git": (
            "=== .dockerignore\n.git\nweb/.npmrc"
        ),
        "=== Dockerfile\nFROM nginx:1.29\nCOPY .env /srv/\nADD «.» /srv/\n=== .env\nDB_PASSWORD=Zk3nR8vQ2x\n"
        "=== .dockerignore\n.git\n": None,
    }
    good = (
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== .env\nDB_PASSWORD=Zk3nR8vQ2x\n"
            "=== .dockerignore\n.env\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== .env.example\nDB_PASSWORD=Zk3nR8vQ2x\n"
            "=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== .env\nDB_PASSWORD=changeme\nPORT=8000\n"
            "=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n"
            "=== tests/data/server.key\n-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== app.py\nprint()\n"
            "=== certs/ca.pem\n-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py /app/\n=== app.py\nprint()\n"
            "=== .env\nDB_PASSWORD=Zk3nR8vQ2x\n"
        ),
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\n=== .env\nDB_PASSWORD=Zk3nR8vQ2x\n",
    )

    def check(self, build: Build) -> Findings:
        for copy in broad_copies(build):
            found = judging.secrets(copy)
            if not found:
                continue
            where = "image" if copy.ships else "build cache"
            titles = [f"`{secret.path}` ({secret.what})" if len(found) == 1 else f"`{secret.path}`" for secret in found]
            fix = appended(build, (pattern for secret in found if (pattern := plain_pattern(secret.path))))
            message = f"{copy.title} takes {listed(titles)} into the {where}"
            yield self.finding(
                copy.word, message, help="name it in `.dockerignore`, and replace what has been pushed", fix=fix
            )


class GitInContext(Rule[Build]):
    """A copy of a whole folder takes the git history into the image.

    The history holds everything that was ever committed, and every commit makes Docker run this step and all after it
    again. Secrets that were deleted since can be read from it.

    Add `.git` to `.dockerignore`. Where the build needs the version, hand it over as a build argument.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.WARNING
    bad = {
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «.» /srv\n=== .git/HEAD\n\n=== .dockerignore\n.env\n": (
            "=== .dockerignore\n.env\n.git\n"
        ),
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «sub» /srv\n=== sub/.git\ngitdir: ../.git/modules/sub\n"
        "=== .dockerignore\n": ("=== .dockerignore\nsub/.git\n"),
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «./» /srv\nRUN rm -rf /srv/.git\n=== .git/HEAD\n\n"
        "=== Dockerfile.dockerignore\n.env": "=== Dockerfile.dockerignore\n.env\n.git",
    }
    good = (
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== .git/HEAD\n\n=== .dockerignore\n.git\n",
        (
            "=== Dockerfile\nFROM python:3.13\nCOPY . /srv\nRUN git describe > VERSION\n=== .git/HEAD\n\n"
            "=== .dockerignore\n.env\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13\nCOPY . /srv\nRUN pip install .\n=== .git/HEAD\n\n"
            '=== .dockerignore\n.env\n=== pyproject.toml\n[build-system]\nrequires = ["setuptools-scm"]\n'
        ),
        (
            "=== Dockerfile\nFROM golang:1.26 AS build\nCOPY . .\nRUN go build -o /app\nFROM scratch\n"
            "COPY --from=build /app /app\n=== .git/HEAD\n\n=== go.mod\nmodule x\n=== .dockerignore\n.env\n"
        ),
        "=== Dockerfile\nFROM alpine:3.22\nCOPY .git /srv/.git\n=== .git/HEAD\n\n=== .dockerignore\n.env\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY --exclude=.git . /srv\n=== .git/HEAD\n\n=== .dockerignore\n.env\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv\n=== .git/HEAD\n\n=== .dockerignore\n.*\n!.git\n",
    )

    def check(self, build: Build) -> Findings:
        for copy in _not_folded(build):
            found = judging.git(build, copy)
            if found:
                titles = listed(burden.title for burden in found)
                fix = appended(build, (burden.pattern for burden in found))
                message = f"{copy.title} takes {titles}: every commit changes this layer"
                yield self.finding(copy.word, message, help="add `.git` to `.dockerignore`", fix=fix)


class DependenciesInContext(Rule[Build]):
    """A copy of a whole folder takes dependencies or build results along that the image makes by itself.

    They were made for your system, not for the image's: compiled parts do not run there, and the copy may overwrite
    what was installed in the image. At the least they swell it.

    Name the folders in `.dockerignore`: `**/node_modules`, `.venv`, `target`.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.WARNING
    bad = {
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY «.» .\n"
        "=== package.json\n{}\n"
        "=== node_modules/a/index.js\n\n=== .dockerignore\n.git\n": "=== .dockerignore\n.git\n**/node_modules\n",
        "=== Dockerfile\nFROM python:3.13\nWORKDIR /app\nCOPY «.» .\nRUN pip install -r requirements.txt\n"
        "=== requirements.txt\nflask\n=== venv/pyvenv.cfg\n\n"
        "=== .dockerignore\n.git": "=== .dockerignore\n.git\nvenv",
        "=== Dockerfile\nFROM rust:1\nCOPY «.» .\nRUN cargo build --release\n=== Cargo.toml\n\n=== target/debug/x\n\n"
        "=== .dockerignore\n.git\n": "=== .dockerignore\n.git\ntarget\n",
        "=== Dockerfile\nFROM node:24\nCOPY «app/» /app\nRUN cd /app && yarn install\n=== app/package.json\n{}\n"
        "=== app/node_modules/a/index.js\n": None,
    }
    good = (
        (
            "=== Dockerfile\nFROM node:24\nCOPY . /app\n=== package.json\n{}\n=== node_modules/a/index.js\n\n"
            "=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n=== package.json\n{}\n"
            "=== node_modules/a/index.js\n\n=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM node:24\nRUN npm ci\nCOPY . .\n=== package.json\n{}\n=== node_modules/a/index.js\n\n"
            "=== .dockerignore\nnode_modules\n"
        ),
        (
            "=== Dockerfile\nFROM golang:1.26\nCOPY . .\nRUN go build ./...\n=== go.mod\n\n"
            "=== vendor/modules.txt\n\n=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM rust:1 AS build\nCOPY . .\nRUN cargo build\nFROM scratch\n"
            "COPY --from=build /target/debug/x /x\n=== Cargo.toml\n\n=== target/debug/x\n\n=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\n=== requirements.txt\n\n"
            "=== Lib/venv/__init__.py\n\n=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm ci && npm run build\n=== package.json\n{}\n"
            "=== build/webpack.config.js\n\n=== .dockerignore\nnode_modules\n"
        ),
    )

    def check(self, build: Build) -> Findings:
        for copy in _not_folded(build):
            found = judging.dependencies(build, copy)
            if found:
                fix = appended(build, (burden.pattern for burden, _ in found))
                help_ = "name the folders in `.dockerignore`"
                yield self.finding(copy.word, _about_dependencies(copy, found), help=help_, fix=fix)


def _about_dependencies(copy: BroadCopy, found: list[tuple[Burden, Tool]]) -> str:
    for burden, tool in found:
        if judging.overwrites(copy, burden, tool):
            more = f", and takes {len(found) - 1} more folders" if len(found) > 1 else ""
            size = f" ({human_size(burden.size)})" if burden.size else ""
            return (
                f"{copy.title} puts your machine's node_modules{size} over the one that `{tool.title}` installed "
                f"in line {tool.line}{more}"
            )
    tool = found[0][1]
    titles = listed(burden.title for burden, _ in found)
    return f"{copy.title} takes {titles} into the image, where `{tool.title}` (line {tool.line}) makes its own"


class ClutterInContext(Rule[Build]):
    """A copy of a whole folder takes caches, logs and the like along, which are of no use in the image.

    They swell the image, and change with every test run, which makes Docker run this step and all after it again.

    List them in `.dockerignore`.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.INFO
    bad = {
        "=== Dockerfile\nFROM python:3.13\nCOPY «.» /app\n=== .pytest_cache/x\n\n=== a/__pycache__/x.pyc\n\n"
        "=== b/__pycache__/x.pyc\n\n=== .dockerignore\n.git\n": (
            "=== .dockerignore\n.git\n**/.pytest_cache\n**/__pycache__\nDockerfile\n"
        ),
        "=== Dockerfile\nFROM python:3.13\nCOPY «.» /app\n=== .idea/x\n\n=== npm-debug.log\nx\n"
        "=== .dockerignore\n.git": ("=== .dockerignore\n.git\n**/*.log\n**/.idea\nDockerfile"),
        "=== Dockerfile\nFROM python:3.13\nCOPY «app» /app\n=== app/.DS_Store\n\n=== app/dump-2024.sql\n\n"
        "=== app/app.py\n": None,
    }
    good = (
        "=== Dockerfile\nFROM python:3.13\nCOPY . /app\n=== compose.yaml\nservices: {}\n=== .dockerignore\n.git\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY . /app\n=== a/__pycache__/x.pyc\n\n=== .dockerignore\n.git\n",
        (
            "=== Dockerfile\nFROM python:3.13\nCOPY . /app\n=== db.sqlite3\n\n=== seed.log\n\n=== .dockerignore\n.git\n"
            "=== app.py\nopen('db.sqlite3'), open('seed.log')\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13\nCOPY . /app\n=== migrations/1.sql\n\n=== queries/2.sql\n\n"
            "=== .dockerignore\n.git\n"
        ),
        (
            "=== Dockerfile\nFROM python:3.13\nCOPY .vscode .idea /app/\n=== .vscode/x\n\n=== .idea/x\n\n"
            "=== .dockerignore\n.git\n"
        ),
    )

    def check(self, build: Build) -> Findings:
        for copy in _not_folded(build):
            found = judging.worth_mentioning(build, copy)
            if found:
                titles = listed(burden.title for burden in found)
                fix = appended(build, (burden.pattern for burden in found))
                message = f"{copy.title} also takes {titles}"
                yield self.finding(copy.word, message, help="list them in `.dockerignore`", fix=fix)


def _not_folded(build: Build) -> Iterator[BroadCopy]:
    """The copies of which the finding about a missing ignore file does not speak."""
    lacks_ignore_file = missing(build) is not None
    return (copy for copy in broad_copies(build) if copy.base or not lacks_ignore_file)


class LargeContext(Rule[Build]):
    """A copy of the whole context takes very much.

    All of it is sent to the builder, read for changes at every build, and lies in the image or in the build cache.

    Name what the image needs instead, or keep large files back with `.dockerignore`. Mount data when the container
    runs. The settings `context-size` and `file-size` say what is much: 100 MB in all, and 50 MB in one file.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.INFO
    bad = {
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «*» /srv/\n=== film.mp4 (60 MB)\n=== package.json\n": None,
        "=== Dockerfile\nFROM python:3.13\nCOPY «.» /app\n=== Gemfile\n\n=== data/train.bin (60 MB)\n": None,
        "=== Dockerfile\nFROM golang:1.26 AS build\nADD «./» /src\nFROM scratch\nCOPY --from=build /app /app\n"
        "=== go.mod\n\n=== a.bin (40 MB)\n\n=== b.bin (40 MB)\n\n=== assets/c.bin (40 MB)\n": None,
        '=== dockerlint.toml\ncontext-size = "30 MB"\n=== Dockerfile\nFROM python:3.13\nCOPY «.» /app\n=== Gemfile\n\n'
        "=== a.bin (20 MB)\n\n=== b.bin (20 MB)\n": None,
        '=== dockerlint.toml\nfile-size = "10 MB"\n=== Dockerfile\nFROM python:3.13\nCOPY «.» /app\n=== Gemfile\n\n'
        "=== a.bin (20 MB)\n": None,
    }
    good = (
        "=== Dockerfile\nFROM python:3.13\nCOPY . /app\n=== data/small.bin\nx\n=== Gemfile\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY models /app/models\n=== models/small.bin\nx\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY app.py /app/\n=== app.py\n",
        '=== dockerlint.toml\ncontext-size = "1 GB"\nfile-size = "80 MB"\n=== Dockerfile\nFROM python:3.13\n'
        "COPY . /app\n=== Gemfile\n\n=== a.bin (60 MB)\n\n=== b.bin (60 MB)\n",
    )

    def check(self, build: Build) -> Findings:
        for copy in broad_copies(build):
            if copy.base or build.context is None:
                continue
            # Of what ships other findings give the size of what has no place there.
            entries = copy.contents.others if copy.ships else copy.contents.entries
            total = sum(entry.size for entry in entries)
            largest = max((entry.size for entry in entries), default=0)
            if total > self.settings.context_size or largest > self.settings.file_size:
                at_least = "" if build.context.is_complete else "at least "
                message = f"{copy.title} takes {at_least}{human_size(total)}, {_largest(entries, total)}"
                yield self.finding(copy.word, message, help="keep large files back with `.dockerignore`")


def _largest(entries: Sequence[Entry], total: int) -> str:
    """What makes up most of it, by the files and folders of the context's root."""
    sizes: Counter[str] = Counter()
    for entry in entries:
        name, slash, _ = entry.path.partition("/")
        sizes[name + slash] += entry.size
    large = [(path, size) for path, size in sizes.most_common(3) if size >= total / 20]
    if large[0][1] > total * 0.95:
        return f"nearly all of it in `{large[0][0]}`"
    return listed(f"{human_size(size)} of it in `{path}`" for path, size in large)
