"""Secrets among the arguments of builds."""

from __future__ import annotations

from dockerlint.compose.values import Assignment
from dockerlint.dockerfile.instructions import Arg
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.service_kinds import is_for_tests
from dockerlint.wording import listed

from ..secrets.values import is_secret, names_secret
from .values import Place, as_told, place_of


class SecretInBuildArgs(Rule[Stack]):
    """A build argument of a service is for a secret.

    The value that is passed stays in the history of the image and in the attestation of its build, for everybody who can
    pull it to read.

    Pass it as a secret of the build: `secrets: [npm_token]` below `build`, and mount it where it is needed with
    `RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN`.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.WARNING
    aliases = ("OWASP-12",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: https://git.acme.org/web.git\n      args:\n"
        "        «NPM_TOKEN»: ${NPM_TOKEN}\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        - «DB_PASSWORD»=hunter22\n"
        "        - «API_TOKEN»\n=== Dockerfile\nFROM node:24\nARG DB_PASSWORD API_TOKEN\n": None,
        "=== compose.yaml\nx-args: &args\n  «SSH_PRIVATE_KEY»: ${SSH_PRIVATE_KEY:?}\nservices:\n  a:\n    build:\n"
        "      context: .\n      args: *args\n  b:\n    build:\n      context: .\n      args: *args\n"
        "=== Dockerfile\nFROM node:24\nARG SSH_PRIVATE_KEY\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        NPM_TOKEN: ${NPM_TOKEN}\n"
        "=== Dockerfile\nFROM node:24\nRUN npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        TOKEN_URL: https://acme.org\n"
        "        PUBLIC_KEY: abc\n        NEXT_PUBLIC_API_KEY: Zk3nR8vQ2xLp\n        SECRET_KEY: ''\n        DB_PASSWORD: changeme\n"
        "=== Dockerfile\nFROM node:24\nARG TOKEN_URL PUBLIC_KEY NEXT_PUBLIC_API_KEY SECRET_KEY DB_PASSWORD\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      secrets: [npm_token]\nsecrets:\n  npm_token:\n"
        "    environment: NPM_TOKEN\n=== Dockerfile\nFROM node:24\nRUN --mount=type=secret,id=npm_token true\n",
    )

    def check(self, stack: Stack) -> Findings:
        found: dict[Place, tuple[Assignment, list[Container]]] = {}
        for container in stack.containers:
            build = container.service.build
            for argument in build.args if build is not None else ():
                if (
                    _is_secret(argument)
                    and _takes(container, str(argument.name))
                    and not is_for_tests(container.service)
                ):
                    found.setdefault(place_of(argument.name), (argument, []))[1].append(container)
        for argument, containers in found.values():
            name, secret = argument.name, argument.name.lower()
            owners = listed(container.service.name for container in containers)
            message = f"`{name}` as a build argument stays in the image of {owners}"
            help_ = f"`build.secrets` and `RUN --mount=type=secret,id={secret},env={name}`"
            yield self.finding(name, message, help=help_)


def _is_secret(argument: Assignment) -> bool:
    """Whether an argument is for a secret, be it written down or passed through."""
    if not names_secret(argument.name):
        return False
    value = argument.value
    return value is None or bool(value.variables) or is_secret(as_told(value), argument.name)


def _takes(container: Container, name: str) -> bool:
    """Whether the Dockerfile declares an argument, as far as it can be read."""
    if container.build is None:
        return True
    arguments = (one for one in container.build.dockerfile.instructions if isinstance(one, Arg))
    return any(pair.key == name for argument in arguments for pair in argument.pairs)
