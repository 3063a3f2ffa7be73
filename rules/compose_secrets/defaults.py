"""Secrets that stand in the defaults of variables."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.interpolation import Variable
from dockerlint.compose.services import Compose, Service
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.lint.yaml_edits import is_shared
from dockerlint.project.service_kinds import is_development
from dockerlint.source import Text
from dockerlint.wording import listed

from ..secrets.values import is_secret, names_secret
from .values import all_values, only_tests, place_of, written_values


class FallbackSecret(Rule[Compose]):
    """A secret has a default that stands in the file.

    Where nobody sets the variable, the system starts with a password that everybody can read, and nothing tells.

    Refuse to start instead: `${DB_PASSWORD:?}`.

    https://docs.docker.com/reference/compose-file/interpolation/
    """

    severity = Severity.INFO
    aliases = ("CL-0020",)
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: «${DB_PASSWORD:-postgres}»\n": "=== compose.yaml\nservices:\n  db:\n"
        "    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    environment:\n      - JWT_SECRET=«${JWT:-s3cr3tkey}»\n"
        "    command: serve --db postgresql://app:«${DB_PASSWORD-hunter22}»@db/app\n": "=== compose.yaml\nservices:\n"
        "  api:\n    image: x:1\n    environment:\n      - JWT_SECRET=${JWT:?}\n"
        "    command: serve --db postgresql://app:${DB_PASSWORD?}@db/app\n",
        "=== compose.yaml\nx-env: &env\n  API_KEY: «${API_KEY-q2w3e4r5t6}»\nservices:\n  api:\n    image: x:1\n"
        "    environment: *env\n  job:\n    image: x:1\n    environment: *env\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    environment:\n      A_PASSWORD: «${PW:-hunter22}»\n"
        "      B_PASSWORD: «${PW:-hunter23}»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n      OTHER_PASSWORD: ${OTHER:-}\n      PW_SECRET: ${PW:+given}\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${DB_PASSWORD:-changeme}\n      TOKEN_FILE: ${TOKEN_FILE:-/run/secrets/token}\n",
        "=== docker-compose.dev.yml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${DB_PASSWORD:-postgres}\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${A_PASSWORD:-${B_PASSWORD}}\n",
    )

    def check(self, compose: Compose) -> Findings:
        names = {id(one.value): one for one in written_values(compose)}
        secret_places = {
            place_of(variable.text): str(one.name)
            for one in names.values()
            if names_secret(one.name, compose=True)
            for variable in one.value.variables
        }
        in_builds = {
            place_of(variable.text) for one in names.values() if one.key == "args" for variable in one.value.variables
        }
        for variable, services in _uses(compose):
            place = place_of(variable.text)
            name = secret_places.get(place, str(variable.name))
            if place in in_builds or self._is_spared(services, variable) or not _is_open(variable, name):
                continue
            verb = "starts" if len(services) == 1 else "start"
            who = f"{listed(service.name for service in services)} {verb} with" if services else "there is"
            of = f"the `{name}` of this file" if services else f"a `{name}` in this file"
            help_ = f"`{_required(variable)}` refuses to start instead"
            message = f"where {variable.name} is not set, {who} {of}"
            yield self.finding(variable.text, message, help=help_, fix=_fix(compose, variable))

    def _is_spared(self, services: list[Service], variable: Variable) -> bool:
        if not services:
            return only_tests(services, variable.text.source)
        return all(is_development(service, self.settings.development_images) for service in services)


def _uses(compose: Compose) -> Iterator[tuple[Variable, list[Service]]]:
    for owned in all_values(compose):
        for variable in owned.value.variables:
            yield variable, owned.services


def _operator(variable: Variable) -> str:
    rest = variable.text.removeprefix("${" + variable.name)
    return ":-" if rest.startswith(":-") else "-" if rest.startswith("-") else ""


def _is_open(variable: Variable, name: str) -> bool:
    """Whether a variable has a default, in plain words, for a secret."""
    default = variable.default
    if not default or not _operator(variable) or "$" in default:
        return False
    is_named = names_secret(name, compose=True) or names_secret(variable.name, compose=True)
    return is_named and is_secret(default, name)


def _required(variable: Variable) -> str:
    return f"${{{variable.name}{_operator(variable).replace('-', '?')}}}"


def _fix(compose: Compose, variable: Variable) -> Fix | None:
    """Refuses to start without the variable; not where it has a default elsewhere, too."""
    defaults = [one for one in compose.variables if one.name == variable.name and one.default is not None]
    text: Text = variable.text
    if len(defaults) > 1 or not text.is_verbatim or is_shared(text.span):
        return None
    message = f"refuse to start without {variable.name}: it must be set then"
    return Fix(message, (Edit.replacing(text, _required(variable)),), is_safe=False)
