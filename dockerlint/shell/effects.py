"""Whether all that a command does to an image is told by its words."""

from __future__ import annotations

from dockerlint.shell.inner import RUN_SCRIPTS, inner_script
from dockerlint.shell.script import SHELLS, Command, Script
from dockerlint.shell.words import base_name


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Commands that neither make users nor change owners, but as their words say. What a package brings is told by its name.
_PLAIN = _names(
    ": [ [[ a2dismod a2dissite a2enconf a2enmod a2ensite add-apt-repository addgroup adduser apk apt"
    " apt-add-repository apt-cache apt-get apt-key apt-mark awk basename bower bun bundle bundler cargo cat cd chgrp"
    " chmod chown chpasswd command composer conda corepack cp curl cut date debconf-set-selections delgroup deluser"
    " df dirname dnf docker-php-ext-configure docker-php-ext-enable docker-php-ext-install dotnet dpkg dpkg-query"
    " dpkg-reconfigure du echo env exit export false file find gem getent git go gpasswd gpg gradle grep groupadd"
    " groupmod groups gunzip gzip hash head id install ionice java javac join jq keytool ldconfig ln local"
    " locale-gen localedef ls lsb_release mamba md5sum microdnf mkdir mktemp mv mvn next ng npm openssl passwd patch"
    " pdm pear pecl pip pip2 pip3 pipenv pipx pnpm poetry printenv printf pwd readlink realpath return rm rmdir rpm"
    " rustup sed seq set setcap sha1sum sha256sum sha512sum shopt sleep sort ssh-keygen ssh-keyscan stat sync tail"
    " tar tee test touch tr true tsc type umask uname uniq unlink unset unzip update-alternatives"
    " update-ca-certificates update-locale update-rc.d useradd userdel usermod uv virtualenv vite wc wget which"
    " whoami yarn yum yum-config-manager zypper"
)
# They are called by their path in a virtual environment.
_OF_ENVIRONMENTS = frozenset({"pip", "pip3", "python", "python3", "poetry"})
# Files that are sourced for what they set.
_SET_AT_LOGIN = frozenset({"activate", "env", "os-release", "nvm.sh", ".bashrc", ".profile", "sdkman-init.sh"})


def is_plain(command: Command) -> bool:
    """Whether a command is known, and runs nothing of which nobody sees the content."""
    name = command.name
    if not command.words:
        return True
    if name in (".", "source"):
        return bool(command.arguments) and base_name(command.arguments[0].value) in _SET_AT_LOGIN
    if name in RUN_SCRIPTS:
        script = inner_script(command.words, name, command.arguments, command.redirections)
        return script is not None and (script[1] is None or script[1].is_posix)
    if command.program is not None and _is_own(command.program.value):
        return False
    if name in ("python", "python3"):
        module = command.options.value("-m")
        return module is not None and module.value in ("pip", "venv")
    return name in _PLAIN or name.rstrip("0123456789.") == "pip"


def _is_own(program: str) -> bool:
    """Whether a program is a file of the project, whatever its name."""
    is_installed = program.startswith(("/bin/", "/sbin/", "/usr/")) or base_name(program) in _OF_ENVIRONMENTS
    return "/" in program and not is_installed


def is_read(script: Script) -> bool:
    """Whether a script was read to its end, and hands nothing to a shell by a pipe."""
    if script.is_broken or not script.shell.is_posix:
        return False
    return not any(command.pipe_index and command.name in SHELLS for command in script.commands)
