"""What a command does in package-manager terms: what it installs, from where, and what it leaves behind."""

from dockerlint.shell.packages.actions import action_of
from dockerlint.shell.packages.manifests import Installer, installer, matches_manifest
from dockerlint.shell.packages.model import Download, Package, PackageAction, Verb
from dockerlint.shell.packages.node import npx_package
from dockerlint.shell.packages.system import apt_setting, is_apt_true

__all__ = [
    "Download",
    "Installer",
    "Package",
    "PackageAction",
    "Verb",
    "action_of",
    "apt_setting",
    "installer",
    "is_apt_true",
    "matches_manifest",
    "npx_package",
]
