"""What tests of runs share."""

import pytest

from runs import kinds
from tests.runs.kinds import NotedKind


@pytest.fixture
def kind(monkeypatch) -> NotedKind:
    """Stands for the kind `similar` while the test lasts."""
    noted = NotedKind()
    monkeypatch.setitem(kinds._kinds, "similar", noted.registered_as("similar"))
    return noted
