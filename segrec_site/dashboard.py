"""The dashboard: what happened lately, how fresh it is, what needs a person."""


def figures() -> dict:
    """Collect what the admin's first page shows."""
    return {"is_dashboard": True}
