"""What is shipped: the wheel holds the rules and the data, and works without the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.harness import lay_out
from tests.runner import copy_of_sources

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy, for setuptools leaves a `build` folder behind, whose stale files would get into the next wheel.
    copy_of_sources(folder / "source")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "source")], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_holds_rules_under_their_own_name_and_the_data(unpacked: Path) -> None:
    assert sorted(path.name for path in unpacked.iterdir() if path.suffix not in (".dist-info", ".data")) == [
        "dockerlint",
        "dockerlint_rules",
    ]
    assert (unpacked / "dockerlint" / "knowledge" / "data" / "eol.json").is_file()
    assert (unpacked / "dockerlint" / "py.typed").is_file()


def test_wheel_brings_the_manual_page(unpacked: Path) -> None:
    (page,) = unpacked.glob("*.data/data/share/man/man1/dockerlint.1")
    assert page.read_bytes() == (ROOT / "docs" / "man" / "dockerlint.1").read_bytes()


def test_every_module_of_the_checkout_is_in_the_wheel(unpacked: Path) -> None:
    for package, folder in (("dockerlint", ROOT / "dockerlint"), ("dockerlint_rules", ROOT / "rules")):
        expected = {str(path.relative_to(folder)) for path in folder.rglob("*.py")}
        assert {str(path.relative_to(unpacked / package)) for path in (unpacked / package).rglob("*.py")} == expected


def test_wheel_works_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM python\n"}, tmp_path)
    probe = "import dockerlint, sys; print(dockerlint.__file__); from dockerlint.cli.main import cli; cli(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe, "check", "--format", "concise"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[0].startswith(str(unpacked))
    assert "untagged-base-image" in done.stdout
    assert done.returncode == 1
