"""Settings from a configuration file: what is read, and what is an error."""

import tomllib

import pytest

from dockerlint.lint.configuration import BadSetting, with_table
from dockerlint.lint.settings import LabelSchema, Settings
from tests.harness import AS_OF


def settings(text: str) -> Settings:
    return with_table(Settings(as_of=AS_OF), tomllib.loads(text))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("", "context_size", 100_000_000),
        ('trusted-registries = ["docker.io", "ghcr.io/acme"]', "trusted_registries", ("docker.io", "ghcr.io/acme")),
        ('context-size = "2 GB"', "context_size", 2_000_000_000),
        ("file-size = 10", "file_size", 10),
        ("squash = true", "squash", True),
        ('[labels]\nrequired = ["a"]\ntypes = { a = "url" }', "labels", LabelSchema({"a": "url"}, ("a",))),
    ],
)
def test_settings_are_read(text: str, name: str, value: object) -> None:
    assert getattr(settings(text), name) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trusted-registry = []", "did you mean `trusted-registries`"),
        ("trusted-registries = 'x'", "is a list of texts"),
        ("squash = 1", "is true or false"),
        ("context-size = true", "is a size"),
        ("context-size = '1 TB'", "is a size"),
        ("labels = { type = {} }", "is a table with"),
        ("labels = { types = { a = 'date' } }", "maps names of labels"),
    ],
)
def test_what_cannot_be_meant_is_an_error(text: str, message: str) -> None:
    with pytest.raises(BadSetting, match=message):
        settings(text)
