"""Let readers see a run that is held."""

from runs import services
from runs.management.base import RunCommand


class Command(RunCommand):
    """Let readers see a run that is held."""

    decide = staticmethod(services.publish_run)
