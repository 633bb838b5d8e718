"""Celery's schedule, for a clock that may be set back."""

import time

from celery.beat import PersistentScheduler


class Schedule(PersistentScheduler):
    """A schedule that does not wait for what was done in a future that is none any more."""

    def tick(self, *args, **options) -> float:
        now = time.time()  # of local times the same hour comes twice when summer ends
        ahead = [each for each in self.schedule.values() if each.last_run_at.timestamp() > now]
        for entry in ahead:
            entry.last_run_at = entry.default_now()
        if ahead:
            self._heap = None  # made anew from the entries
        return super().tick(*args, **options)
