"""What the embedded servers complain with: one sentence for the person at the terminal."""


class EmbeddedError(RuntimeError):
    """The embedded servers cannot be used here; the message says why and what to do."""
