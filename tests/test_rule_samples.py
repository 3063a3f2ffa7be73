"""`dockerlint test-rules` on samples that are slips or traps: told as such, and nothing outside of them is touched."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from tests.harness import inside, lay_out


def samples_of(folder: Path, bad: str = "FROM a:«latest»", good: str = "FROM a:1") -> Result:
    rule = {"about": "image", "where": {"tag": "latest"}, "summary": "A.", "why": "B.", "bad": [bad], "good": [good]}
    lay_out({"rules.yaml": json.dumps({"rules": {"r": rule}})}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["test-rules", "rules.yaml"])


def test_right_samples_pass(tmp_path: Path) -> None:
    result = samples_of(tmp_path)
    assert (result.exit_code, result.output) == (0, "ok    r: 2 samples\n1 rule with 2 samples: none failed\n")


@pytest.mark.parametrize(
    ("good", "said"),
    [
        # A sample that Docker refuses would be silent for another reason than that which it shows.
        ("FRM a:1", "r-good-1: Dockerfile:1:1: `FRM` is no instruction"),
        ("FROM", "r-good-1: Dockerfile:1:1: FROM needs an image"),
        ("=== compose.yaml\nservices:\n  a: {imag: x}", "r-good-1: compose.yaml:2:7: "),
        ("FROM a:latest", "r-good-1: found at Dockerfile:1:8 to 1:14, where nothing is marked"),
        ("=== ../x\na", "r-good-1: `../x` is no name of a file in a sample"),
        ("=== /x\na", "r-good-1: `/x` is no name of a file in a sample"),
        ("=== \na", "r-good-1: `` is no name of a file in a sample"),
        ("=== a\0b\na", "is no name of a file in a sample"),
        ("=== a\nx\n=== a/b\nx", "r-good-1: `a/b` is no name of a file in a sample: "),
        (f"=== {'a' * 300}\nx", "is no name of a file in a sample: "),
        ("=== a (b)\nx", "r-good-1: `a (b)` is no name of a file in a sample: "),
        ("=== a (99999999999999 MB)\nx", "is no name of a file in a sample: "),
        ("=== dockerlint.toml\nnone = 1", "r-good-1: no setting is called `none`"),
        ("=== dockerlint.toml\nplugins = ['x']", "r-good-1: the settings of a sample bring no rules of their own"),
        ("=== dockerlint.toml\nrule-files = ['/etc/passwd']", "r-good-1: the settings of a sample bring no rules"),
    ],
)
def test_what_is_wrong_with_a_sample_is_told(good: str, said: str, tmp_path: Path) -> None:
    result = samples_of(tmp_path, good=good)
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.endswith("1 rule with 2 samples: 1 failed\n")


def test_a_file_of_rules_is_read_no_further_than_it_may_be_long(tmp_path: Path) -> None:
    lay_out({"rules.yaml (100000 MB)": ""}, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["test-rules", "rules.yaml"])
    os.truncate(tmp_path / "rules.yaml", 0)
    assert result.exit_code == 2
    assert "rules.yaml: larger than 1 MB" in result.output


def test_a_name_that_is_taken_is_told_with_its_file(tmp_path: Path) -> None:
    lay_out(
        {
            "a.yaml": 'rules: {missing-user: {about: image, where: {tag: a}, summary: "A.", why: B}}',
            "b.yaml": 'rules: {r: {about: image, where: {tag: a}, summary: "A.", why: B}}',
            "c.yaml": 'rules: {r: {about: image, where: {tag: b}, summary: "A.", why: B}}',
        },
        tmp_path,
    )
    with inside(tmp_path):
        own = CliRunner().invoke(cli, ["test-rules", "a.yaml"])
        twice = CliRunner().invoke(cli, ["test-rules", "b.yaml", "c.yaml"])
    assert "a rule of a.yaml is called `missing-user`, as one of `dockerlint` is" in own.output
    assert "a rule of b.yaml and one of c.yaml is called `r`\n" in twice.output
