"""How fast files are imported into a history: the same file again, and one with 1 % new orders."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import apart
from benchmarks.import_speed import COLUMNS, MOST_MB, SIZES, import_file, write_orders
from benchmarks.report import Report


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    from benchmarks import big_shop  # pandas with it, which the measured processes do without

    report = Report(
        "import_again",
        "Import of order lines: into a history",
        f"make bench ONLY=import_again SIZE={size}",
        COLUMNS,
    )
    big_shop.use_database()
    with tempfile.TemporaryDirectory() as folder:
        whole, more = Path(folder) / "orders.csv", Path(folder) / "more.csv"
        lines = write_orders(whole, 0, SIZES[size])
        few = write_orders(more, SIZES[size], SIZES[size] // 100)
        for who, count, file in (
            ("segrec, import_orders", lines, whole),
            ("segrec, the same file again", lines, whole),
            ("segrec, 1 % new orders", few, more),
        ):
            _, took = apart.measure(import_file, file)
            report.add(who, count, round(count / took[0]), *took)
            if took[3] > MOST_MB:
                report.broken.append(f"memory: {took[3]:.0f} MB, {who}")
    report.publish()
    raise SystemExit(1 if report.broken else 0)


if __name__ == "__main__":
    main()
