"""Each word of a package manager's command is taken for what it is, at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.shell.packages import Package, PackageAction, action_of
from dockerlint.shell.packages.actions import READERS
from dockerlint.shell.script import Command, read_script
from dockerlint.shell.words import Word
from dockerlint.source import Source, Text

from .shell import action


def shown(package: Package) -> str:
    """name|operator|version, with marks for the rest."""
    parts = [str(package.name)]
    if package.version is not None:
        parts += [package.operator, str(package.version)]
    parts += [f"[{extra}]" for extra in package.extras]
    if package.architecture:
        parts.append(f":{package.architecture}")
    if package.origin:
        parts.append(f"from {package.origin}")
    if package.url:
        parts.append(f"at {package.url}")
    parts += ["group"] * package.is_group + ["removal"] * package.is_removal + ["unknown"] * (not package.is_literal)
    return " ".join(parts)


PACKAGES = [
    # apt
    ("apt-get install -y git curl=7.88.*", ["git", "curl = 7.88.*"]),
    ("apt-get install git=1:2.30-1 libc6:i386 libc6:i386=2.1", ["git = 1:2.30-1", "libc6 :i386", "libc6 = 2.1 :i386"]),
    ("apt-get install -t sid a/bookworm b- g++ ncbi-blast+ lamp^", ["a from bookworm", "b removal", "g++", "ncbi-blast+", "lamp group"]),
    ("apt-get install 'python3-*' $PKGS nginx=$V `cat x`", ["python3-* unknown", "$PKGS unknown", "nginx = $V unknown", "`cat x` unknown"]),
    ("apt-get -o Dpkg::Options::=--force-confold install a", ["a"]),
    ("apt-get install a-${V:-x} b-${X/y/z}=1:2 c=$(d /e:f) d:${A:-i386}", ["a-${V:-x} unknown", "b-${X/y/z} = 1:2 unknown", "c = $(d /e:f) unknown", "d :${A:-i386} unknown"]),
    ("apt-get satisfy 'x (>= 1), y'", []),
    ("aptitude install -y a", ["a"]),
    ("apt-get build-dep -y a", ["a"]),
    ("apt-get update a", []),
    # apk
    ("apk add -t .deps --no-cache a=1.2-r0 b~1 'c>1' 'd~=3' e@edge !f", ["a = 1.2-r0", "b ~ 1", "c > 1", "d ~= 3", "e from edge", "f removal"]),
    ("apk add --virtual .deps -X URL --timeout 60 --repository=URL git@edge", ["git from edge"]),
    ("apk add a@edge=1 b@x~2", ["a = 1 from edge", "b ~ 2 from x"]),
    ("apk del .deps gcc", [".deps group", "gcc"]),
    # dnf and yum
    ("dnf -y install httpd-2.4.6-97.el7.x86_64 nss-3.1-2.el7 vim-1:8.2-1", ["httpd - 2.4.6-97.el7 :x86_64", "nss - 3.1-2.el7", "vim - 1:8.2-1"]),
    ("yum install java-11-openjdk-devel java-1.8.0-openjdk.x86_64 cuda-9-1 glibc.i686 jq-1.5", ["java-11-openjdk-devel", "java-1.8.0-openjdk :x86_64", "cuda-9-1", "glibc :i686", "jq - 1.5"]),
    ("yum install dotnet-sdk-6.0 compat-libstdc++-33.i686 java-1.8.0", ["dotnet-sdk-6.0", "compat-libstdc++-33 :i686", "java-1.8.0"]),
    ("yum install a-$V b-${V}-1.el7 c-${V}.noarch java-$V-openjdk 'kernel-$(uname -r)'", ["a - $V unknown", "b - ${V}-1.el7 unknown", "c - ${V} :noarch unknown", "java-$V-openjdk unknown", "kernel - $(uname -r)"]),
    ("dnf install @development-tools 'perl(DBI)' --enablerepo crb -x kernel", ["development-tools group", "perl(DBI)"]),
    ("yum groupinstall 'Development Tools'", ["Development Tools group"]),
    ("dnf -y swap a b", ["a removal", "b"]),
    ("yum swap -- remove a b -- install c", ["a removal", "b removal", "c"]),
    ("dnf module install nodejs:18/minimal", ["nodejs : 18"]),
    ("dnf install 'httpd-2.4*' 'nginx-1:1.2-*' 'java-1.8.0-*'", ["httpd - 2.4*", "nginx - 1:1.2-*", "java-1.8.0-* unknown"]),
    # zypper and pacman
    ("zypper -n in -t pattern devel_basis", ["devel_basis group"]),
    ("zypper in --from repo 'a>=1.2' b=2 pattern:x c.x86_64 !d", ["a >= 1.2", "b = 2", "x group", "c :x86_64", "d removal"]),
    ("zypper in repo:a=1 'perl(A::B)'", ["a = 1 from repo", "perl(A::B)"]),
    ("pacman -Syu --noconfirm --ignore linux git extra/vim", ["git", "vim from extra"]),
    # Python
    ("pip install flask 'a[x,y]>=1,<2; python_version<\"3\"' 'b == 1.0' c~=1 'd @ https://x/d.whl'", ["flask", "a >= 1,<2 [x] [y]", "b == 1.0", "c ~= 1", "d at https://x/d.whl"]),
    ("pip3.11 --no-cache-dir install -c c.txt --timeout 60 -i URL -t /d 'a (>=1)' GDAL==$(x)", ["a >= 1", "GDAL == $(x) unknown"]),
    ("python -m pip install -U pip", ["pip"]),
    ("python3 -mpip install a", ["a"]),
    ("uv pip install -p 3.12 a==1", ["a == 1"]),
    ("uv add --dev ruff@1", ["ruff @ 1"]),
    ("uv tool install ruff", ["ruff"]),
    ("pipx install poetry==1.8", ["poetry == 1.8"]),
    ("pipx inject app a==1 b", ["a == 1", "b"]),
    ("poetry add -G dev pytest@^8 'a@^1 || ^2'", ["pytest @ ^8", "a @ ^1 || ^2"]),
    ("pipenv install --dev a", ["a"]),
    ("easy_install-3.6 -U pip", ["pip"]),
    ("conda install -y -c conda-forge -n env python=3.11=0 bioconda::x 'b>=1'", ["python = 3.11=0", "x from bioconda", "b >= 1"]),
    ("conda install 'a 1.2*' 'b[version=1]'", ["a  1.2*", "b"]),
    ("micromamba create -n x -f env.yml python==3.9", ["python == 3.9"]),
    # Node
    ("npm install -g npm@10 @scope/a @scope/b@^1 x@npm:y@2 c@latest", ["npm @ 10", "@scope/a", "@scope/b @ ^1", "y @ 2", "c @ latest"]),
    ("npm --prefix d i --registry URL a", ["a"]),
    ("yarn global add a@1", ["a @ 1"]),
    ("yarn workspace web add a", ["a"]),
    ("yarn build a", []),
    ("pnpm add -D --filter web a", ["a"]),
    ("bun a a@1", ["a @ 1"]),
    ("corepack prepare pnpm@9 --activate", ["pnpm @ 9"]),
    # others
    ("gem install -N bundler:2.6 rake", ["bundler : 2.6", "rake"]),
    ("gem install bundler -v '~> 2' -- --with-x y", ["bundler -v ~> 2"]),
    ("gem update --system 3.4", []),
    ("bundle install --without test development", []),
    ("bundle add rack --version 3", ["rack --version 3"]),
    ("go install -v github.com/x/y/cmd/z@v1 ./... std", ["github.com/x/y/cmd/z @ v1"]),
    ("go build -o app github.com/me/app", []),
    ("go run golang.org/x/z@latest -flag v", ["golang.org/x/z @ latest"]),
    ("cargo +nightly install --locked ripgrep@14 --features x", ["ripgrep @ 14"]),
    ("cargo install bat --version 0.24", ["bat --version 0.24"]),
    ("composer require a/b:^1 c/d '^2' e/f ext-x", ["a/b : ^1", "c/d   ^2", "e/f", "ext-x"]),
    ("composer require a/b @stable c/d dev-master", ["a/b   @stable", "c/d   dev-master"]),
    ("composer global require -d /x a/b=1", ["a/b = 1"]),
    ("composer create-project --prefer-dist a/b /dir 1.0", ["a/b   1.0"]),
    ("composer create-project a/b:2 dir", ["a/b : 2"]),
    ("dotnet add App.csproj package X -v 1.2", ["X -v 1.2"]),
    ("dotnet tool install -g dotnet-ef --version 8", ["dotnet-ef --version 8"]),
    ("dotnet restore App.csproj", []),
    ("mvn -B package a", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PACKAGES)
def test_packages_are_found(text: str, expected: list[str]) -> None:
    assert [shown(package) for package in action(text).packages] == expected


OTHERS = [
    # local paths and archives, addresses, requirement files
    ("apt-get install -y ./a.deb /b/*.deb c", "./a.deb /b/*.deb", "", ""),
    ("yum install a.rpm https://x/b.rpm rpm/*rpm /usr/bin/ps deltarpm", "a.rpm rpm/*rpm /usr/bin/ps", "https://x/b.rpm", ""),
    ("apk add --allow-untrusted /tmp/*.apk", "/tmp/*.apk", "", ""),
    ("dpkg -i a.deb b", "a.deb b", "", ""),
    ("rpm -Uvh https://x/a.rpm b.rpm", "b.rpm", "https://x/a.rpm", ""),
    ("pacman -U a.pkg.tar.zst", "a.pkg.tar.zst", "", ""),
    ("pip install . '.[dev]' ./x file:///y a.whl $D/x dir/", ". .[dev] ./x file:///y a.whl $D/x dir/", "", ""),
    ("pip install -e . -e git+https://x/y -e name git+ssh://z https://x/a.tar.gz", ". name", "git+https://x/y git+ssh://z https://x/a.tar.gz", ""),
    ("pip install -r a.txt --requirement=b.txt -Ur c.txt", "", "", "a.txt b.txt c.txt"),
    ("uv pip sync a.txt", "", "", "a.txt"),
    ("conda env create --file e.yml", "", "", "e.yml"),
    ("npm install . ../x ./a.tgz github:u/r u/r#v git+https://x a@file:../y x/", ". ../x ./a.tgz a@file:../y x/", "github:u/r u/r#v git+https://x", ""),
    ("gem install ./a.gem", "./a.gem", "", ""),
    ("cargo install --path . --git https://x", ".", "https://x", ""),
    ("go get ./... main.go", "./... main.go", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "local", "urls", "requirements"), OTHERS)
def test_paths_addresses_and_files_are_no_packages(text: str, local: str, urls: str, requirements: str) -> None:
    found = action(text)

    def words(kind: tuple[Word, ...]) -> set[str]:
        return {str(word.value) for word in kind}

    assert (words(found.local), words(found.urls), words(found.requirements)) == (
        set(local.split()),
        set(urls.split()),
        set(requirements.split()),
    )


def test_parts_of_a_package_stand_at_their_places() -> None:
    text = "RUN pip install 'flask[async]>=3 ; x' \"b==$V\""
    source = Source("Dockerfile", text)
    first, second = action_of_first(source.slice(4, len(text))).packages
    places = [text[part.start : part.end] for part in (first.text, first.name, first.version) if part is not None]
    assert places == ["'flask[async]>=3 ; x'", "flask", "3"]
    assert second.version is not None
    assert text[second.version.start : second.version.end] == "$V"


def action_of_first(text: Text) -> PackageAction:
    found = action_of(read_script(text).commands[0])
    assert found is not None
    return found


WORD = st.one_of(
    st.text("ab1-=@:/.[]$*~<>!^+{} \"'`()", max_size=8),
    st.sampled_from(
        [
            "install", "add", "-y", "-r", "--", "-t", "pip", "-m", "package", "global", "require", "-S", "clone", "-O",
            "a==1", "@s/p@1", "a-1.2-3.el7.x86_64", "x@npm:y@1", "http://x/y.tgz", "pkg[x]>=1; y", "get", "m.n/o@v1",
        ]
    ),
)  # fmt: skip


@given(st.sampled_from([*READERS, "pip3.11", "python3"]), st.lists(WORD, max_size=6), st.booleans())
def test_any_words_are_read_and_each_part_stands_in_its_word(name: str, words: list[str], is_literal: bool) -> None:
    source = Source("Dockerfile", " ".join([name, *words]))
    place = 0
    arguments: list[Word] = []
    for word in [name, *words]:
        arguments.append(Word(source.slice(place, place + len(word)), is_literal))
        place += len(word) + 1
    found = action_of(Command(source.slice(0, len(source.text)), tuple(arguments)))
    for package in found.packages if found is not None else ():
        parts = (package.text, package.name, package.version, package.origin, package.url)
        assert all(part.is_verbatim for part in parts if part is not None)
        assert package.name
        assert package.text.start <= package.name.start <= package.name.end <= package.text.end
