"""What a container starts with, and which files git leaves out."""

from pathlib import Path

import pytest

from dockerlint.compose.loading import read
from dockerlint.project.containers import Container, Stack
from dockerlint.project.gitignore import is_kept_out
from dockerlint.project.project import Project
from dockerlint.source import Source
from tests.harness import inside, lay_out


def stack_of(files: dict[str, str], folder: Path, dotenv: dict[str, str] | None = None) -> Stack:
    lay_out(files, folder)
    with inside(folder):
        compose = read(Source("compose.yaml", files["compose.yaml"]), dotenv)
        stack = Project(folder).stack(compose)
        for container in stack.containers:
            assert container.environment is container.environment  # read while the folder is the working directory
    return stack


def container_of(files: dict[str, str], folder: Path, dotenv: dict[str, str] | None = None) -> Container:
    return stack_of(files, folder, dotenv).containers[0]


def where(container: Container, name: str) -> tuple[str, int, str]:
    setting = container.environment.get(name)
    assert setting is not None
    return setting.name.source.path, setting.name.line, setting.origin


def test_environment_wins_over_env_files_and_these_over_the_image(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build: .\n    env_file: [one.env, two.env]\n    environment:\n      A: service\n",
        "one.env": "A=one\nB=one\nC=one\n",
        "two.env": "B=two\n",
        "Dockerfile": "FROM scratch\nENV A=image B=image\nENV C=image D=im$B\n",
    }
    container = container_of(files, tmp_path)
    environment = container.environment
    assert [environment.value(name) for name in "ABCDE"] == ["service", "two", "one", "imimage", None]
    assert where(container, "A") == ("compose.yaml", 6, "environment")
    assert where(container, "B") == ("two.env", 1, "env file")
    assert where(container, "C") == ("one.env", 3, "env file")
    assert where(container, "D") == ("Dockerfile", 3, "image")
    assert [environment.is_unset(name) for name in ("A", "D", "E")] == [False, False, True]


def test_a_bare_name_takes_the_value_of_the_dotenv(tmp_path: Path) -> None:
    files = {"compose.yaml": "services:\n  a:\n    image: x\n    environment: [A, B]\n"}
    environment = container_of(files, tmp_path, {"A": "1"}).environment
    assert environment.value("A") == "1"
    assert environment.value("B") is None
    assert not environment.is_unset("B")


def test_the_dotenv_wins_in_the_values_of_an_env_file(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    image: x\n    env_file: a.env\n",
        "a.env": "A=file\nB=$A-$C\nC=file\nD=$C\n",
    }
    environment = container_of(files, tmp_path, {"A": "dot"}).environment
    assert environment.value("A") == "file"
    assert environment.value("B") is None
    assert environment.value("D") == "file"
    setting = environment.get("B")
    assert setting is not None
    assert setting.value == "dot-"


def test_a_raw_env_file_keeps_what_stands_there(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    image: x\n    env_file:\n      - path: a.env\n        format: raw\n",
        "a.env": '# c\nQ="$A" # c\nR=  x  \r\nV=a=b\n\nT\n',
    }
    environment = container_of(files, tmp_path).environment
    assert [environment.value(name) for name in "QRVT"] == ['"$A" # c', "  x  ", "a=b", None]


@pytest.mark.parametrize(
    "path", ["missing.env", "../outside.env", "link.env", "folder", "${FILE}", "~/a.env", "big.env"]
)
def test_an_env_file_that_is_not_read_leaves_all_open(path: str, tmp_path: Path) -> None:
    (tmp_path / "outside.env").write_text("A=1\n")
    folder = tmp_path / "project"
    (folder / "folder").mkdir(parents=True)
    (folder / "big.env").write_text("A=1\n" + "#" * (1 << 20))
    (folder / "link.env").symlink_to(tmp_path / "outside.env")
    files = {"compose.yaml": f"services:\n  a:\n    image: postgres:17\n    env_file: {path}\n"}
    container = container_of(files, folder)
    assert [given.source for given in container.env_files] == [None]
    assert container.environment.value("A") is None
    assert not container.environment.is_unset("A")


def test_the_image_itself_sets_variables(tmp_path: Path) -> None:
    stack = stack_of(
        {
            "compose.yaml": "services:\n  a:\n    image: postgres:17\n  b:\n    image: acme/x\n  c:\n    image: php:8.4\n"
        },
        tmp_path,
    )
    official, unknown, php = (container.environment for container in stack.containers)
    assert php.value("PHP_INI_DIR") == "/usr/local/etc/php"
    assert official.is_unset("POSTGRES_USER")
    assert not official.is_unset("PGDATA")
    assert not unknown.is_unset("POSTGRES_USER")


@pytest.mark.parametrize(
    ("path", "files", "expected"),
    [
        (".env", {".gitignore": ".env\n"}, True),
        (".env", {".gitignore": "*.env\n!.env\n"}, False),
        (".env", {}, False),
        ("deploy/.env", {".gitignore": "deploy/\n", "deploy/.gitignore": "!.env\n"}, True),
        ("deploy/.env", {".gitignore": "*.env\n", "deploy/.gitignore": "!.env\n"}, False),
        ("deploy/prod.env", {"deploy/.gitignore": "/prod.env\n"}, True),
        (".env", {".git/info/exclude": ".env\n"}, True),
        ("out/report", {".gitignore": "/out/report/\n"}, True),
        ("out/report", {".gitignore": "/out/report/\n", "out/report": ""}, False),
    ],
)
def test_git_leaves_out_what_it_is_told(path: str, files: dict[str, str], expected: bool, tmp_path: Path) -> None:
    assert is_kept_out(str(tmp_path / path)) is None
    lay_out({".git/HEAD": "", **files}, tmp_path)
    assert is_kept_out(str(tmp_path / path)) is expected


def test_patterns_count_without_their_repository_too(tmp_path: Path) -> None:
    lay_out({".gitignore": ".env\n", "keep.env": ""}, tmp_path)
    assert is_kept_out(str(tmp_path / ".env"), str(tmp_path)) is True
    assert is_kept_out(str(tmp_path / "keep.env"), str(tmp_path)) is None
