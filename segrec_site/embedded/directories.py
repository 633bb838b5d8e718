"""The var directory and its owner: root may work in another user's and leaves it usable."""

import os
from pathlib import Path
from typing import BinaryIO

from segrec_site.embedded.account import Account, nobody
from segrec_site.embedded.errors import EmbeddedError

LOG_BYTES = 10_000_000
OF_THE_SERVERS = ("pgdata", "valkey", "run")


def make_var(var: Path) -> None:
    """Make the var directory; made by root, it goes to the owner of the place it lies in."""
    missing = [path for path in (var, *var.parents) if not path.exists()]
    try:
        var.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"{var} cannot be made ({error.strerror}): set SEGREC_VAR to a directory of your own."
        ) from None
    if missing:
        place = missing[-1].parent.stat()
        Account(place.st_uid, place.st_gid).own(missing[-1])


def make_directories(var: Path, run: Path) -> None:
    """Make what the servers need and is missing, and refuse what belongs to others."""
    make_var(var)
    data = var / "pgdata"
    if not os.access(var, os.W_OK | os.X_OK):
        raise _belongs_to_another(var)
    for directory in (var / "log", run):
        directory.mkdir(mode=0o700, exist_ok=True)
    trusted = {os.geteuid()}
    if os.geteuid() == 0:
        trusted |= {path.stat().st_uid for path in (var, data) if path.exists()}
        trusted |= {entry.pw_uid for entry in [nobody()] if entry}
    for directory in (run, data):
        if directory.exists() and directory.lstat().st_uid not in trusted:
            raise _belongs_to_another(directory)


def settle(var: Path) -> None:
    """Give the var directory's owner what root wrote beside the servers' own directories."""
    owner = var.stat()
    if os.geteuid() == 0 != owner.st_uid:
        for directory, directories, files in os.walk(var):
            if directory == str(var):
                directories[:] = {*directories} - {*OF_THE_SERVERS}
            for name in (*directories, *files):
                path = os.path.join(directory, name)
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def open_log(path: Path) -> BinaryIO:
    """Open a log to append to; one that has grown large is put aside first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old"))
    return path.open("ab")


def _belongs_to_another(path: Path) -> EmbeddedError:
    return EmbeddedError(
        f"{path} belongs to another user: run as that user, "
        "or set SEGREC_VAR to a directory of your own."
    )
