"""PostgreSQL and Valkey from their wheels: found, started when needed, stopped by their last user.

addresses (where) -> directories, account (as whom) -> server: postgres, valkey -> lifecycle (locks)
"""

from pathlib import Path

from segrec_site.embedded.addresses import Urls, redis_urls, urls
from segrec_site.embedded.directories import make_var, settle
from segrec_site.embedded.errors import EmbeddedError

__all__ = ["EmbeddedError", "Urls", "ensure", "make_var", "redis_urls", "settle", "urls"]


def ensure(var: Path, *, postgres: bool = True, valkey: bool = True):
    """Use the servers of this var directory, starting those that do not answer.

    Returns a Handle; its release, at the latest at exit, stops them when nobody else uses them.
    """
    from segrec_site.embedded.lifecycle import attach  # needs psutil, which production does without

    return attach(Path(var), postgres=postgres, valkey=valkey)
