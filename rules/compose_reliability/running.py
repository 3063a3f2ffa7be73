"""Services that are restarted without end, and what becomes of their logs."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.services import Service
from dockerlint.compose.values import Section, Value
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.containers import Stack
from dockerlint.source import Text
from dockerlint.wording import listed

from .naming import grouped

_MOST_RESTARTS = 5


class UnboundedRestart(Rule[Stack]):
    """A service is restarted after each failure, however often it fails.

    A program that cannot start, for a wrong setting say, is started for ever: it fills the logs, takes the processor
    and hammers the services that it asks.

    Say how often it may fail: `restart: on-failure:5`.

    https://docs.docker.com/reference/compose-file/services/#restart
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("restart_policy_on_failure_not_set_to_5", "CIS-5.15")
    bad = {
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    restart: «on-failure»\n": None,
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    restart: «on-failure:20»\n": None,
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    deploy:\n      restart_policy:\n"
        "        condition: «any»\n": None,
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    deploy:\n      restart_policy:\n"
        "        condition: on-failure\n        max_attempts: «0»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    restart: on-failure:5\n",
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    restart: always\n",
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    deploy:\n      restart_policy:\n"
        "        condition: on-failure\n        max_attempts: 3\n",
        "=== compose.yaml\nservices:\n  importer:\n    image: x/y:1\n    restart: on-failure:${TRIES}\n",
    )

    def check(self, stack: Stack) -> Findings:
        faults = (
            (place.span, container.service.name)
            for container in stack.containers
            if (place := _without_end(container.service)) is not None
        )
        for span, names in grouped(faults):
            verb = "is" if len(names) == 1 else "are"
            message = f"{listed(names)} {verb} restarted without end after each failure"
            yield self.finding(span, message, help=f"`on-failure:{_MOST_RESTARTS}`")


def _without_end(service: Service) -> Text | None:
    restart = service.settings.text("restart")
    if restart is not None and not restart.unknown:
        word, _, times = restart.text.partition(":")
        if word == "on-failure" and (not times or (times.isdecimal() and _is_too_often(times))):
            return restart.text
    deploy = service.settings.section("deploy", f"`deploy` of {service.name}")
    policy = deploy.section("restart_policy", f"`restart_policy` of {service.name}") if deploy is not None else None
    return _of_policy(policy) if policy is not None else None


def _of_policy(policy: Section) -> Text | None:
    condition, attempts = policy.text("condition"), policy.text("max_attempts")
    if condition is None or condition.unknown or condition.text not in ("on-failure", "any"):
        return None
    if attempts is None:
        return condition.text
    return attempts.text if attempts.text.isdecimal() and _is_too_often(attempts.text) else None


def _is_too_often(times: str) -> bool:
    return int(times) == 0 or int(times) > _MOST_RESTARTS


class LoggingOff(Rule[Stack]):
    """What a service writes is thrown away.

    `docker compose logs` stays empty, so nobody sees why it fails, and nothing is left to look at after a break-in.

    Use `driver: local`, which keeps five files of 20 MB at most.

    https://docs.docker.com/engine/logging/configure/
    """

    severity = Severity.INFO
    aliases = ("CL-0014", "OWASP-10")
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    logging:\n      driver: «none»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    logging:\n      driver: local\n"
        ),
        '=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    logging: {driver: «"none"»}\n': (
            '=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    logging: {driver: "local"}\n'
        ),
        "=== compose.yaml\nx-logging: &logging\n  driver: «none»\nservices:\n  web:\n    image: x/y:1\n"
        "    logging: *logging\n  api:\n    image: x/y:1\n    logging: *logging\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    logging:\n      driver: local\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n",
        "=== compose.yaml\nservices:\n  seed:\n    image: x/y:1\n    profiles: [tools]\n    logging:\n      driver: none\n",
    )

    def check(self, stack: Stack) -> Findings:
        faults = (
            (driver.text.span, (container.service.name, driver))
            for container in stack.containers
            if not container.is_one_shot
            and (driver := _driver(container.service)) is not None
            and driver.text == "none"
        )
        for place, found in grouped(faults):
            names = [name for name, _ in found]
            message = f"`docker compose logs` of {listed(names)} stays empty: `logging.driver: none`"
            yield self.finding(place, message, help="`driver: local`", fix=_to_local(found[0][1]))


def _driver(service: Service) -> Value | None:
    logging = service.settings.section("logging", f"`logging` of {service.name}")
    return logging.text("driver") if logging is not None else None


def _to_local(driver: Value) -> Fix | None:
    edit = replaced_part(driver, driver.text, "local")
    return fix_of("keep the logs: `local`", edit)


class UnboundedLogs(Rule[Stack]):
    """The logs of services grow without end.

    Docker's usual driver, `json-file`, never throws anything away unless it is told to: one day the disk is full, and
    everything on the machine stands still. A limit in the settings of the daemon is not seen here.

    Set `logging: {options: {max-size: 10m, max-file: "3"}}`, or use `driver: local`, which has a limit of its own.

    https://docs.docker.com/engine/logging/drivers/json-file/
    """

    severity = Severity.INFO
    profile = "strict"
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    image: x/y:1\n    restart: always\n": None,
        "=== compose.yaml\nservices:\n  one:\n    image: x/y:1\n  «web»:\n    image: x/y:1\n    restart: unless-stopped\n"
        "  worker:\n    image: x/y:1\n    restart: always\n    logging:\n      driver: json-file\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    image: x/y:1\n    restart: always\n    logging:\n      options:\n"
        '        max-file: "3"\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    restart: always\n    logging:\n      driver: local\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    restart: always\n    logging:\n      options:\n"
        "        max-size: 10m\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n",
        '=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    restart: "no"\n',
    )

    def check(self, stack: Stack) -> Findings:
        if stack.compose.is_fragment:
            return
        endless = [
            container.service
            for container in stack.containers
            if not container.is_one_shot and _is_restarted(container.service) and _has_no_limit(container.service)
        ]
        if endless:
            names = listed(service.name for service in endless)
            message = f"logs of {names} grow without end unless the daemon limits them"
            yield self.finding(endless[0].name, message, help="`max-size: 10m` in `logging.options`")


def _is_restarted(service: Service) -> bool:
    restart = service.settings.text("restart")
    return restart is not None and not restart.unknown and restart.text != "no"


def _has_no_limit(service: Service) -> bool:
    if "logging" not in service.node:
        return True
    logging = service.settings.section("logging", f"`logging` of {service.name}")
    if logging is None:
        return False
    driver = logging.text("driver")
    is_json = driver is None or (not driver.unknown and driver.text == "json-file")
    return is_json and "max-size" not in set(_options(logging))


def _options(logging: Section) -> Iterator[str]:
    yield from (str(option.name) for option in logging.assignments("options"))
