"""Writes docs/commands.md from the commands themselves: `python -m tests.reference`."""

import argparse
import os
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs/commands.md"
OURS = ("segrec_site", "recommendations", "customers", "products", "runs")
# What every command of Django has.
USUAL = {"help", "version", "verbosity", "settings", "pythonpath", "traceback"}
USUAL |= {"no_color", "force_color", "skip_checks", "as_json"}
INTRODUCTION = """# Commands

Run them as `.venv/bin/python manage.py NAME`, in a container as `python manage.py NAME`. Every \
command works on a fresh machine: with the embedded database it starts the servers, migrates, does \
the whole work in its own process, and stops what it started; it may run beside `up`. With \
`DATABASE_URL` set it starts nothing and never migrates: where the schema is behind it says so.

Exit code 0: done, or decided (published, held, refused). 1: could not be done; one sentence on \
standard error, and nothing was written. 2: wrong options. With `--json` the last line of standard \
output is one JSON object; progress and logs go to standard error.

This page is written from the commands themselves by `python -m tests.reference`; a test compares.
"""


def page() -> str:
    """Return the page as the commands make it."""
    from django.core.management import get_commands, load_command_class

    names = sorted(name for name, app in get_commands().items() if app in OURS)
    parts = [INTRODUCTION]
    for name in names:
        command = load_command_class(get_commands()[name], name)
        parts.append(_section(name, command, command.create_parser("manage.py", name)))
    return "\n".join(parts)


def _section(name: str, command, parser: argparse.ArgumentParser) -> str:
    actions = [action for action in parser._actions if action.dest not in USUAL]
    has_json = any(action.dest == "as_json" for action in parser._actions)
    words = [name, *(_in_usage(action) for action in actions), *(["[--json]"] * has_json)]
    lines = [f"## {name}", "", f"`{' '.join(words)}`", "", _sentences(command.help), ""]
    if actions:
        lines += ["| | |", "|---|---|"]
        lines += [f"| `{_in_usage(action).strip('[]…')}` | {_said(action)} |" for action in actions]
        lines.append("")
    return "\n".join(lines)


def _in_usage(action: argparse.Action) -> str:
    value = action.metavar or (
        f"{{{','.join(map(str, action.choices))}}}" if action.choices else action.dest.upper()
    )
    if not action.option_strings:
        return str(value)
    text = action.option_strings[0] + (f" {value}" if action.nargs != 0 else "")
    if action.required:
        return text
    return f"[{text}]" + "…" * isinstance(action, argparse._AppendAction)


def _said(action: argparse.Action) -> str:
    default = action.default
    has_default = default not in (None, False, [], argparse.SUPPRESS) and action.option_strings
    text = (action.help or "").replace("|", "\\|")
    given = f"{default}" if has_default and f"{default}" not in text else ""
    return "; ".join(filter(None, [text, given and f"{given} unless given"])) or "–"


def _sentences(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    import django

    django.setup()
    PAGE.write_text(page())
