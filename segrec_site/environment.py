"""Settings' source: the environment, or for NAME the file that NAME_FILE names."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


class _WithFiles(Mapping):
    """The environment's variables; one that is unset or empty may stand in a file."""

    def __getitem__(self, name: str) -> str:
        file = os.environ.get(f"{name}_FILE")
        if os.environ.get(name) or not file:
            return os.environ[name]
        try:
            return Path(file).read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as problem:
            reason = getattr(problem, "strerror", None) or "it is no text"
            raise ImproperlyConfigured(f"{name}_FILE is {file!r}: {reason}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


class Environment(environ.Env):
    """Reads and converts."""

    ENVIRON = _WithFiles()

    def str(self, var: str, default: str = "", multiline: bool = False) -> str:
        """Return a text as it stands; a dollar sign at its beginning has no meaning."""
        return self.ENVIRON.get(var, default)
