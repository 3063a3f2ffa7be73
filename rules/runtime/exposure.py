"""Doors into the container, and out of it to the host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Volume
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Port
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build

_SHELL_BY_EXEC = "`docker exec` gives a shell without"
_PORTS = {
    21: "FTP sends passwords as they are; share files by a volume",
    22: f"{_SHELL_BY_EXEC} an SSH server in the image",
    23: f"telnet sends passwords as they are; {_SHELL_BY_EXEC} it",
}
_SERVERS = {"sshd": 22, "telnetd": 23, "in.telnetd": 23, "vsftpd": 21, "proftpd": 21, "pure-ftpd": 21}
# Parts of the names of images that are made to be logged in to, or to take in git's pushes.
_PURPOSES = (
    "ssh", "ftp", "telnet", "gitea", "gitlab", "gitolite", "gogs", "forgejo", "gerrit", "bastion", "jump", "borg",
    "slave", "agent", "vagrant", "honeypot",
)  # fmt: skip


class RemoteLogin(Rule[Build]):
    """The image offers a remote login: SSH, telnet or FTP.

    A login needs accounts, keys or passwords in the image, and a server of its own: one more way in, and one more thing
    to keep up to date.

    For a shell use `docker exec -it NAME sh`, for files `docker cp` or a volume, for logs `docker logs`. Images that are
    made for it are not reported: by their name or that of their base, by what they set up (git or SFTP over SSH, X11
    forwarding or desktops, mail or DNS beside it), or because 22 is their only port and no SSH server shows in the file.

    https://docs.docker.com/reference/cli/docker/container/exec/
    """

    severity = Severity.INFO
    aliases = ("CKV_DOCKER_1", "DS-0004", "exposing_port_22", "DD014")
    bad = {
        "FROM debian:13\nRUN apt-get update && apt-get install -y openssh-server\nEXPOSE «22»\nCMD /start.sh": None,
        'FROM python:3.13\nEXPOSE 8000 «22»\nCMD ["python", "app.py"]': None,
        'FROM python:3.13\nEXPOSE 80 «20-24/TCP»\nCMD ["python", "app.py"]': None,
        "FROM debian:13\nRUN apt-get update && apt-get install -y telnetd vsftpd\nARG P=23\nEXPOSE «$P» «21»\n"
        'CMD ["/start.sh"]': None,
        'FROM debian:13\nRUN apt-get update && apt-get install -y openssh-server\nCMD [«"/usr/sbin/sshd", "-D"»]': None,
        "FROM debian:13\nCMD service cron start && «/usr/sbin/sshd -D»": None,
        'FROM python:3.13 AS base\nRUN systemctl enable sshd\nEXPOSE «22»\nFROM base\nCMD ["/usr/sbin/sshd", "-D"]': None,
    }
    good = (
        'FROM python:3.13\nEXPOSE 8000 2222 22/udp\nCMD ["python", "app.py"]',
        "FROM gitea/gitea:1.25\nEXPOSE 22",
        'FROM python:3.13\nCOPY trap.py /\nEXPOSE 22\nCMD ["python", "/trap.py"]',
        'FROM alpine:3.22\nRUN adduser -D -s "$(which git-shell)" git\nEXPOSE 80 22\nCMD ["/usr/sbin/sshd", "-D"]',
        "FROM debian:13\nRUN apt-get update && apt-get install -y openssh-server xauth\nEXPOSE 22\nCMD /start.sh",
        "FROM debian:13\nRUN apt-get update && apt-get install -y x2goserver\nEXPOSE 22\nCMD /usr/sbin/sshd -D",
        "FROM debian:13\nEXPOSE 22 25 80 443\nCMD /start.sh",
        'FROM alpine:3.22\nEXPOSE 23 80\nCMD ["/board"]',
        "FROM atmoz/sftp\nEXPOSE 22",
        'FROM debian:13 AS sshd\nEXPOSE 22\nCMD ["/usr/sbin/sshd", "-D"]',
        'FROM debian:13 AS tools\nEXPOSE 22\nFROM python:3.13\nCMD ["python", "app.py"]',
        "FROM python:3.13\nARG P\nEXPOSE $P",
        "FROM debian:13\nRUN apt-get update && apt-get install -y openssh-client\nCMD ssh app@example.com",
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.targets:
            candidates = [(port, number) for port in stage.state.ports for number in _logins(port)]
            servers = [command for command in build.start_commands(stage) if command.name in _SERVERS]
            if not (candidates or servers) or _is_meant(build, stage):
                continue
            ports = [(port, number) for port, number in candidates if _is_login(stage, port, number)]
            for port, number in ports:
                if port.written.start not in seen:
                    seen.add(port.written.start)
                    yield self.finding(port.written, f"port {number}: {_PORTS[number]}")
            exposed = {number for _, number in ports}
            for command in servers:
                number = _SERVERS[command.name]
                is_here = command.text.source is build.dockerfile.source
                if number not in exposed and is_here and command.text.start not in seen:
                    seen.add(command.text.start)
                    yield self.finding(command.text, f"`{command.name}`: {_PORTS[number]}")


def _is_meant(build: Build, stage: Stage) -> bool:
    """Whether the image is there to be logged in to."""
    names = (build.label, stage.name or "", stage.root.base_name or "")
    if any(purpose in name.lower() for name in names for purpose in _PURPOSES):
        return True
    is_machine = any(port.first <= number <= port.last for port in stage.state.ports for number in _OF_MACHINES)
    return is_machine or _holds(stage, r"git-shell|\bsftp|internal-sftp|chroot|X11|\bxauth\b|\bxdm\b|x2go")


# Mail, names, NETCONF: beside one of them a login serves a whole machine in one container.
_OF_MACHINES = (25, 53, 110, 143, 830)
_SIGNS = {
    21: r"ftpd\b",
    22: r"sshd|\bopenssh(?!-client)|dropbear|/service/ssh|\bservice ssh\b|init\.d/ssh\b",
    23: r"telnetd",
}


def _is_login(stage: Stage, port: Port, number: int) -> bool:
    """Whether a login's own server listens there, and not the program that the image is for."""
    is_beside = number == 22 and any(other.first != port.first for other in stage.state.ports)
    return is_beside or _holds(stage, _SIGNS[number])


def _holds(stage: Stage, signs: str) -> bool:
    return any(re.search(signs, one.text, re.IGNORECASE) for link in stage.chain for one in link.instructions)


def _logins(port: Port) -> Iterator[int]:
    """The ports of logins that an EXPOSE covers: the best known of them, if it is a range."""
    if port.protocol == "tcp":
        yield from [number for number in (22, 21, 23) if port.first <= number <= port.last][:1]


class DockerSocketVolume(Rule[Volume]):
    """VOLUME names the socket of the container engine.

    Whoever can write to that socket can start a container with the host's whole disk in it, so he is root on the host.
    VOLUME has no side of the host and mounts nothing by itself: it only invites to mount the socket.

    Delete the line. A container that must use Docker is given the socket by `-v`, by those who know what that means;
    better is a proxy that lets only some requests through, or a builder that needs no daemon.

    https://docs.docker.com/engine/security/#docker-daemon-attack-surface
    """

    severity = Severity.WARNING
    aliases = ("dockerfile-dockerd-socket-mount",)
    bad = {
        "FROM docker:28-cli\nVOLUME «/var/run/docker.sock»": None,
        'FROM alpine:3.22\nVOLUME ["/data", «"/run/containerd/containerd.sock"»]': None,
        "FROM alpine:3.22\nVOLUME /data «/run/podman/podman.sock»": None,
        "FROM alpine:3.22\nENV DOCKER_HOST=unix:///var/run/docker.sock\nVOLUME «/var/run/»": None,
    }
    good = (
        "FROM alpine:3.22\nVOLUME /data /var/lib/docker",
        'FROM rockylinux:9\nVOLUME ["/sys/fs/cgroup", "/run"]\nCMD ["/sbin/init"]',
        "FROM mariadb:12\nVOLUME /var/run/mysqld /run/php-fpm.sock",
    )

    def check(self, volume: Volume) -> Findings:
        for path in volume.paths:
            if _is_socket(path) or (_holds_sockets(path) and "docker.sock" in volume.text.source.text):
                yield self.finding(path, f"{path} as VOLUME invites mounting the host's Docker into the container")


def _is_socket(path: str) -> bool:
    return re.search(r"(?:^|/)(?:docker|containerd|podman|crio)\.sock/?$", path.strip("\"'")) is not None


def _holds_sockets(path: str) -> bool:
    return path.strip("\"'").rstrip("/") in ("/run", "/var/run")
