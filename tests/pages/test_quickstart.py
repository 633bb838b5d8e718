"""The quick start does what it says: its files are imported, its page and its calls work."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GUIDE = (Path(__file__).parents[2] / "docs/quickstart.md").read_text()


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S)


def test_following_it_leads_to_a_page_with_recommendations(
    open_page, live_server, elsewhere, tmp_path, monkeypatch, capsys, complaints
):
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("products.csv", "orders.csv"), snippets("csv"), strict=True):
        Path(name).write_text(text)
    imports, keys, call = snippets("sh")
    for line in (imports + keys).splitlines():
        call_command(*shlex.split(line)[2:])
    said = capsys.readouterr().out
    key, secret = (re.search(rf"{kind}_\w+", said)[0] for kind in ("pk", "sk"))

    (page,) = snippets("html")
    page = page.replace("http://127.0.0.1:8000", live_server.url).replace("pk_…", key)
    Path("page.html").write_text(page)
    Path("favicon.ico").touch()  # browsers ask for it
    opened = open_page(f"{elsewhere}/page.html")
    opened.locator(".segrec-card").first.wait_for()
    titles = opened.locator(".segrec-title").all_inner_texts()
    assert ({*titles[:2]}, len(titles)) == ({"Green mug", "Tall mug"}, 4)

    (script,) = snippets("js")
    said = opened.evaluate(
        f"([SITE, KEY]) => (async () => {{ {script} }})()", [live_server.url, key]
    )
    assert said[0].startswith("Green tea, 8.90 EUR: ")

    (program,) = snippets("python")
    known = os.environ | {"SITE": live_server.url, "SECRET": secret}
    call = call.replace("curl", "curl -fsS")
    for command in ([sys.executable, "-c", program], ["bash", "-ec", call]):
        done = subprocess.run(command, env=known, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    assert complaints == []
