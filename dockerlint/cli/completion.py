"""`dockerlint completion`, and how shells are answered.

click knows the commands and what to ask them. It leaves to its reader what comes behind a `=`: bash takes what follows
one for a word of its own, zsh and fish do not; and values with commas, which its script for fish cuts.

https://click.palletsprojects.com/en/stable/shell-completion/
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from dockerlint.cli.main import COMPLETION

_BASH = """\
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value") ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done < <(COMP_LINE=${COMP_LINE:0:COMP_POINT} COMP_WORD=$2 %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local type value about
    local -a answer plain described
    (( $+commands[%(prog_name)s] )) || return 1
    answer=("${(@f)$(
        COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) %(complete_var)s=zsh_complete %(prog_name)s
    )}")
    for type value about in $answer; do
        case $type:$about in
            plain:_) plain+=("$value") ;;
            plain:*) described+=("$value:$about") ;;
            dir:*) compset -P '*='; _path_files -/ ;;
            file:*) compset -P '*='; _path_files -f ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
_FISH = """\
function %(complete_func)s
    set -l word (commandline --current-token)
    set -l before (string replace --regex -- '[^=]*$' '' $word)
    set -lx COMP_WORDS (commandline --cut-at-cursor --current-process)
    set -lx COMP_CWORD $word
    for answer in (%(complete_var)s=fish_complete %(prog_name)s)
        set -l parts (string split --max 1 , $answer)
        switch $parts[1]
            case plain
                echo $parts[2]
            case dir
                for path in (__fish_complete_directories $parts[2])
                    echo $before$path
                end
            case file
                for path in (__fish_complete_path $parts[2])
                    echo $before$path
                end
        end
    end
end

complete --no-files --command %(prog_name)s --arguments '(%(complete_func)s)'
"""

if TYPE_CHECKING:
    _Base = ShellComplete
else:
    _Base = object


class _WholeWords(_Base):
    """Answers with words as they should stand on the line, with the option that a value follows after a `=`."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        option, equals, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if equals and option.startswith("-"):
            for item in found:
                item.value = f"{option}={item.value}" if item.type == "plain" else item.value
        return found


class Bash(_WholeWords, BashComplete):
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        # What is incomplete is marked, for it may be nothing at all.
        *args, incomplete = split_arg_string(os.environ["COMP_LINE"] + "\0")
        return args[1:], incomplete.removesuffix("\0")

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """As bash replaces only what it takes for the word, without what stands before."""
        before = incomplete.removesuffix(os.environ["COMP_WORD"])
        found = super().get_completions(args, incomplete)
        for item in found:
            item.value = item.value.removeprefix(before)
        return found


class Zsh(_WholeWords, ZshComplete):
    source_template = _ZSH


class Fish(_WholeWords, FishComplete):
    source_template = _FISH


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def answer_shells() -> None:
    """Let click answer the scripts in our way."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what lets a shell complete commands, options, names of rules, formats and files.

    \b
    bash (4.4 or newer), in ~/.bashrc:  eval "$(dockerlint completion bash)"
    zsh, in ~/.zshrc below compinit:    eval "$(dockerlint completion zsh)"
    fish, once:  dockerlint completion fish > ~/.config/fish/completions/dockerlint.fish
    """  # noqa: D301 (click wants the character)
    arguments: dict[str, Any] = {}
    script = SHELLS[shell](context.find_root().command, arguments, "dockerlint", COMPLETION)
    click.echo(script.source(), nl=False)
