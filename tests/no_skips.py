"""Makes skipped tests a failure, for machines that ought to be able to run them all.

Loaded by `-p tests.no_skips`.
"""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a session that would pass, when something was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} tests were skipped, which counts as failing here.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
