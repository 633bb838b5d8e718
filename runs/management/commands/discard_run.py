"""Give up a run that is held."""

from runs import services
from runs.management.base import RunCommand


class Command(RunCommand):
    """Give up a run that is held."""

    decide = staticmethod(services.discard_run)
