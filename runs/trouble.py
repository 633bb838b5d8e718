"""Errors in words that may be kept and shown: they quote no rows."""

QUOTES = ("DETAIL:", "CONTEXT:")


def in_words(problem: Exception) -> str:
    """Say what kind of error it was and what it says."""
    return without_rows(f"{type(problem).__name__}: {problem}")


def without_rows(text: str) -> str:
    r"""Leave out what the database quotes of rows in its errors.

    >>> without_rows("duplicate key\nDETAIL:  Key (email)=(ada@example.com) already exists.")
    'duplicate key'
    """
    return "\n".join(line for line in text.splitlines() if not line.startswith(QUOTES))
