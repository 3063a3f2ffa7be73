"""Labels: their names, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockerlint.dockerfile.instructions import Label, Pair
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.labels import WELL_KNOWN, fault_of_value
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.wording import did_you_mean

_LONGEST_SHOWN = 40
# `podman container runlabel` runs the commands in these.
_OF_PODMAN = frozenset({"RUN", "INSTALL", "UNINSTALL"})


class InvalidLabelKey(Rule[Label]):
    """The key of a label does not follow Docker's guideline.

    Tools that select by labels, and the key=value filters of `docker ps`, find such keys badly; the names below
    `com.docker.`, `io.docker.` and `org.dockerproject.` belong to Docker.

    Write lower-case letters and digits, joined by single `.`, `-`, `_` or `/`, with a letter in front; begin with a domain
    of your own, turned round: `com.example.team`.

    https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3048",)
    bad = {
        "FROM alpine:3.22\nLABEL «Build-Date»=2026-11-22": None,
        "FROM alpine:3.22\nLABEL a=b «a..b»=c «com.docker.team»=x": None,
        'FROM alpine:3.22\nLABEL «"my key"»=1 «1st»=1 «team-»=1': None,
        "FROM alpine:3.22\nONBUILD LABEL «Team» web": None,
    }
    good = (
        "FROM alpine:3.22\nLABEL com.example.build-date=2026-11-22 maintainer=jo",
        'FROM alpine:3.22\nLABEL "io.k8s.display_name"="x" traefik.http/a=1 a2=b',
        "FROM alpine:3.22\nARG KEY\nLABEL $KEY=x",
        "FROM alpine:3.22\nLABEL RUN='podman run IMAGE'",
        "FROM alpine:3.22\nLABEL com.docker.desktop.extension.api.version=0.3.4",
    )

    def check(self, label: Label) -> Findings:
        for pair in label.pairs:
            key = str(label.unquoted(pair.key))
            fault = _fault_of_key(key) if key and "$" not in pair.key and key not in _OF_PODMAN else None
            if fault is not None:
                yield self.finding(pair.key, f"label key `{key[:_LONGEST_SHOWN]}` {fault}")


def _fault_of_key(key: str) -> str | None:
    if re.fullmatch(r"[a-z](?:[a-z0-9]|[._/-](?=[a-z0-9]))*", key):
        # Extensions of Docker Desktop must use these names.
        is_reserved = key.startswith(("com.docker.", "io.docker.", "org.dockerproject."))
        is_asked_for = key.startswith(("com.docker.desktop.", "com.docker.extension."))
        return "belongs to Docker" if is_reserved and not is_asked_for else None
    if key != key.lower() and _fault_of_key(key.lower()) is None:
        return "should be lower case"
    if re.search(r"[^A-Za-z0-9._/-]", key):
        return "holds other characters than letters, digits, `.`, `-`, `_` and `/`"
    if re.search(r"[._/-]{2}", key):
        return "has two separators in a row"
    return "should begin with a letter, and end with a letter or digit"


# hadolint has a code for each way in which a label is wrong.
_CODES = {
    "DL3049": "missing",
    "DL3050": "superfluous",
    "DL3051": "empty",
    "DL3052": "url",
    "DL3053": "rfc3339",
    "DL3054": "spdx",
    "DL3055": "hash",
    "DL3056": "semver",
    "DL3058": "email",
}


class LabelSchema(Rule[Build]):
    """A label is missing, or its value is not of the form that it must have.

    Registries, scanners and scripts read labels as what their names promise: a date that is none sorts wrong, a license
    that nobody knows is not found.

    Write the value in the form of its type. The setting `label-schema` says which labels your images must have (`required`),
    the types of their values (`types`: text, url, rfc3339, spdx, hash, semver, email), and with `strict` that no others
    are used. Without it only the `org.opencontainers.image.*` labels are looked at. Values that hold a variable are left
    alone.

    https://docs.docker.com/engine/manage-resources/labels/
    """

    severity = Severity.WARNING
    aliases = ("DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058")
    bad = {
        "FROM alpine:3.22\nLABEL org.opencontainers.image.created=«yesterday»": None,
        'FROM alpine:3.22\nLABEL org.opencontainers.image.licenses=«"Apache 2.0"»': None,
        "FROM alpine:3.22\nLABEL org.opencontainers.image.source=«github.com/acme/app»": None,
        '=== dockerlint.toml\n[label-schema]\nrequired = ["team", "version"]\n[label-schema.types]\nversion = "semver"\n'
        "=== Dockerfile\nFROM alpine:3.22 AS build\nFROM «alpine:3.22»\nLABEL version=«1.2»": None,
        '=== dockerlint.toml\n[label-schema]\nstrict = true\ntypes = {team = "text", mail = "email"}\n'
        '=== Dockerfile\nFROM alpine:3.22\nLABEL team=«""» mail=jo@example.com «teem»=web': None,
    }
    good = (
        "FROM alpine:3.22\nLABEL org.opencontainers.image.created=2026-11-22T10:00:00Z",
        'FROM alpine:3.22\nLABEL org.opencontainers.image.licenses="MIT OR (Apache-2.0 AND GPL-2.0+)"',
        "FROM alpine:3.22\nARG DATE\nLABEL org.opencontainers.image.created=$DATE",
        "FROM alpine:3.22 AS build\nLABEL org.opencontainers.image.created=x\nFROM alpine:3.22",
        "FROM alpine:3.22\nLABEL version=latest created=yesterday",
        '=== dockerlint.toml\n[label-schema]\nrequired = ["team"]\n'
        "=== Dockerfile\nFROM alpine:3.22 AS base\nLABEL team=web\nFROM base",
        '=== dockerlint.toml\n[label-schema]\ntypes = {rev = "hash", v = "semver"}\n'
        "=== Dockerfile\nFROM alpine:3.22\nLABEL rev=1a2b3c4 v=v1.2.3-rc.1 other=x",
    )

    def check(self, build: Build) -> Findings:
        schema = self.settings.labels
        types: Mapping[str, str] = WELL_KNOWN if schema is None else schema.types
        for stage in build.shipping_stages:
            for step, pair, key in _labels(stage):
                yield from self._fault_of_pair(step, pair, key, types)
                if schema is not None and schema.is_strict and key not in {*types, *schema.required}:
                    hint = did_you_mean(key, {*types, *schema.required})
                    message = f"`{key}` is no label that your images may have{hint}"
                    yield self.finding(pair.key, message, aliases=self.aliases_of(_CODES, "superfluous"))
        for stage in build.targets if schema is not None and schema.required else ():
            present = {key for key, _ in stage.state.labels}
            missing = [f"`{key}`" for key in schema.required if key not in present] if schema is not None else []
            if missing:
                named = "label" if len(missing) == 1 else "labels"
                message = f"the image lacks the {named} {', '.join(missing)}"
                yield self.finding(stage.from_.image, message, aliases=self.aliases_of(_CODES, "missing"))

    def _fault_of_pair(self, step: Step, pair: Pair, key: str, types: Mapping[str, str]) -> Findings:
        kind = types.get(key)
        if kind is None or pair.value is None or "$" in pair.value:
            return
        value = step.before.expanded(pair.value, step.instruction.escape)
        if value == "":
            aliases = self.aliases_of(_CODES, "empty")
            yield self.finding(pair.value or pair.key, f"label `{key}` is empty", aliases=aliases)
        elif value is not None and (wanted := fault_of_value(kind, value)) is not None:
            shown = value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"
            message = f"label `{key}` is `{shown}`, not {wanted}"
            yield self.finding(pair.value, message, aliases=self.aliases_of(_CODES, kind))


def _labels(stage: Stage) -> Iterator[tuple[Step, Pair, str]]:
    for step in stage.steps:
        label = step.instruction
        if isinstance(label, Label) and not step.is_trigger:
            for pair in label.pairs:
                key = step.before.expanded(pair.key, label.escape)
                if key:
                    yield step, pair, key
