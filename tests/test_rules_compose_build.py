"""What the rules about services and the Dockerfiles that they build say on whole projects."""

from pathlib import Path

import pytest
import yaml

from dockerlint.lint.registry import find
from dockerlint.project.service_kinds import file_parts
from tests.harness import check_files, files_of


def said(rule: str, sample: str, folder: Path) -> list[str]:
    findings, problems = check_files(list(find(rule)), files_of(sample), folder)
    assert not problems
    return [finding.message for finding in findings]


SHARED = (
    "=== compose.yaml\nx-app: &app\n  build:\n    context: .\n    args:\n      MODE: x\n  env_file: .env.app\nservices:\n"
    "  web:\n    <<: *app\n  worker:\n    <<: *app\n  beat:\n    <<: *app\n=== Dockerfile\nFROM alpine:3.22\n"
)


@pytest.mark.parametrize("rule", ["missing-env-file", "undeclared-build-arg"])
def test_what_an_anchor_brings_to_several_services_is_said_once(rule: str, tmp_path: Path) -> None:
    (message,) = said(rule, SHARED, tmp_path)
    assert "`web`" in message
    assert message.endswith("; the same goes for `worker` and `beat`")


def test_what_is_wrong_with_each_service_is_said_of_each(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n  worker:\n    build: .\n=== Dockerfile\nFROM alpine:3.22\n"
        "RUN --mount=type=secret,id=a,required=true --mount=type=secret,id=b,required=true true\n"
    )
    messages = said("missing-build-secret", sample, tmp_path)
    assert ["`web`" in message for message in messages] == [True, True, False, False]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".ci/compose.cypress.yaml", {"ci", "cypress"}),
        (".devcontainer/compose.yaml", {"devcontainer"}),
        ("/tmp/test/compose.yaml", set()),
        ("docker/dev/compose.yaml", {"dev"}),
        ("drone-ci/compose.yaml", {"drone-ci"}),
    ],
)
def test_the_folder_of_a_file_tells_what_it_is_for(path: str, expected: set[str]) -> None:
    assert file_parts(path) - {"", "compose", "yaml"} == expected


@pytest.mark.parametrize("image", ["postgres:17", "mysql:8.4", "mongo:8", "redis:8", "mariadb:11.8", "rabbitmq:4"])
def test_the_advised_health_check_is_yaml(image: str, tmp_path: Path) -> None:
    sample = (
        f"=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on: [data]\n  data:\n    image: {image}\n"
        "=== Dockerfile\nFROM alpine:3.22\n"
    )
    (found,), _ = check_files(list(find("started-not-healthy")), files_of(sample), tmp_path)
    kind, command = yaml.safe_load(found.help.split("`")[3])["test"]
    assert kind == "CMD-SHELL"
    assert command


def test_a_dockerfile_of_one_line_has_no_owners(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    user: '1000'\n    volumes: ['data:/data']\n"
        "volumes:\n  data:\n=== Dockerfile\nFROM alpine:3.22\n"
    )
    assert said("unwritable-mount", sample, tmp_path) == []


def test_a_command_in_an_override_is_no_line_of_the_dockerfile(tmp_path: Path) -> None:
    sample = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:8000']\n"
        "=== compose.override.yaml\nservices:\n  web:\n    command: gunicorn -b 0.0.0.0:9000 app:app\n"
        "=== Dockerfile\nFROM python:3.13-slim\n"
    )
    (message,) = said("wrong-container-port", sample, tmp_path)
    assert message.endswith("gunicorn listens on 9000 (`command` of `web`)")
