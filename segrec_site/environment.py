"""Settings' source: the environment, or for NAME the file that NAME_FILE names."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import environ
from celery.schedules import ParseException, crontab
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
    """Reads and converts; what cannot be converted is told by name."""

    ENVIRON = _WithFiles()

    def required(self, name: str) -> str:
        """Return a text that production cannot do without."""
        value = self.str(name)
        if not value:
            raise ImproperlyConfigured(f"{name} is needed when SEGREC_MODE is production.")
        return value

    def choice(self, name: str, default: str, allowed: set[str]) -> str:
        """Return one of the values allowed."""
        value = self.str(name, default)
        if value not in allowed:
            known = ", ".join(sorted(allowed))
            raise ImproperlyConfigured(f"{name} is {value!r}; use one of {known}.")
        return value

    def count(self, name: str, default: int, least: int = 1) -> int:
        """Return a whole number."""
        value = self.str(name, str(default))
        if not re.fullmatch("[0-9]{1,9}", value) or int(value) < least:
            raise ImproperlyConfigured(
                f"{name} is {value!r}; use a whole number of {least} or more."
            )
        return int(value)

    def cron(self, name: str, default: str) -> crontab:
        """Return a schedule in the five fields of cron."""
        value = self.str(name, default)
        try:
            minute, hour, day, month, weekday = value.split()
            return crontab(minute, hour, weekday, day, month)
        except (ValueError, TypeError, ParseException) as problem:
            raise ImproperlyConfigured(
                f"{name} is {value!r}; use five cron fields such as '0 2 * * *' ({problem})."
            ) from None

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Return addresses or networks, given by comma."""
        try:
            given = self.list(name, default=[])
            return [ip_network(value.strip(), strict=False) for value in given]
        except ValueError as problem:
            raise ImproperlyConfigured(f"{name}: {problem}; use addresses or networks.") from None

    def patterns(self, name: str, default: str) -> dict[str, re.Pattern]:
        """Return patterns by what they stand for, given as reason=pattern;reason=pattern."""
        try:
            parts = [part for part in (self.str(name) or default).split(";") if part.strip()]
            pairs = [part.split("=", 1) for part in parts]
            return {reason.strip(): re.compile(code, re.IGNORECASE) for reason, code in pairs}
        except (ValueError, re.error) as problem:
            raise ImproperlyConfigured(
                f"{name} is not of the form reason=pattern;reason=pattern ({problem})."
            ) from None

    def postgres(self, name: str, url: str) -> dict:
        """Return a database's URL in Django's words."""
        with suppress(ValueError):
            if url.partition(":")[0] in ("postgres", "postgresql", "pgsql"):
                return self.db_url_config(url)
        raise ImproperlyConfigured(
            f"{name} must look like postgres://user:password@host:5432/name."
        )

    def str(self, var: str, default: str = "", multiline: bool = False) -> str:
        """Return a text as it stands, a dollar sign at its beginning too; empty is the default."""
        return self.ENVIRON.get(var, "") or default
