"""Every command on an empty machine and beside a running site: exit codes, and what is printed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import execute_from_command_line

from tests.segrec_site.embedded.conftest import postmaster, servers_under
from tests.segrec_site.test_supervisor import wait_for
from tests.segrec_site.test_up import Site

PROJECT = Path(__file__).parents[1]
IMPORTED = {"format", "read", "created", "updated", "unchanged", "skipped", "rejected"}
IMPORTED |= {"warnings", "seconds"}
SEGMENTS = {"run", "status", "method", "as_of", "customers", "k", "segments", "metrics", "moved"}
SEGMENTS |= {"reasons", "seconds"}
# The commands with what they need; then exit code and keys where there is no shop, and with one.
COMMANDS = {
    "import_products {products}": (0, IMPORTED, 0, IMPORTED),
    "import_customers {customers}": (0, IMPORTED, 0, IMPORTED),
    "import_orders {orders} --rejects {rejects}": (0, IMPORTED, 0, IMPORTED),
    "import_orders {orders} --max-reject-share 0": (1, None, 1, None),
    "import_orders {products}": (1, None, 1, None),
    "import_orders {missing}": (1, None, 1, None),
    "import_rates {rates}": (0, IMPORTED, 0, IMPORTED),
    "refresh_segments --dry-run": (0, SEGMENTS, 0, SEGMENTS),
    "refresh_segments": (0, SEGMENTS, 0, SEGMENTS),
    "refresh_recommendations": (0, {"runs"}, 0, {"runs"}),
    "refresh_recommendations --only similar": (0, {"runs"}, 0, {"runs"}),
    "evaluate_recommendations": (1, None, 0, {"split", "customers", "strategies"}),
    "list_runs": (0, {"runs"}, 0, {"runs"}),
    "publish_run 999999": (1, None, 1, None),
    "discard_run 999999": (1, None, 1, None),
    "rollback_run similar": (1, None, 0, {"run", "kind", "status"}),
    "create_api_key shop --kind storefront": (0, {"key"}, 0, {"key"}),
    "export_customer ada": (1, None, 0, {"customer_id", "order_lines"}),
    "export_segment {segment} --format canonical --all": (1, None, 0, None),
    "refresh_insights": (1, None, 0, set()),
    "erase_customer ada": (1, None, 0, {"surrogate"}),
}
NOT_HERE = {"up", "load_demo"}


def commands() -> set[str]:
    found = PROJECT.glob("*/management/commands/*.py")
    return {path.stem for path in found if path.stem != "__init__"} - NOT_HERE


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    """A small shop's files, one line of them wrong."""
    things = ["mug", "hat", "sock", "pot", "cup", "bag"]
    rows = {
        "products": ["id,title,product_type,price"]
        + [f"p{n},{things[n % 6]} no {n},{things[n % 6]},{n + 1}" for n in range(30)],
        "customers": ["customer_id,email", "ada,ada@x.org", "ben,ben@x.org"],
        "orders": ["order_id,ordered_at,customer_id,product_id,unit_price", "x,never,ada,p1,1"]
        + [
            f"{n},2024-0{n % 6 + 1}-1{n % 9},{'ada' if n % 5 == 0 else f'c{n % 11}'},p{n % 29},{n}"
            for n in range(1, 90)
        ],
        "rates": ["date,currency,rate", "2024-01-01,USD,0.9"],
    }
    found = {name: tmp_path / f"{name}.csv" for name in (*rows, "missing", "rejects")}
    for name, lines in rows.items():
        found[name].write_text("\n".join(lines))
    return found | {"segment": "none"}


def run(command: str, var: Path, values: dict) -> subprocess.CompletedProcess:
    words = [word.format(**values) for word in command.split()]
    asked = [] if "export_segment" in command else ["--json"]
    return subprocess.run(
        [sys.executable, PROJECT / "manage.py", *words, *asked],
        env={**os.environ, "SEGREC_VAR": str(var), "SEGREC_REDIS_DB": "0"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def assert_done(done: subprocess.CompletedProcess, code: int, keys: set[str] | None) -> dict:
    assert done.returncode == code, done.stderr
    if code:
        assert done.stdout == ""
        assert done.stderr.strip().splitlines()[-1].endswith(".")
        assert "Traceback" not in done.stderr
    if keys is None:
        return {}
    *before, last = done.stdout.splitlines()
    assert not [line for line in before if line.startswith("{")]
    record = json.loads(last)
    assert keys <= record.keys()
    return record


def test_every_command_is_tried():
    assert {command.split()[0] for command in COMMANDS} == commands()


@pytest.mark.parametrize("name", sorted(commands() | NOT_HERE))
def test_a_wrong_option_is_exit_code_2(name, capsys):
    with pytest.raises(SystemExit) as refusal:
        execute_from_command_line(["manage.py", name, "--no-such-option"])

    assert refusal.value.code == 2
    assert f"{name}: error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("refresh_segments --k 1", "'1' is no number from 2 to 12"),
        ("refresh_segments --k many", "'many' is no number from 2 to 12"),
        ("refresh_segments --dry-run --enqueue", "--enqueue: not allowed with argument --dry-run"),
        ("refresh_segments --as-of soon", "'soon' is no date; write it as 2026-06-30"),
        ("refresh_recommendations --as-of 30.6.2026", "'30.6.2026' is no date"),
        ("evaluate_recommendations --split x", "'x' is no date"),
        ("create_api_key shop --kind crm --expires x", "'x' is no date"),
        ("create_api_key shop --kind crm --expires 9999-12-31", "is not in a year from 1900 to"),
        ("refresh_segments --dry-run --as-of 0001-01-01", "is not in a year from 1900 to 2200"),
        ("import_orders x.csv --max-reject-share half", "'half' is no share from 0 to 1"),
        ("import_orders x.csv --max-reject-share 2", "'2' is no share from 0 to 1"),
        ("publish_run last", "'last' is no number from 1 to"),
        ("up --port 99999", "'99999' is no number from 1 to 65,535"),
    ],
)
def test_a_wrong_value_of_an_option_says_what_is_wanted(command, wanted, capsys):
    with pytest.raises(SystemExit) as refusal:
        execute_from_command_line(["manage.py", *command.split()])

    assert refusal.value.code == 2
    assert wanted in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_its_work_on_an_empty_machine(command, tmp_path, files):
    code, keys = COMMANDS[command][:2]
    done = run(command, tmp_path / "new" / "var", files)

    assert_done(done, code, keys)
    assert servers_under(tmp_path) == []


@pytest.mark.slow
def test_every_command_does_its_work_beside_a_running_site(tmp_path, files):
    site = Site(tmp_path / "var")
    try:
        assert wait_for(site.is_ready, 300), site.said()
        server = postmaster(site.var)
        for command, (_, _, code, keys) in COMMANDS.items():
            record = assert_done(run(command, site.var, files), code, keys)
            if segments := record.get("segments"):
                files["segment"] = segments[0]["key"]
        assert site.answers()
        assert postmaster(site.var) == server
        assert "started again" not in site.said()
    finally:
        site.process.terminate()
        assert site.process.wait(60) == 0
    assert site.processes() == []
