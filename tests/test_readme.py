"""Commands of README, tutorial and guides are run as they stand there."""

import gzip
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
from customers.models import Order
from runs.models import Run
from tests.customers.segmented import make_member, make_run, make_segment
from tests.documents import blocks
from tests.test_docs import ROOT

README, DOCS = ROOT / "README.md", ROOT / "docs"
QUICK_START, TUTORIAL, IMPORTING, AUDIENCES, GUIDE, OF_SHOPS = (
    DOCS / f"{name}.md"
    for name in ("quickstart", "tutorial", "importing", "audiences", "api", "storefront")
)
OURS = ".venv/bin/python manage.py "
pytestmark = pytest.mark.django_db(transaction=True)


def run(text: str, capsys) -> str:
    """Run the lines of a block, those of manage.py in this process; return what they said."""
    for line in text.replace("\\\n", " ").splitlines():
        line, _, target = line.partition(" > ")
        words = shlex.split(line)
        given = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
        if OURS in line:
            with patch.dict(os.environ, given), open(target or os.devnull, "w") as file:
                into = {"stdout": file} if target else {}
                call_command(*words[len(given) + 2 :], **into)
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


def test_the_page_about_imports_imports(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    products, orders = blocks(QUICK_START, "csv")
    Path("products.csv").write_text(products)
    Path("orders.csv.gz").write_bytes(
        gzip.compress(f"{orders}1004,never,ada,teapot,1,39\n".encode())
    )
    Path("square-items.csv").write_text(
        "Date,Time,Transaction ID,Item,Qty,Net Sales\n2026-06-07,10:30,t1,Blue mug,2,$25.00\n"
    )

    for text in blocks(IMPORTING, "sh"):
        run(text, capsys)

    assert set(Order.objects.values_list("external_id", flat=True)) == {
        "1001",
        "1002",
        "1003",
        "t1",
    }
    assert Path("rejected.csv").read_text().count("never") == 2


def test_the_page_about_audiences_exports(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run_of_segments = make_run()
    segment = make_segment(run_of_segments, "loyal-regulars")
    make_member(segment, run_of_segments, email="ada@example.com", marketing_consent=True)
    klaviyo, canonical = "".join(blocks(AUDIENCES, "sh")).splitlines()

    run(klaviyo, capsys)
    assert Path("loyal.csv").read_text().splitlines()[1].startswith("ada@example.com,")
    run(canonical, capsys)
    assert Path("loyal.csv").read_text().startswith("customer_id,")


@pytest.mark.parametrize("page", [GUIDE, OF_SHOPS], ids=lambda page: page.name)
def test_keys_are_made_as_the_guides_say(page, capsys):
    said = run("".join(blocks(page, "sh", "keys")), capsys)

    assert re.findall(r"^[ps]k_", said, re.M)


def test_the_sample_shop_is_written_by_its_command(tmp_path):
    command = [sys.executable, "-m", "benchmarks.sample_shop", tmp_path / "shop"]
    subprocess.run([*command, "--customers", "50"], check=True, cwd=ROOT, capture_output=True)

    assert {file.name for file in (tmp_path / "shop").iterdir()} == {
        "products.csv",
        "customers.csv",
        "orders.csv",
        "new-orders.csv",
    }
