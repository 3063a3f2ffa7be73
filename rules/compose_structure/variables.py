"""Variables that Compose cannot read, that nobody sets, or that were meant for the container."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from dockerlint.compose.commands import hooks
from dockerlint.compose.interpolation import Variable
from dockerlint.compose.nodes import Mapping, Node, Scalar, scalars
from dockerlint.compose.services import Compose, Service
from dockerlint.knowledge.secrets import find_credentials, is_secret_name
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.lint.yaml_edits import inner_span, is_shared
from dockerlint.project.containers import Container, Stack
from dockerlint.project.neighbours import described_variables
from dockerlint.source import Span

# Variables that only containers know; the first ones nobody writes into a `.env` either.
_NEVER_GIVEN = re.compile(r"HOSTNAME|PATH|HOME|PWD|RANDOM")
_CONTAINERS_OWN = re.compile(rf"{_NEVER_GIVEN.pattern}|POSTGRES_\w+|MYSQL_\w+")
_OF_EVERY_SHELL = frozenset({"HOME", "PATH", "PWD"})


class ShellText(NamedTuple):
    """Texts of one command, script or Dockerfile that Compose interpolates before anybody runs them."""

    what: str
    scalars: tuple[Scalar, ...]
    is_dockerfile: bool = False


def shell_texts(service: Service) -> Iterator[ShellText]:
    """What a service runs, checks itself with and is built by."""
    for key, what in (("command", "command"), ("entrypoint", "entrypoint")):
        yield from _text(f"the {what} of `{service.name}`", service.node.get(key))
    healthcheck = service.node.get("healthcheck")
    if isinstance(healthcheck, Mapping):
        yield from _text(f"the healthcheck of `{service.name}`", healthcheck.get("test"))
    for key, hook in hooks(service.settings):
        yield from _text(f"`{key}` of `{service.name}`", hook.node.get("command"))
    build = service.node.get("build")
    if isinstance(build, Mapping):
        inline = _text(f"the Dockerfile of `{service.name}`", build.get("dockerfile_inline"))
        yield from (text._replace(is_dockerfile=True) for text in inline)


def _text(what: str, node: Node | None) -> Iterator[ShellText]:
    if node is not None:
        yield ShellText(what, tuple(scalars(node)))


def _doubled(*places: Span) -> Fix | None:
    """A fix that leaves references to whoever reads the text after Compose."""
    if any(is_shared(place) or place.source.text[place.start : place.start + 1] != "$" for place in places):
        return None
    edits = tuple(Edit.replacing(Span(place.source, place.start, place.start), "$") for place in places)
    return Fix("double the `$`", edits, is_safe=False)


class BrokenInterpolation(Rule[Compose]):
    """A `${...}` is no variable that Compose can read.

    Compose refuses the file. It knows `${V}`, `${V:-default}`, `${V:?message}` and `${V:+other}`, the last three without
    the colon too, and none of the other forms that shells have.

    Write `$$` for a `$` that is meant for a shell in the container, or as text.

    https://docs.docker.com/reference/compose-file/interpolation/
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    command: sh -c 'cd «${HOME%/}»/x'\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    command: sh -c 'cd $${HOME%/}/x'\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:«${TAG»\n    user: «${}»\n    hostname: «${1A}»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:«${A :-1}»\n": None,
        "=== compose.yaml\nx-y: '«${A:=b}»'\nservices:\n  web:\n    image: x:«${A.b}»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM alpine:3.22\n"
        "        RUN echo «${A/b/c}»\n": "=== compose.yaml\nservices:\n  web:\n    build:\n      dockerfile_inline: |\n"
        "        FROM alpine:3.22\n        RUN echo $${A/b/c}\n",
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:${TAG:-${OTHER-1}}\n    command: sh -c 'echo $$HOME $1 $(id) $'\n",
        "=== compose.yaml\n# ${\nservices:\n  web:\n    image: x:1\n    user: ${U:?who}\n    hostname: ${H:+a}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    command: echo $${HOME%/}\n",
    )

    def check(self, compose: Compose) -> Findings:
        texts = [scalar for service in compose.services for text in shell_texts(service) for scalar in text.scalars]
        for error in compose.errors:
            if error.kind == "interpolation":
                is_shell = any(scalar.span.holds(error.span) for scalar in texts)
                fix = _doubled(error.span) if is_shell else None
                yield self.finding(error.span, error.message, fix=fix, is_refusal=True)


# What the makers of password hashes put before salt and hash.
_HASH = r"(?<!\$)\$(?:apr1|2[abxy]|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*|[156y])\$[^\s$,][^\s,]*(?:,[tp]=[^\s,]*)*"


class _Lost(NamedTuple):
    """A variable that Compose replaces although the container has it.

    `within` is the value that it is but a piece of, where it was not meant as a variable at all.
    """

    variable: Variable
    what: str
    within: Span | None = None


class LostDollar(Rule[Stack]):
    """Compose replaces a variable that was meant for the container.

    Compose looks for `$NAME` in its own environment, finds nothing and puts nothing in its place: the shell in the
    container, which would know the variable, never sees it.

    Double the `$`: Compose makes `$NAME` of `$$NAME`.

    https://docs.docker.com/reference/compose-file/interpolation/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: app\n"
        "    healthcheck:\n      test: [CMD-SHELL, pg_isready -U «$POSTGRES_USER»]\n":
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: app\n"
        "    healthcheck:\n      test: [CMD-SHELL, pg_isready -U $$POSTGRES_USER]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    command: |\n      sh -c 'A=1; echo «${A}»; ls «$PATH»'\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    command: |\n      sh -c 'A=1; echo $${A}; ls $$PATH'\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      dockerfile_inline: |\n        ARG V=1\n"
        "        FROM alpine:«$V»\n": "=== compose.yaml\nservices:\n  web:\n    build:\n      dockerfile_inline: |\n"
        "        ARG V=1\n        FROM alpine:$$V\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    configs: [c]\nconfigs:\n  c:\n    content: |\n"
        "      proxy_set_header Host «$host»;\n      user ${NGINX_USER};\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    configs: [c]\nconfigs:\n  c:\n    content: |\n"
        "      proxy_set_header Host $$host;\n      user ${NGINX_USER};\n",
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    environment:\n      DB_PASSWORD: pa«$word1»\n":
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    environment:\n      DB_PASSWORD: pa$$word1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      TOKEN: «$argon2id»$v=19$m=65540$bQ$iM\n"
        "    labels:\n      - 'auth=me:«$apr1»$H6uskkkW$IgXLP6ewTrSu,you:$2y$05$k9pQx'\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      TOKEN: $$argon2id$$v=19$$m=65540$$bQ$$iM\n"
        "    labels:\n      - 'auth=me:$$apr1$$H6uskkkW$$IgXLP6ewTrSu,you:$2y$05$$k9pQx'\n",
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    labels:\n      - auth=me:$$apr1$$H6uskkkW$$IgXLP6ewTrSu\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER}\n"
        "    healthcheck:\n      test: [CMD-SHELL, pg_isready -U $POSTGRES_USER]\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_USER: app}\n"
        "    healthcheck:\n      test: pg_isready -U $$POSTGRES_USER -d ${POSTGRES_DB:-app} $1 $(id)\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: [A=1]\n    command: run $A\n=== .env\nA=2\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: [A=1]\n    command: run $A\n"
        "=== .env.example\nA=2\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment: [POSTGRES_USER]\n"
        "    command: run $POSTGRES_USER\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      API_PASSWORD: $API_PASSWORD\n"
        "      DB_URL: postgres://u:$DB_PASS@db/x\n",
    )

    def check(self, stack: Stack) -> Findings:
        for lost, *others in _by_value(all_lost(stack)):
            place = lost.variable.text
            by = "with its value outside" if lost.variable.name in _OF_EVERY_SHELL else "with nothing"
            shown, instead = (f"`{place}`", f"`${place}`") if lost.within is None else ("A `$`", "`$$`")
            message = f"{shown} in {lost.what} is replaced by Compose, {by}, before the container sees it: {instead}"
            fix = _doubled(*(one.variable.text.span for one in (lost, *others)))
            yield self.finding(place, message, fix=fix)


def _by_value(found: Iterable[_Lost]) -> Iterator[list[_Lost]]:
    """What is lost of one value together; each variable of a script by itself."""
    together: dict[object, list[_Lost]] = {}
    for lost in found:
        together.setdefault(lost.within or lost.variable.text.span, []).append(lost)
    yield from together.values()


@lru_cache(maxsize=1)
def all_lost(stack: Stack) -> tuple[_Lost, ...]:
    """The lost variables, each place once."""
    found: dict[Span, _Lost] = {}
    examples = described_variables(stack.files, stack.folder)
    shells = {id(scalar) for one in stack.containers for text in shell_texts(one.service) for scalar in text.scalars}
    meant_for_host = examples | _used_outside(stack.compose, shells) | _passed_on(stack.compose)
    is_hidden = has_hidden_environment(stack)
    for lost in (*_lost_in_configs(stack.compose), *_lost_in_hashes(stack.compose)):
        found.setdefault(lost.variable.text.span, lost)
    for container in stack.containers:
        for lost in (*_lost_in_shell(container, meant_for_host, is_hidden), *_lost_in_secrets(container.service)):
            found.setdefault(lost.variable.text.span, lost)
    return tuple(found.values())


def _used_outside(compose: Compose, shells: set[int]) -> set[str]:
    """Names that stand elsewhere than in what a container runs: whoever runs Compose gives these."""
    values = (scalar for tree in compose.trees for scalar in scalars(tree) if "$" in scalar.text)
    others = (scalar for scalar in values if id(scalar) not in shells)
    return {str(variable.name) for scalar in others for variable in compose.reader.value(scalar).variables}


def _passed_on(compose: Compose) -> set[str]:
    """Names without a value in `environment`: the container gets them from whoever runs Compose."""
    return {str(name) for service in compose.services for name, value in service.environment if value is None}


def _lost_in_shell(container: Container, meant_for_host: Set[str], is_hidden: bool) -> Iterator[_Lost]:
    reader = container.compose.reader
    own = _NEVER_GIVEN if is_hidden else _CONTAINERS_OWN
    for text in shell_texts(container.service):
        whole = "\n".join(str(scalar.text) for scalar in text.scalars if "$" in scalar.text or "=" in scalar.text)
        for scalar in text.scalars:
            for variable in reader.value(scalar).variables if "$" in scalar.text else ():
                name = str(variable.name)
                is_unset = variable.state == "unset" and name not in meant_for_host
                if is_unset and (own.fullmatch(name) or _is_of_container(name, container, text, whole)):
                    yield _Lost(variable, text.what)


def has_hidden_environment(stack: Stack) -> bool:
    """Whether there is likely a `.env` that the repository does not hold: git ignores it, or a service needs it."""
    path = stack.folder / ".env"
    if not stack.files.is_missing(path):
        return False
    given = (file.path for container in stack.containers for file in container.env_files)
    return path in given or stack.files.git_ignores(path) is True


def _is_of_container(name: str, container: Container, text: ShellText, whole: str) -> bool:
    if text.is_dockerfile:
        return re.search(rf"(?mi)^\s*(?:ARG|ENV)\s+(?:.*\s)?{name}\b", whole) is not None
    if re.search(rf"(?:^|[\s;&|('\"])(?:{name}=|for\s+{name}\s|read\s+(?:-\w+\s+)*{name}\b)", whole):
        return True
    environment = container.environment
    return environment.get(name) is not None or environment.value(name) is not None


def _lost_in_configs(compose: Compose) -> Iterator[_Lost]:
    """`$host` in the text of a config: whoever runs Compose has variables in capitals."""
    for name, config in compose.declarations("configs"):
        content = config.get("content") if isinstance(config, Mapping) else None
        for variable in compose.reader.value(content).variables if isinstance(content, Scalar) else ():
            is_own = _NEVER_GIVEN.fullmatch(variable.name) or re.fullmatch(r"\$[a-z_]+", variable.text)
            if variable.state == "unset" and is_own:
                yield _Lost(variable, f"the config `{name.text}`")


def _lost_in_hashes(compose: Compose) -> Iterator[_Lost]:
    """Pieces of `admin:$apr1$salt$hash`, as `htpasswd` prints it for a label of Traefik."""
    for scalar in (scalar for tree in compose.trees for scalar in scalars(tree) if scalar.text.count("$") > 2):
        hashes = [match.span() for match in re.finditer(_HASH, scalar.text)]
        for variable in compose.reader.value(scalar).variables if hashes else ():
            at = variable.text.start - inner_span(scalar.text).start
            if variable.state == "unset" and any(start <= at < end for start, end in hashes):
                yield _Lost(variable, "a hashed password", scalar.span)


def _lost_in_secrets(service: Service) -> Iterator[_Lost]:
    """`pa$word` in a password. All of a value, braces and capitals are those of a variable that is meant."""
    for name, value in service.environment:
        if value is None or value.is_literal:
            continue
        is_url = any(find_credentials(value.written))
        if not is_url and not is_secret_name(name):
            continue
        for variable in value.variables:
            is_word = re.fullmatch(r"\$\w*[a-z]\w*", variable.text) is not None
            if variable.state == "unset" and is_word and variable.text != value.written:
                yield _Lost(variable, f"the value of {name} of `{service.name}`", value.written.span)
