"""How a refresh of segments grows with the history: the same customers, four times the orders."""

import argparse

from benchmarks import apart, big_shop
from benchmarks.report import Report
from benchmarks.segments_speed import refresh, refresh_a_week_ago

# Customers, with 3.3 orders and 10 lines each.
SIZES = {"tiny": 1_000, "small": 5_000, "big": 250_000}
FOLD = 4
MOST_GROWTH = 1.2
COLUMNS = ["what", "customers", "lines", *apart.COLUMNS, "customers moved"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    report = Report(
        "segments_history",
        "Segments: speed, by length of history",
        f"make bench ONLY=segments_history SIZE={size}",
        COLUMNS,
        why="decisions/segments.md",
    )
    big_shop.use_database()
    spent = []
    for fold in (1, FOLD):
        big_shop.clear()
        lines = big_shop.load(SIZES[size], fold=fold)["lines"]
        apart.measure(refresh_a_week_ago)
        moved, took = apart.measure(refresh)
        report.add(f"segrec, model frozen, {fold} × the orders", SIZES[size], lines, *took, moved)
        spent.append(took[1] + took[2])
    growth = spent[1] / spent[0]
    report.notes.append(f"Four times the orders take {growth:.2f} times as long (CPU seconds).")
    if size != "tiny" and growth > MOST_GROWTH:
        report.broken.append(f"growth with history: {growth:.2f}, promised {MOST_GROWTH}")
    report.publish()
    raise SystemExit(1 if report.broken else 0)


if __name__ == "__main__":
    main()
