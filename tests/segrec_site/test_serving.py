"""How the web server starts."""

import pytest

from segrec_site import serving, traffic


def test_a_site_without_its_static_files_does_not_start(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(traffic, "forget", lambda: None)
    settings.PRODUCTION, settings.STATIC_ROOT = True, tmp_path

    with pytest.raises(SystemExit, match="run manage"):
        serving.on_starting(None)
    (tmp_path / "staticfiles.json").touch()
    serving.on_starting(None)
