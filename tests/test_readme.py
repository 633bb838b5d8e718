"""Commands of README and tutorial are run as they stand there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command

from benchmarks import sample_shop
from runs.models import Run
from tests.documents import blocks
from tests.test_docs import ROOT

README, QUICK_START, TUTORIAL = (
    ROOT / name for name in ("README.md", "docs/quickstart.md", "docs/tutorial.md")
)
OURS = ".venv/bin/python manage.py "
pytestmark = pytest.mark.django_db(transaction=True)


def run(text: str, capsys) -> str:
    """Run the lines of a block, those of manage.py in this process; return what they said."""
    for line in text.splitlines():
        words = shlex.split(line)
        given = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
        if OURS in line:
            with patch.dict(os.environ, given):
                call_command(*words[len(given) + 2 :])
        elif "benchmarks.sample_shop" in line:
            write_sample(Path(words[-1]))
        else:
            raise AssertionError(f"nothing runs {line}")
    said = capsys.readouterr()
    return said.err + said.out


def write_sample(folder: Path, customers: int = 900) -> None:
    """Write the tutorial's files, of fewer customers."""
    folder.mkdir()
    for name, table in sample_shop.files(customers).items():
        table.to_csv(folder / name, index=False)


def test_targets_that_are_named_are_there():
    named = {name for page in (README, QUICK_START, TUTORIAL) for name in targets(page)}
    there = {*re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)}

    assert named
    assert named <= there


def targets(page: Path) -> list[str]:
    return re.findall(r"(?:^|`|&& )make (\w+)", page.read_text(), re.M)


def test_the_readmes_commands_lead_to_similar_products(live_server, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    files = blocks(QUICK_START, "csv")
    for name, text in zip(("products.csv", "orders.csv"), files, strict=True):
        Path(name).write_text(text)
    clone, own, call = blocks(README, "sh")
    assert clone.splitlines()[-1] == "make demo"
    setup, *commands, serve = own.splitlines()
    assert (setup, serve) == ("make setup", f"{OURS}up")

    key = re.search(r"pk_\w+", run("\n".join(commands), capsys))[0]
    call = call.replace("http://127.0.0.1:8000", live_server.url).replace("curl", "curl -fsS")
    done = subprocess.run(
        ["bash", "-ec", f"KEY={key}\n{call}"], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert [each["rank"] for each in json.loads(done.stdout)["results"]] == [1, 2, 3, 4]


@pytest.mark.slow
def test_the_tutorial_goes_as_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shop, files, first, _, look, week, back, again, lists = blocks(TUTORIAL, "sh")
    (serve,), (export,) = blocks(TUTORIAL, "sh", "serve"), blocks(TUTORIAL, "sh", "key")
    assert serve == f"{OURS}up\n"

    run(shop, capsys)
    said = run(files, capsys)
    for line in blocks(TUTORIAL, "")[0].splitlines():
        assert line in said
    assert Path("shop/rejects.csv").read_text().count("\n") == 4
    run(first, capsys)
    key = json.loads(run(look, capsys).splitlines()[-1])["segments"][0]["key"]
    run(export.replace("KEY", key), capsys)
    assert Path("shop/campaign.csv").read_text().count("@example.com") > 20
    run(week, capsys)
    published = Run.objects.get(kind="segments", status="published")
    run(back, capsys)
    assert Run.objects.get(kind="segments", status="published").pk < published.pk
    run(again, capsys)
    run(lists, capsys)

    assert {*Run.objects.filter(status="published").values_list("kind", flat=True)} >= {
        "segments",
        "similar",
    }


def test_the_sample_shop_is_written_by_its_command(tmp_path):
    command = [sys.executable, "-m", "benchmarks.sample_shop", tmp_path / "shop"]
    subprocess.run([*command, "--customers", "50"], check=True, cwd=ROOT, capture_output=True)

    assert {file.name for file in (tmp_path / "shop").iterdir()} == {
        "products.csv",
        "customers.csv",
        "orders.csv",
        "new-orders.csv",
    }
