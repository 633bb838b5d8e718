"""Before a command runs: the servers that are ours answer, and the schema is complete."""

import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from segrec_site import embedded

WITHOUT_SERVERS = {
    "help",
    "version",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "makemessages",
    "spectacular",
    "startapp",
}
WITHOUT_SCHEMA = {
    "dbshell",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "test",
}
MIGRATION_LOCK = 0x5E67EC  # any number that is nobody else's


class CannotStart(Exception):
    """The command cannot run here; the message says why in one sentence."""


def prepare(argv: list[str]) -> None:
    """Make ready what this command needs: nothing, the servers, or the servers and the schema."""
    command = argv[1] if len(argv) > 1 else "help"
    if command in WITHOUT_SERVERS or command.startswith("-") or {"-h", "--help"} & {*argv}:
        return
    use_servers()
    if command not in WITHOUT_SCHEMA:
        django.setup()
        complete_schema()


def use_servers():
    """Use the embedded servers until this process ends; None where the environment names others."""
    if not settings.EMBEDDED:
        return None
    return embedded.ensure(
        settings.SEGREC_VAR, postgres=not settings.DATABASE_URL, valkey=not settings.REDIS_URL
    )


def complete_schema() -> None:
    """Migrate the embedded database, one process at a time; refuse any other that is behind."""
    try:
        if not schema_is_behind():
            return
        if settings.DATABASE_URL:
            raise CannotStart(
                "The schema of the database is behind this version: run manage.py migrate."
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            try:
                if schema_is_behind():
                    print("Setting up the database …", file=sys.stderr, flush=True)
                    call_command("migrate", verbosity=0, interactive=False)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    except DatabaseError as problem:
        raise CannotStart(f"The database does not answer: {_first_line(problem)}") from problem
    finally:
        connection.close()


def schema_is_behind() -> bool:
    """Tell whether migrations wait to be applied."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0]
