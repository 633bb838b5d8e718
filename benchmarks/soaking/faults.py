"""What is done to the site: processes killed, paused, cut off from each other."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil
import psycopg
import redis

from benchmarks.soaking.site import Site

Fault = Callable[[Site, Random], None]


def kill(name: str, *, child: bool = False, all_of_it: bool = False) -> Fault:
    """Return a fault that ends a process with no chance to tidy up."""

    def fault(site: Site, random: Random) -> None:
        found = site.processes(name)
        chosen = found[1:] if child else found if all_of_it else found[:1]
        for process in chosen if all_of_it else [random.choice(chosen)] if chosen else []:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    return fault


def kill_everything(site: Site, random: Random) -> None:
    """Pull the plug: `up`, all it runs, and both servers."""
    names = ["postgres", "valkey", "web", "now", "batch", "beat"]
    processes = [each for name in names for each in site.processes(name)]
    if site.up:
        site.up.kill()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def pause(name: str) -> Fault:
    """Return a fault that stops a process for some seconds, as a busy or swapping machine does."""

    def fault(site: Site, random: Random) -> None:
        found = site.processes(name)
        for number, seconds in ((signal.SIGSTOP, random.uniform(2, 8)), (signal.SIGCONT, 0)):
            for process in found:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            time.sleep(seconds)

    return fault


def hang_up_database(site: Site, random: Random) -> None:
    """End every connection to the database, as a failover or a firewall does."""
    with suppress(psycopg.Error), psycopg.connect(site.addresses.database) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def hang_up_queues(site: Site, random: Random) -> None:
    """End every connection to Redis."""
    with suppress(redis.RedisError), redis.Redis.from_url(site.addresses.redis) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


KILLS_OF_SERVERS: dict[str, Fault] = {
    "kill -9 of PostgreSQL": kill("postgres", all_of_it=True),
    "kill -9 of one PostgreSQL process": kill("postgres", child=True),
    "kill -9 of Valkey": kill("valkey"),
    "kill -9 of everything at once": kill_everything,
}
KILLS_OF_OURS: dict[str, Fault] = {
    "kill -9 of the batch worker": kill("batch"),
    "kill -9 of the batch worker's process at work": kill("batch", child=True),
    "kill -9 of the worker for small things": kill("now"),
    "kill -9 of the web server": kill("web"),
    "kill -9 of a web process": kill("web", child=True),
    "kill -9 of the schedule": kill("beat"),
}
CUTS: dict[str, Fault] = {
    "pause of PostgreSQL": pause("postgres"),
    "pause of Valkey": pause("valkey"),
    "pause of the batch worker": pause("batch"),
    "pause of the web server": pause("web"),
    "all connections to PostgreSQL cut": hang_up_database,
    "all connections to Valkey cut": hang_up_queues,
}
