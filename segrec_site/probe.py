"""Asks a web server on this machine whether it is well; exits with 1 when it is not.

Health checks of containers run this file itself, which is quick: it reads no settings.
"""

import http.client
import os
import sys
from contextlib import closing
from pathlib import Path

PORT = 8000


def answers(path: str, name: str, host: str = "127.0.0.1", port: int = PORT) -> bool:
    """Say whether the server there answers 200 when asked by this name."""
    with closing(http.client.HTTPConnection(host, port, timeout=5)) as connection:
        try:
            connection.request("GET", path, headers={"Host": name})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def first_name(allowed_hosts: str) -> str:
    """Return a name that the site is reached by.

    >>> first_name(".example.com, 10.0.0.5"), first_name("*")
    ('example.com', 'localhost')
    """
    return allowed_hosts.split(",")[0].strip().lstrip(".*") or "localhost"


if __name__ == "__main__":
    file = os.environ.get("ALLOWED_HOSTS_FILE")
    allowed = os.environ.get("ALLOWED_HOSTS") or (Path(file).read_text() if file else "")
    path = sys.argv[1] if len(sys.argv) > 1 else "/health/live"
    sys.exit(not answers(path, first_name(allowed), port=int(os.environ.get("PORT", PORT))))
