"""The production-readiness checklist: what a project does right, what it does not, and what nobody can tell.

An item fails where a rule that it stands on has found something in what ships. It passes only on evidence; where that
is missing it stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.finding import Finding, Region
from dockerlint.project.build import Build
from dockerlint.project.exposure import Exposure
from dockerlint.source import Source, Span

if TYPE_CHECKING:
    from dockerlint.project.containers import Container, Stack

State = Literal["pass", "fail", "unknown"]


class Evidence(NamedTuple):
    """What an answer rests on, and where that stands; the place is None for what is nowhere."""

    text: str
    place: Region | None = None


class Answer(NamedTuple):
    """One item of the checklist with its answer."""

    item: str
    title: str
    state: State
    evidence: tuple[Evidence, ...]


class Project(NamedTuple):
    """All that the checklist looks at. `pipelines` are the files that tell what CI does."""

    findings: Sequence[Finding]
    builds: Sequence[Build]
    stacks: Sequence[Stack]
    pipelines: Sequence[Source]

    @property
    def shipped(self) -> Iterator[tuple[Build, Stage]]:
        """The images that go into production, by the stage that becomes them."""
        for build in self.builds:
            for stage in build.runtime_stages or build.targets[-1:]:
                if not build.is_development(stage):
                    yield build, stage

    @property
    def services(self) -> Iterator[Container]:
        """The services that run in production and go on running."""
        for stack in self.stacks:
            for container in stack.containers:
                if not container.is_development and not container.is_one_shot:
                    yield container


Proof = Callable[[Project], "Iterator[Evidence | None]"]


class Item(NamedTuple):
    """A line of the checklist: the rules that it stands on, and what shows that all is well.

    `proof` gives the evidence for each thing that the item speaks of, None for one of which nobody can tell.
    """

    name: str
    title: str
    rules: frozenset[str]
    proof: Proof


def checklist(project: Project) -> tuple[Answer, ...]:
    return tuple(_answer(item, project) for item in _ITEMS)


def _answer(item: Item, project: Project) -> Answer:
    failed = [finding for finding in project.findings if finding.rule in item.rules and _counts(finding)]
    if failed:
        worst = sorted(failed, key=lambda finding: (-finding.severity, finding.region))
        return Answer(item.name, item.title, "fail", tuple(Evidence(one.message, one.region) for one in worst))
    proofs = list(item.proof(project))
    if not proofs or None in proofs:
        return Answer(item.name, item.title, "unknown", ())
    return Answer(item.name, item.title, "pass", tuple(proof for proof in proofs if proof is not None))


def _counts(finding: Finding) -> bool:
    """Whether a finding is about what ships."""
    return finding.risk is None or finding.risk.threat > Exposure.BUILD


def _at(span: Span, text: str) -> Evidence:
    return Evidence(text, Region.of(span))


def _of_images(prove: Callable[[Build, Stage], Evidence | None]) -> Proof:
    return lambda project: (prove(build, stage) for build, stage in project.shipped)


def _of_services(prove: Callable[[Container], Evidence | None]) -> Proof:
    return lambda project: (prove(container) for container in project.services)


def _user(build: Build, stage: Stage) -> Evidence | None:
    runs_as = build.runs_as(stage)
    if runs_as.is_root is None and not build.steps_down(stage):
        return None
    place = runs_as.user.keyword if runs_as.user is not None else stage.from_.keyword
    name = runs_as.name or "another user"
    return _at(place.span, f"runs as `{name}`") if runs_as.is_root is False else _at(place.span, "steps down by itself")


def _base(text: str) -> Proof:
    """Of base images that are known, no finding is the proof."""

    def prove(build: Build, stage: Stage) -> Evidence | None:
        known = build.facts(stage)
        name = stage.root.base_name
        return _at(stage.root.from_.image.span, text.format(name)) if known is not None and name else None

    return _of_images(prove)


def _pinned(build: Build, stage: Stage) -> Evidence | None:
    base = stage.base
    if base is None or not (base.tag or base.digest):
        return None
    return _at(stage.root.from_.image.span, f"`{base}` names its version")


def _stages(build: Build, stage: Stage) -> Evidence | None:
    if not build.layers_of(stage) and build.facts(stage) is None:
        return None
    others = len(build.dockerfile.stages) - 1
    text = f"{others} more stages build what is copied" if others else "no build tools are installed"
    return _at(stage.from_.keyword.span, text)


def _layers(build: Build, _: Stage) -> Evidence | None:
    installs = [layer for layer in build.layers if any(one.verb.name == "install" for one in layer.actions)]
    if not installs:
        return None
    return _at(installs[0].run.keyword.span, "dependencies are installed before the source is copied")


def _ignore_file(build: Build, _: Stage) -> Evidence | None:
    context = build.context
    if context is None or context.ignore is None or context.ignore_path is None:
        return None
    place = Region(str(context.ignore_path), 1, 1, 1, 1)
    return Evidence(f"`{context.ignore_path.name}` keeps back what has no place there", place)


def _read(project: Project) -> Iterator[Evidence | None]:
    """Each file that was looked through."""
    for build in project.builds:
        yield Evidence("looked through", Region(build.dockerfile.path, 1, 1, 1, 1))
    for stack in project.stacks:
        yield Evidence("looked through", Region(stack.compose.source.path, 1, 1, 1, 1))


def _program(build: Build, stage: Stage) -> Evidence | None:
    form = stage.entrypoint or stage.cmd
    return _at(form.keyword.span, f"starts `{' '.join(map(str, form.words))[:60]}`") if form is not None else None


def _image_health(build: Build, stage: Stage) -> Evidence | None:
    check = stage.state.healthcheck
    if check is not None and check.kind == "CMD":
        return _at(check.keyword.span, "HEALTHCHECK")
    for service in build.services_of(stage):
        if service.healthcheck is not None and service.healthcheck.kind:
            return _at(service.healthcheck.node.span, f"health check of `{service.name}`")
    return None


def _limits(container: Container) -> Evidence | None:
    service = container.service
    for key in ("mem_limit", "deploy"):
        entry = service.node.entry(key)
        if entry is not None:
            return _at(entry.key.span, f"limits of `{service.name}`")
    return None


def _data(container: Container) -> Evidence | None:
    data = container.data
    if data is None or data.path is None or data.is_cache:
        return _at(container.service.name.span, f"`{container.service.name}` keeps no data")
    for volume in container.service.volumes:
        if data.path.startswith(str(volume.target.text)):
            return _at(volume.text.span, f"data of `{container.service.name}`")
    return None


def _published(container: Container) -> Evidence | None:
    ports = ", ".join(str(port.text) for port in container.service.ports) or "no port"
    return _at(container.service.name.span, f"`{container.service.name}` publishes {ports}")


def _waits(container: Container) -> Evidence | None:
    return _at(container.service.name.span, f"`{container.service.name}` waits for what it needs")


def _in_pipeline(pattern: str, text: str) -> Proof:
    """A step of CI; a project whose CI nobody sees is unknown, and so is one in which no such step is seen."""

    def prove(project: Project) -> Iterator[Evidence | None]:
        for source in project.pipelines:
            match = re.search(pattern, source.text)
            if match is not None:
                yield _at(Span(source, *match.span()), f"{text}: `{match[0].strip()}`")
                return
        yield None

    return prove


_SCANNERS = r"\b(?:trivy|grype|snyk|docker scout|docker/scout-action|clair|anchore|dockle|osv-scanner|pip-audit)\b"
_TESTS = (
    r"\b(?:pytest|tox|nox|unittest|npm (?:run )?test|yarn test|pnpm test|go test|cargo test|mvn (?:verify|test)|rspec"
    r"|phpunit)\b"
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ITEMS = (
    Item(
        "non-root",
        "Containers run without root's rights",
        _names("missing-user root-user root-service unknown-user unknown-service-user"),
        _of_images(_user),
    ),
    Item(
        "slim-base",
        "Base images are slim",
        _names("slimmer-base-image sdk-shipped"),
        _base("nothing slimmer is known for `{}`"),
    ),
    Item(
        "supported-base",
        "Base images are still mended",
        _names("end-of-life-base-image deprecated-base-image end-of-life-service-image"),
        _base("`{}` is supported"),
    ),
    Item(
        "pinned",
        "Images name their version",
        _names("untagged-base-image latest-base-image untagged-service-image"),
        _of_images(_pinned),
    ),
    Item(
        "multi-stage",
        "What only the build needs stays out",
        _names("build-tools-shipped dev-dependencies-shipped needless-tool sdk-shipped"),
        _of_images(_stages),
    ),
    Item(
        "layer-order",
        "Dependencies are installed before the source is copied",
        _names("source-before-dependencies volatile-arg-early"),
        _of_images(_layers),
    ),
    Item(
        "build-context",
        "A `.dockerignore` keeps back what has no place in the image",
        _names(
            "missing-dockerignore dockerignore-misses-essentials ineffective-dockerignore secret-in-context"
            " git-in-context dependencies-in-context data-in-build-context"
        ),
        _of_images(_ignore_file),
    ),
    Item(
        "no-secrets",
        "No secrets stand in the files",
        _names(
            "secret-in-command secret-file-copied credentials-in-url known-token key-generated-in-build"
            " secret-written-to-layer password-set-in-run secret-build-arg secret-in-env secret-in-source"
            " secret-in-build-args secret-in-service-command secret-in-environment committed-env-file token-in-compose"
            " credentials-in-service-url secret-in-context"
        ),
        _read,
    ),
    Item(
        "no-debug",
        "No debugger and no development server in production",
        _names("debug-mode debug-in-source debug-service development-mode"),
        _of_images(_program),
    ),
    Item(
        "starts",
        "The program is there, and its user may read and start it",
        _names(
            "start-file-missing start-command-not-in-image unreadable-by-user unwritable-by-user unrunnable-script"
            " command-not-in-image cmd-conflicts-with-entrypoint missing-service-program copy-source-missing"
            " install-without-manifest ignored-service-command command-needs-shell unset-required-variable"
        ),
        _of_images(_program),
    ),
    Item(
        "reachable",
        "Published ports lead to the program",
        _names(
            "loopback-bind loopback-in-source loopback-listener port-mismatch wrong-container-port wrong-service-port"
            " localhost-between-services no-common-network unknown-service-host"
        ),
        _of_images(_program),
    ),
    Item(
        "stops",
        "The program hears SIGTERM",
        _names("shell-form-command script-without-exec background-process"),
        _of_images(_program),
    ),
    Item(
        "healthcheck",
        "Somebody notices when the program hangs",
        _names(
            "missing-healthcheck missing-service-healthcheck healthcheck-never-fails service-healthcheck-never-fails"
            " healthcheck-wrong-port healthcheck-needs-shell healthy-without-healthcheck"
        ),
        _of_images(_image_health),
    ),
    Item("logs", "Logs go to stdout", _names("logs-to-file python-unbuffered logging-off"), _of_images(_program)),
    Item("limits", "CPU and memory are limited", _names("unlimited-resources oom-killer-off"), _of_services(_limits)),
    Item(
        "data",
        "Data outlives its container",
        _names("unsaved-data wrong-data-path shared-data-volume"),
        _of_services(_data),
    ),
    Item(
        "closed",
        "Databases and the Docker API are closed to the network",
        _names("published-data-service passwordless-service docker-api-over-tcp runtime-socket privileged-service"),
        _of_services(_published),
    ),
    Item(
        "start-order",
        "Services wait until what they need can answer",
        _names("started-not-healthy healthy-without-healthcheck never-completes"),
        _of_services(_waits),
    ),
    Item(
        "locked",
        "Dependencies are locked",
        _names("unlocked-install piped-remote-script unverified-packages"),
        _of_images(_layers),
    ),
    Item("scanned", "CI scans the image", frozenset(), _in_pipeline(_SCANNERS, "scans")),
    Item("tested", "CI runs the tests", frozenset(), _in_pipeline(_TESTS, "tests")),
)
RULES = frozenset(name for item in _ITEMS for name in item.rules)
