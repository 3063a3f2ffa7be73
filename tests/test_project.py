"""Files of a project find each other."""

import os
from pathlib import Path

import pytest

from dockerlint.compose.env_files import environment_of
from dockerlint.compose.loading import read as read_compose
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.project.build import Build, has_development_part, is_called_one_of
from dockerlint.project.project import Project, companions
from dockerlint.source import Source
from tests.harness import inside, lay_out


def build(folder: Path, files: dict[str, str], dockerfile: str = "Dockerfile") -> Build:
    lay_out(files, folder)
    with inside(folder):
        composes = [read_compose(Source(name, text), {}) for name, text in files.items() if name.endswith(".yaml")]
        return Project(folder, composes).build(Dockerfile(Source(dockerfile, files[dockerfile])), Path(dockerfile))


def root_of(found: Build, folder: Path) -> str | None:
    if found.context is None:
        return None
    with inside(folder):
        return str(found.context.root.resolve().relative_to(folder.resolve()))


def test_compose_says_which_context_a_dockerfile_has(tmp_path: Path) -> None:
    files = {
        "docker/Dockerfile": "FROM a\nCOPY . .",
        "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: docker/Dockerfile}\n",
    }
    found = build(tmp_path, files, "docker/Dockerfile")
    assert root_of(found, tmp_path) == "."
    assert [str(service.name) for service in found.services] == ["web"]


def test_two_different_contexts_leave_it_unknown(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": "FROM a\nCOPY . .",
        "compose.yaml": "services:\n  x:\n    build: a\n  y:\n    build: {context: ., dockerfile: a/Dockerfile}\n",
    }
    assert build(tmp_path, files, "a/Dockerfile").context is None


def test_context_outside_the_root_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    files = {
        "Dockerfile": "FROM a\n",
        "compose.yaml": "services:\n  x:\n    build: {context: .., dockerfile: project/Dockerfile}\n",
    }
    found = build(tmp_path / "project", files)
    assert found.services == ()


@pytest.mark.parametrize(
    ("text", "context"),
    [("COPY app.py .", "."), ("COPY sub.py .", "docker"), ("COPY none.py .", None), ("RUN x", "docker")],
)
def test_context_is_the_nearest_folder_that_has_what_copy_names(text: str, context: str | None, tmp_path: Path) -> None:
    files = {"docker/Dockerfile": f"FROM a\n{text}", "app.py": "", "docker/sub.py": ""}
    assert root_of(build(tmp_path, files, "docker/Dockerfile"), tmp_path) == context


def test_standard_input_has_no_context(tmp_path: Path) -> None:
    assert Project(tmp_path).build(Dockerfile(Source("-", "FROM a")), None).context is None


def test_services_run_the_stage_that_they_name(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a AS Dev\nCMD x\nFROM a AS prod\nCMD x",
        "compose.yaml": "services:\n  d:\n    build: {context: ., target: dev}\n  p:\n    build: .\n",
    }
    found = build(tmp_path, files)
    assert [stage.name for stage in found.targets] == ["dev", "prod"]
    assert [[str(s.name) for s in found.services_of(stage)] for stage in found.dockerfile.stages] == [["d"], ["p"]]


@pytest.mark.parametrize(
    ("ending", "is_runtime"),
    [('CMD ["x"]', True), ('ENTRYPOINT ["x"]', True), ("RUN x", False)],
)
def test_runtime_stage_starts_something(ending: str, is_runtime: bool, tmp_path: Path) -> None:
    found = build(tmp_path, {"Dockerfile": f"FROM python:3.13\n{ending}"})
    assert bool(found.runtime_stages) is is_runtime


def test_base_image_may_start_something_by_itself(tmp_path: Path) -> None:
    assert build(tmp_path, {"Dockerfile": "FROM nginx:1.29\nCOPY x /x"}).runtime_stages


def test_start_commands_follow_scripts_of_the_context(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM a\nWORKDIR /srv\nCOPY bin/ bin/\nENTRYPOINT ["bin/start.sh"]\nCMD ["serve"]',
        "bin/start.sh": "#!/bin/sh\nmigrate\nexec gunicorn app\n",
    }
    found = build(tmp_path, files)
    with inside(tmp_path):
        names = [command.name for command in found.start_commands(found.dockerfile.stages[0])]
    assert names == ["start.sh", "serve", "migrate", "gunicorn"]


def test_files_are_followed_through_stages(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a AS b\nWORKDIR /src\nCOPY app app\nFROM a\nCOPY --from=b /src/app/main.py /x/",
        "app/main.py": "print()",
    }
    found = build(tmp_path, files)
    with inside(tmp_path):
        source = found.read(found.dockerfile.stages[1], "/x/main.py")
    assert source is not None
    assert (source.path, source.text) == ("app/main.py", "print()")


@pytest.mark.parametrize(
    ("name", "is_development"),
    [
        ("Dockerfile.dev", True),
        (".devcontainer/Dockerfile", True),
        ("test", True),
        ("device", False),
        ("Dockerfile", False),
        (None, False),
    ],
)
def test_development_images_are_known_by_their_names(name: str | None, is_development: bool) -> None:
    assert has_development_part(name) is is_development


@pytest.mark.parametrize(
    ("name", "globs", "is_called_so"),
    [
        ("playground", ("play*",), True),
        ("sandbox/Dockerfile", ("sandbox/*",), True),
        ("tools/Dockerfile.local", ("*.local",), True),
        ("tools/Dockerfile.local", ("Dockerfile",), False),
        ("web", (), False),
        (None, ("*",), False),
    ],
)
def test_globs_name_images_or_files(name: str | None, globs: tuple[str, ...], is_called_so: bool) -> None:
    assert is_called_one_of(name, globs) is is_called_so


def test_settings_name_development_images(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a AS play\nFROM a AS app",
        "compose.mine.yaml": "services:\n  web:\n    build: .\n",
    }
    lay_out(files, tmp_path)
    with inside(tmp_path):
        composes = [read_compose(Source("compose.mine.yaml", files["compose.mine.yaml"]), {})]
        project = Project(tmp_path, composes, ["play", "compose.mine.yaml"])
        found = project.build(Dockerfile(Source("Dockerfile", files["Dockerfile"])), Path("Dockerfile"))
    assert [found.is_development(stage) for stage in found.dockerfile.stages] == [True, False]
    assert found.services == ()


def test_companions_are_the_compose_files_above(tmp_path: Path) -> None:
    lay_out({"compose.yaml": "", "a/docker-compose.yml": "", "a/b/Dockerfile": ""}, tmp_path)
    found = companions(str(tmp_path / "a/b/Dockerfile"), str(tmp_path))
    names = [os.path.relpath(path, tmp_path) for path in found]
    assert names == ["a/docker-compose.yml", "compose.yaml"]


def test_dotenv_gives_only_the_values_that_it_tells() -> None:
    doubling = "B=xxxxxxxx\n" + "B=$B$B\n" * 40
    assert environment_of(Source(".env", f"A=1\nNAME_ALONE\n{doubling}C=$UNKNOWN\n")) == {"A": "1"}


def test_layers_know_those_above_and_below_them_also_where_a_trigger_runs_late(tmp_path: Path) -> None:
    text = "FROM a AS base\nRUN 1\nONBUILD RUN 2\nRUN 3\nFROM base\nRUN 4\nRUN 5"
    found = build(tmp_path, {"Dockerfile": text})
    base, last = (found.layers_of(stage) for stage in found.dockerfile.stages)
    assert [layer.run.rest for layer in last] == ["1", "3", "2", "4", "5"]
    assert [layer.run.rest for layer in last[3].earlier] == ["1", "3", "2"]
    assert [layer.run.rest for layer in last[3].later] == ["5"]
    assert [layer.run.rest for layer in base[1].earlier] == ["1"]
