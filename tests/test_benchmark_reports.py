"""How benchmarks report, judge, and are run one after the other."""

import json
import sys
import time
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import api_speed, calls, freshness, report, segments_speed, similar_speed


def test_a_report_says_the_same_on_screen_in_json_and_on_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    one = report.Report("x", "How fast", "make bench ONLY=x", ["who", "seconds"], [["a", 0.5]])

    one.publish()

    assert "| a | 0.5 |" in capsys.readouterr().out
    assert report.load_reports() == [one]
    assert one.table() in report.page()


def test_a_run_that_is_stopped_keeps_its_rows_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    one = report.Report("x", "How fast", "make bench ONLY=x", ["who", "seconds"])

    one.add("a", 0.5)

    assert report.load_reports()[0].rows == [["a", 0.5]]
    assert report.STOPPED in report.page()
    one.publish()
    assert report.STOPPED not in report.page()


def test_a_promise_that_is_not_kept_stands_on_the_page_with_what_is_known_of_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    one = report.Report("x", "How fast", "make bench ONLY=x", ["who"], why="decisions/x.md")
    one.broken = ["slower than promised", "too large"]

    one.publish()

    assert "**Broken: slower than promised; too large.**" in report.page()
    assert "[decisions/x.md](decisions/x.md)" in report.page()
    assert f"`make bench ONLY=x`, {one.date} at {one.commit}, {one.minutes} minutes." in (
        report.page()
    )


def test_results_from_before_their_commit_was_kept_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    old = {"name": "x", "title": "How fast", "command": "make bench", "columns": ["who"]}
    (tmp_path / "x.json").write_text(json.dumps(old | {"rows": [["a"]], "broken": ["b"]}))

    assert "`make bench`\n\n| who |" in report.page()
    assert "**Broken: b.**" in report.page()


def test_a_product_that_is_long_in_coming_breaks_a_promise_at_every_size():
    rows = [["the API", 500, 5, 5, 0.5, 1.9, "≤ 2"], ["an import", 500, 5, 5, 0.5, 2.1, "≤ 2"]]

    assert [*freshness.broken_promises(rows)] == ["written by an import: 2.1 s, promised 2"]


def test_similar_products_that_are_not_found_break_a_promise_at_every_size():
    broken = [*similar_speed.broken_wherever([1.0, 0.9981], {500: 1.1, 105_000: 1.3})]

    assert broken == [
        "recall@20: 0.9981, promised 0.999",
        "two workers: 105,000 products 1.30 times as fast, promised 1.5",
    ]


def test_segments_are_judged_at_each_size_by_what_is_promised_of_it():
    notebook, ours = (10.0, 8.0, 2.0, 1_000), (2.0, 1.5, 0.5, 90)
    found = {"notebook": notebook, "frozen": ours, "refit": (20.0, 15.0, 5.0, 1_001)}
    broken = {}
    for size in segments_speed.SIZES:
        one = report.Report("x", "How fast", "make bench", ["who"])
        segments_speed.judge(one, found, size)
        broken[size] = one.broken

    memory = "refit: 1,001 MB, promised 1,000"
    assert broken == {
        "tiny": [memory],
        "small": [memory],
        "big": [
            "frozen: 5.0 times as fast, promised 10",
            "refit: 0.5 times as fast, promised 2",
            memory,
        ],
    }


STUBS = {
    "keeps": "pass",
    "breaks": "from benchmarks import report; import os, pathlib\n"
    "report.RESULTS = pathlib.Path(os.environ['BENCHMARK_RESULTS'])\n"
    "one = report.Report('x', 'x', 'x', ['x']); one.broken = ['too slow']; one.publish()\n"
    "raise SystemExit(1 if one.broken else 0)",
    "raises": "1 / 0",
    "takes too long": "import subprocess\nsubprocess.run(['sleep', '100'])",
}


@pytest.mark.parametrize(
    ("stub", "minutes", "outcome"),
    [
        ("keeps", 1, ""),
        ("breaks", 1, "broke a promise or failed"),
        ("raises", 1, "broke a promise or failed"),
        ("takes too long", 0.01, "was stopped after 0.01 minutes"),
    ],
)
def test_the_command_fails_unless_a_benchmark_ended_well_in_time(
    stub, minutes, outcome, tmp_path, monkeypatch, capfd
):
    monkeypatch.setenv("BENCHMARK_RESULTS", str(tmp_path / "results"))
    monkeypatch.setattr(command, "NAMES", ["stub", "next"])
    stubs = {"stub": STUBS[stub], "next": "print('the next is run')"}
    monkeypatch.setattr(command, "command_of", lambda name, _: [sys.executable, "-c", stubs[name]])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--minutes", str(minutes)])

    code = command.main()

    out, err = capfd.readouterr()
    assert code == bool(outcome)
    assert "the next is run" in out
    assert (f"stub {outcome}" if outcome else "") in err
    assert ("**Broken: too slow.**" in out) == (stub == "breaks")


def test_a_benchmark_that_is_stopped_leaves_no_process(tmp_path):
    number = tmp_path / "number"
    stubborn = (
        "import signal, subprocess, pathlib\n"
        "left = subprocess.Popen(['sleep', '100'])\n"
        f"pathlib.Path({str(number)!r}).write_text(str(left.pid))\n"
        "left.wait()"
    )

    assert "stopped" in command.play([sys.executable, "-c", stubborn], 0.02)

    time.sleep(0.2)
    stat = Path(f"/proc/{number.read_text()}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_slow_calls_are_told_only_of_a_machine_that_is_quiet():
    kinds = {who: calls.Asked(who, [], "") for who in (api_speed.CONSTANT, api_speed.SAME)}
    for of_constant, broken in ((9.0, 1), (11.0, 0)):
        kinds[api_speed.CONSTANT].half = (2.0, of_constant)
        kinds[api_speed.SAME].half = (2.0, 12.0)

        assert len(api_speed.unsteady(kinds.values())) == broken
