"""Whom the servers run as: PostgreSQL refuses root. No account is made, no permission changed."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from segrec_site.embedded.errors import EmbeddedError

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """A user by number; `namespaced`: ourselves, seen as `nobody` inside a user namespace."""

    uid: int
    gid: int
    namespaced: bool = False

    def popen_options(self, then: Callable[[], None] | None = None) -> dict:
        """Return what makes Popen run a program as this user; `then` runs in the child first."""
        steps = [step for step in (_enter_namespace if self.namespaced else None, then) if step]
        options = {"preexec_fn": lambda: [step() for step in steps]} if steps else {}
        if self.uid != os.geteuid():
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def own(self, path: Path) -> None:
        """Give this user a directory and all in it, unless it is theirs; only root can and need."""
        if os.geteuid() == 0 and path.stat().st_uid != self.uid:
            for directory, _, files in os.walk(path, topdown=False):  # itself last: then it is done
                for name in (*files, "."):
                    os.chown(
                        os.path.join(directory, name), self.uid, self.gid, follow_symlinks=False
                    )


def server_account(var: Path, data: Path, program: Path) -> Account:
    """Return the first user that may run the servers and can reach var and their program."""
    for account in _candidates(var, data):
        if _reaches(account, program, var):
            return account
    raise EmbeddedError(
        f"PostgreSQL needs a user with a name, not root, who can reach {program} and {var}: "
        "run as one, or put the project and SEGREC_VAR where other users may enter, "
        "or set DATABASE_URL and REDIS_URL."
    )


def nobody() -> pwd.struct_passwd | None:
    """Return the user called so, or where there is none some other than root."""
    known = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    return min(known, key=lambda entry: (entry.pw_name != "nobody", -entry.pw_uid), default=None)


def _candidates(var: Path, data: Path) -> Iterator[Account]:
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        yield Account(uid, gid, namespaced=not _has_name(uid))
        return
    owners = [path.stat() for path in (data, var) if path.exists()]
    for owner in owners:
        if owner.st_uid != 0 and _has_name(owner.st_uid):
            yield Account(owner.st_uid, owner.st_gid)
    name = nobody()
    if name:
        yield Account(name.pw_uid, name.pw_gid)
        yield Account(uid, gid, namespaced=True)


def _reaches(account: Account, program: Path, var: Path) -> bool:
    try:
        options = account.popen_options(then=lambda: os.chdir(var))
        return (
            subprocess.run([program, "--version"], capture_output=True, **options).returncode == 0
        )
    except (OSError, subprocess.SubprocessError):
        return False


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _enter_namespace() -> None:
    """Go by the name of `nobody` in a user namespace of our own, and be ourselves outside."""
    name, uid, gid = nobody(), os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{name.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{name.pw_gid} {gid} 1")


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Have the kernel send us this signal when our parent ends, however it ends (Linux only)."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, number)


_libc = ctypes.CDLL(None, use_errno=True)
