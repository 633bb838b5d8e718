"""A kind of run that notes what is asked of it, for tests of what all kinds share."""

from runs import kinds
from runs.kinds import Verdict


class NotedKind:
    """Stores nothing; `calls` are (what, run number, …). Tests set what it decides and does."""

    def __init__(self, chunks: int = 2):
        self.chunks, self.calls = chunks, []
        self.verdict = Verdict("publish", {"pairs": 3})
        self.while_working = lambda run, number: None

    def registered_as(self, name: str) -> kinds.Kind:
        return kinds.Kind(
            name=name,
            prepare=lambda run: self._note("prepare", run.pk) or self.chunks,
            work=self._work,
            finish=lambda run: self._note("finish", run.pk) or self.verdict,
            publish=lambda run, before: self._note("publish", run.pk, before and before.pk),
            take_back=lambda run, after: self._note("take back", run.pk, after.pk),
            forget=lambda run: self._note("forget", run.pk),
        )

    def noted(self, what: str) -> list[tuple]:
        return [call[1:] for call in self.calls if call[0] == what]

    def _note(self, *call) -> None:
        self.calls.append(call)

    def _work(self, run, number: int) -> None:
        self._note("work", run.pk, number)
        self.while_working(run, number)
