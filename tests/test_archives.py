"""Which archives a command unpacks and leaves where they are."""

import pytest

from dockerlint.shell.archives import unpacked_by
from dockerlint.shell.script import read_script
from dockerlint.source import Source


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tar xzf a.tgz -C /opt", ["a.tgz"]),
        ("tar --extract --file=a.tar", ["a.tar"]),
        ("tar -xz -C /opt", []),
        ("tar xf -", []),
        ("tar czf a.tgz src", []),
        ("unzip -q a.zip -d /opt", ["a.zip"]),
        ("unzip -l a.zip", []),
        ("gunzip a.gz", []),
        ("gunzip -k a.gz", ["a.gz"]),
        ("xz -d a.xz", []),
        ("xz -dk a.xz", ["a.xz"]),
        ("gzip -k a", []),
        ("python3 -m zipfile -e a.zip /opt", ["a.zip"]),
        ("python3 -m zipfile -l a.zip", []),
        ("dpkg -i a.deb b.deb", ["a.deb", "b.deb"]),
        ("apt-get install -y ./a.deb curl", ["./a.deb"]),
        ("rpm -ivh a.rpm https://x.io/b.rpm", ["a.rpm"]),
        ("pip install a.whl", ["a.whl"]),
        ("echo a.tgz", []),
    ],
)
def test_unpacked_archives(line: str, expected: list[str]) -> None:
    source = Source("Dockerfile", line)
    command = read_script(source.slice(0, len(line))).commands[0]
    assert [str(word.value) for word in unpacked_by(command)] == expected
