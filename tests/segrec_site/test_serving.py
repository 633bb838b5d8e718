"""How the web server starts."""

import importlib

import pytest

from segrec_site import traffic


@pytest.fixture
def serving(monkeypatch):
    """The server's configuration; loading it says to all of the process that this is the web."""
    monkeypatch.setenv("SEGREC_PROCESS", "web")
    monkeypatch.setattr(traffic, "forget", lambda: None)
    return importlib.import_module("segrec_site.serving")


def test_a_site_without_its_static_files_does_not_start(serving, settings, tmp_path):
    settings.PRODUCTION, settings.STATIC_ROOT = True, tmp_path

    with pytest.raises(SystemExit, match="run manage"):
        serving.on_starting(None)
    (tmp_path / "staticfiles.json").touch()
    serving.on_starting(None)
