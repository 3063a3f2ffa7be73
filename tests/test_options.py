"""Options and operands are told apart as each program does it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.shell.option_tables import SYNTAXES
from dockerlint.shell.options import read_options
from dockerlint.shell.words import Word
from dockerlint.source import Source

from .shell import command

CASES = [
    # operands, then options with their values
    ("apt-get -yqq install -t stable --no-install-recommends a b", "install a b", "-y -q -q -t=stable --no-install-recommends"),
    ("apt-get -o X=1 install -t=stable a", "install a", "-o=X=1 -t=stable"),
    ("apt-get install -oX=1 -q=2 a", "install a", "-o=X=1 -q=2"),
    ("apk add -t .deps --repository URL a -X URL", "add a", "-t=.deps --repository=URL -X=URL"),
    ("yum -y install --enablerepo epel --setopt=x=1 a", "install a", "-y --enablerepo=epel --setopt=x=1"),
    ("npm --prefix web ci --omit=dev", "ci", "--prefix=web --omit=dev"),
    ("npm install --production false", "install", "--production=false"),
    ("pip --no-cache-dir install -Ur req.txt a", "install a", "--no-cache-dir -U -r=req.txt"),
    ("git -C d clone -b main --depth 1 url dir", "clone url dir", "-C=d -b=main --depth=1"),
    ("git commit -m text -C ref", "commit", "-m=text -C=ref"),
    ("go -C d build -tags x -ldflags=-s -o app .", "build .", "-C=d -tags=x -ldflags=-s -o=app"),
    ("apt-get install -S 20250101T000000Z --comment x --with-source f a", "install a", "-S=20250101T000000Z --comment=x --with-source=f"),
    ("apk fetch -o /d a", "fetch a", "-o=/d"),
    ("apk search -o a", "search a", "-o"),
    ("tdnf -i /r install a", "install a", "-i=/r"),
    ("dnf install --from-repo r --setvar a=b --releasever-major 9 -x=c a", "install a", "--from-repo=r --setvar=a=b --releasever-major=9 -x=c"),
    ("zypper in --name -C --from r a", "in a", "--name -C --from=r"),
    ("zypper ar --name x -p 90 URL r", "ar URL r", "--name=x -p=90"),
    ("micromamba -r /opt install -n base a", "install a", "-r=/opt -n=base"),
    ("mamba install -f env.yml a", "install a", "-f=env.yml"),
    ("npm i --location global --audit-level high a", "i a", "--location=global --audit-level=high"),
    ("pnpm add --workspace --workspace-concurrency 1 a", "add a", "--workspace --workspace-concurrency=1"),
    ("gem install -j 4 --config-file f a", "install a", "-j=4 --config-file=f"),
    ("bundle add a -g test -s URL", "add a", "-g=test -s=URL"),
    ("go test -fuzztime 10s -vet off --coverpkg x ./...", "test ./...", "-fuzztime=10s -vet=off --coverpkg=x"),
    ("cargo vendor -s d", "vendor", "-s=d"),
    ("cargo binstall -y --targets t --root /r a", "binstall a", "-y --targets=t --root=/r"),
    ("composer require --ignore-platform-req ext-a -s dev a/b", "require a/b", "--ignore-platform-req=ext-a -s=dev"),
    ("pip install --uploaded-prior-to P3D --source-dir s a", "install a", "--uploaded-prior-to=P3D --source-dir=s"),
    ("uv add -m x -w y a", "add a", "-m=x -w=y"),
    ("pdm add -C a=b -dG test a", "add a", "-C=a=b -d -G=test"),
    ("pipx install --fetch-python missing --lock l a", "install a", "--fetch-python=missing --lock=l"),
    ("curl --proxy-pass p --tlsuser u --request-target /x URL", "URL", "--proxy-pass=p --tlsuser=u --request-target=/x"),
    ("wget --hsts-file f --warc-file w URL", "URL", "--hsts-file=f --warc-file=w"),
    ("mvn -fae -B package", "package", "-fae -B"),
    ("mvn -B -DskipTests -pl core package", "package", "-B -D=skipTests -pl=core"),
    ("gem update --system -N", "update", "--system -N"),
    ("gem update --system 3.0", "update", "--system=3.0"),
    ("tar xzf a.tgz -C /d", "", "-x -z -f=a.tgz -C=/d"),
    ("tar xfC a.tgz /d b", "b", "-x -f=a.tgz -C=/d"),
    ("tar -xvf a.tgz --strip-components 1", "", "-x -v -f=a.tgz --strip-components=1"),
    ("tar -xzfa.tgz", "", "-x -z -f=a.tgz"),
    ("useradd -rm -u 5 -o -s /bin/sh app", "app", "-r -m -u=5 -o -s=/bin/sh"),
    ("adduser -D -h /home/a -G users app", "app", "-D -h=/home/a -G=users"),
    ("adduser --disabled-password --gecos '' --uid 5 app", "app", "--disabled-password --gecos= --uid=5"),
    ("curl -fsSLo kubectl URL -H 'a: b'", "URL", "-f -s -S -L -o=kubectl -H=a: b"),
    ("wget -qO- -nv URL", "URL", "-q -O=- -n=v"),
    ("unzip -qd /d a.zip", "a.zip", "-q -d=/d"),
    ("chmod -R -x a", "-x a", "-R"),
    ("chmod -rw a", "-rw a", ""),
    ("make -j 4 -C d all", "all", "-j=4 -C=d"),
    ("make -j all", "all", "-j"),
    ("sed -i.bak -e s/a/b/ f", "f", "-i=.bak -e=s/a/b/"),
    ("sed -i s/a/b/ f", "s/a/b/ f", "-i"),
    ("ssh -p 22 host ls -l", "host ls -l", "-p=22"),
    ("bash -eo pipefail -c x -y", "x -y", "-e -o=pipefail -c"),
    ("python3.13 -u -m pip install -y", "install -y", "-u -m=pip"),
    ("python -mpip install", "install", "-m=pip"),
    ("docker run -d --name x image cmd -v", "run image cmd -v", "-d --name=x"),
    ("docker build -t x .", "build .", "-t=x"),
    ("find /a /b -name '*.c' -exec rm -f {} ';' -o -type d -delete", "/a /b", "-name=*.c -exec=rm -o -type=d -delete"),
    ("find . '(' -name a ')'", ".", "-name=a"),
    ("echo -ne -x a -- -n", "-x a -- -n", "-n -e"),
    ("echo - -n", "- -n", ""),
    ("cp -t /d -- -a b", "-a b", "-t=/d"),
    ("cat - -n", "-", "-n"),
    ("conda env create -f env.yml", "env create", "-f=env.yml"),
    ("conda clean -afy", "clean", "-a -f -y"),
    ("unknown -ab c --long d --x=y", "c d", "-a -b --long --x=y"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "operands", "options"), CASES)
def test_arguments_are_told_apart(text: str, operands: str, options: str) -> None:
    found = command(text).options
    assert " ".join(word.value for word in found.operands) == operands
    shown = [option.name if option.value is None else f"{option.name}={option.value.value}" for option in found.options]
    assert " ".join(shown) == options


def test_option_of_a_cluster_stands_at_its_letter() -> None:
    text = "tar -xzf 'a b'"
    option = command(text).options.find("-f")
    assert option is not None
    assert (option.name, text[option.name.start : option.name.end], option.word.value) == ("-f", "f", "-xzf")
    assert option.value is not None
    assert text[option.value.value.start : option.value.value.end] == "'a b'"


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("tar -xvf a", ("-v",), True),
        ("tar -fv", ("-v",), False),
        ("useradd -c -m app", ("-m",), False),
        ("certutil -install", ("-install",), True),
        ("pip install --yes=1", ("-y", "--yes"), True),
        ("x -- -y", ("-y",), False),
    ],
)
def test_command_has_an_option(text: str, names: tuple[str, ...], expected: bool) -> None:
    assert command(text).has_option(*names) is expected


def test_values_of_an_option_stand_in_order() -> None:
    found = command("pip install -r a -r b --requirement=c").options
    assert [word.value for word in found.values("-r", "--requirement")] == ["a", "b", "c"]
    last = found.value("-r")
    assert last is not None
    assert last.value == "b"
    assert found.value("-c") is None


WORDS = st.text("-=abx1. /@", max_size=6)


@given(st.sampled_from([*SYNTAXES, "find", "echo", "unknown"]), st.lists(WORDS, max_size=6))
def test_any_words_are_told_apart_and_none_is_lost(program: str, words: list[str]) -> None:
    source = Source("x", " ".join(words))
    place = 0
    arguments = []
    for word in words:
        arguments.append(Word(source.slice(place, place + len(word)), is_literal=True))
        place += len(word) + 1
    found = read_options(program, tuple(arguments))
    for option in found.options:
        assert option.word in arguments
        for text in (option.name, *([option.value.value] if option.value else [])):
            assert option.word.value.start <= text.start or text in words
            assert all(source.text[text.offset(index)] == letter for index, letter in enumerate(text) if letter != "-")
    if program != "find":
        values = [option.value.value for option in found.options if option.value is not None]
        seen = {id(word.value) for word in found.operands} | {id(option.word.value) for option in found.options}
        assert all(id(word.value) in seen or word.value in values or word.value == "--" for word in arguments)
