"""Env files, as far as git lets everybody read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dockerlint.compose.env_files import EnvEntry, parse_env
from dockerlint.knowledge.secrets import find_credentials, find_parameters, find_tokens
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Stack
from dockerlint.project.files import absolute
from dockerlint.project.service_kinds import file_parts, speaks_of_tests
from dockerlint.source import Source, Text
from dockerlint.wording import in_a_row

from ..secrets.values import is_secret, names_secret

_MOST_NAMES = 3


class OpenFile(NamedTuple):
    """An env file that git does not ignore."""

    source: Source
    entries: tuple[EnvEntry, ...]


def open_env_files(stack: Stack) -> Iterator[OpenFile]:
    """The env files of a project that are sure to be in its repository, or to get there with the next commit."""
    found: dict[Path, OpenFile] = {}
    for container in stack.containers:
        for given in container.env_files:
            if given.path is not None and given.source is not None:
                found.setdefault(given.path, OpenFile(given.source, given.entries))
    dotenv = absolute(Path(stack.compose.folder, ".env"))
    source = stack.files.read(dotenv) if stack.compose.source.path != "-" else None
    if source is not None:
        found.setdefault(dotenv, OpenFile(source, tuple(parse_env(source))))
    for path, file in found.items():
        if (
            stack.files.git_ignores(path) is False
            and not _is_example(path.name)
            and not _is_encrypted(stack, path, file)
        ):
            yield file


def _is_example(name: str) -> bool:
    """Whether a file only shows what belongs in it: `.env.example`."""
    return not file_parts(name).isdisjoint({"example", "sample", "template", "tpl", "dist", "default", "defaults"})


def _is_encrypted(stack: Stack, path: Path, file: OpenFile) -> bool:
    """Whether sops, dotenvx, git-crypt or the like encrypt what git gets to see."""
    values = [entry.value for entry in file.entries if entry.value]
    if any(value.startswith(("ENC[", "encrypted:")) for value in values) or "\0GITCRYPT" in file.source.text[:16]:
        return True
    attributes = {stack.files.root / ".gitattributes", path.with_name(".gitattributes")}
    sources = [source for each in attributes if (source := stack.files.read(each)) is not None]
    return any(_encrypts(line.split()) for source in sources for line in source.text.splitlines())


def _encrypts(words: Sequence[str]) -> bool:
    """Whether a line of .gitattributes has env files encrypted: `.env filter=git-crypt`."""
    filters = [word for word in words[1:] if word.startswith("filter=") and "crypt" in word]
    return bool(filters) and "env" in words[0]


class CommittedEnvFile(Rule[Stack]):
    """An env file with secrets is not ignored by git.

    It gets into the repository with the next commit, if it is not there already. Everybody who can read that has the
    secrets then, and they stay in the history after they are changed.

    Name the file in `.gitignore`, take it out of the index with `git rm --cached`, and change what stood in it. For those
    who come new, keep a `.env.example` with the names alone.

    https://docs.docker.com/compose/how-tos/environment-variables/best-practices/
    """

    severity = Severity.WARNING
    aliases = ("OWASP-12",)
    bad = {
        "=== .git/HEAD\n=== .env\nPORT=80\n«DB_PASSWORD»=hunter22\n=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n": None,
        "=== .git/HEAD\n=== .gitignore\n.env\n=== prod.env\n«JWT_SECRET»=Zk3nR8vQ2x\nAPI_KEY=Zk3nR8vQ2xLp\n"
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    env_file:\n      - prod.env\n": None,
        "=== .git/HEAD\n=== deploy/.env\n«DATABASE_URL»=postgresql://app:hunter22@db/app\n=== deploy/compose.yaml\n"
        "services:\n  a:\n    image: x:1\n": None,
        "=== .git/HEAD\n=== .gitignore\n*.env\n!deploy/raw.env\n=== deploy/raw.env\n«DB_PASSWORD»=hun$$ter22\n"
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    env_file:\n      path: deploy/raw.env\n      format: raw\n": None,
    }
    good = (
        "=== .git/HEAD\n=== test.env\nDB_PASSWORD=hunter22\n=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n"
        "    env_file: test.env\n",
        "=== .env\nDB_PASSWORD=hunter22\n=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== .git/HEAD\n=== .gitignore\n.env*\n=== .env\nDB_PASSWORD=hunter22\n=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== .git/HEAD\n=== .env\nDB_PASSWORD=changeme\nAPI_KEY=\nTOKEN=$OTHER\nPORT=80\nDB_PASSWORD_FILE=/run/secrets/db\n"
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== .git/HEAD\n=== .env.example\nDB_PASSWORD=hunter22\n=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n"
        "    env_file: .env.example\n",
        "=== .git/HEAD\n=== .env\nDB_PASSWORD=ENC[AES256_GCM,data:CwE4O1s=,type:str]\nAPI_KEY=Zk3nR8vQ2xLp\n"
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== .git/HEAD\n=== .gitattributes\n.env filter=git-crypt diff=git-crypt\n=== .env\nDB_PASSWORD=hunter22\n"
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
    )

    def check(self, stack: Stack) -> Findings:
        for file in open_env_files(stack):
            if speaks_of_tests(file_parts(file.source.path)):
                continue
            names = list(dict.fromkeys(entry.name for entry in file.entries if _is_secret(entry)))
            if not names:
                continue
            shown = [f"`{name}`" for name in names[:_MOST_NAMES]]
            more = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
            message = f"the file holds {in_a_row([*shown, *more])}, and git does not ignore it"
            yield self.finding(
                names[0], message, help="name it in `.gitignore`, and change the secrets that were committed"
            )


def _is_secret(entry: EnvEntry) -> bool:
    value: Text | None = entry.value
    if value is None or entry.unknown or any(find_tokens(value, entry.name)):  # of tokens another rule speaks
        return False
    if names_secret(entry.name, compose=True):
        return is_secret(value, entry.name)
    return any(find_credentials(value)) or any(find_parameters(value))
