"""How fast the nearest products of a whole catalogue are found, beside sparse_dot_topn.

All search the same vectors, for a list of 20 or 21; segrec for 40 item groups. Each runs in a
process of its own, so that its memory is its own. CPU seconds are the steadier figure on a busy
machine.
"""

import argparse
import csv
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
from scipy.sparse import csr_matrix, load_npz, save_npz

from benchmarks import catalogue
from benchmarks.apart import peak_mb
from benchmarks.report import Report

SIZES = {"tiny": [1_000, 2_000], "small": [12_500, 25_000], "big": [25_000, 50_000, 105_000]}
KEPT, PEER_KEPT = 40, 21
MOST_GROWTH, MOST_GB = 1.6, 1.0
LEAST_RECALL, LEAST_TIMES_FASTER = 0.999, 1.5  # by two workers
ENOUGH = 100_000  # articles from which a whole build is promised to take no longer than the peer
SAMPLED = 5_000  # queries of scikit-learn's; it is too slow to be waited for
COLUMNS = ["catalogue", "products", "who", "processes or threads", "seconds", "CPU seconds"]
COLUMNS += ["times sparse_dot_topn of 2 threads", "peak GB"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=list(SIZES), default="small")
    size = parser.parse_args().size
    report = Report(
        "similar_speed",
        "Similar products: speed",
        f"make bench ONLY=similar_speed SIZE={size}",
        COLUMNS,
        why="decisions/exact-neighbours.md",
    )
    cpu, recalls, times_faster = {}, [], {}
    with tempfile.TemporaryDirectory() as folder:
        for products in SIZES[size]:
            found = compare(report, "fashion", catalogue.fashion(products), Path(folder))
            cpu[products] = found["segrec, search alone", 1]["cpu"]
            recalls.append(found["segrec, whole build", 1]["recall"])
            times_faster[products] = _times_faster(found)
        if size != "tiny":
            found = compare(report, "Complete Journey", catalogue.complete_journey(), Path(folder))
            recalls.append(found["segrec, whole build", 1]["recall"])
    exponent = float(np.log(cpu[max(cpu)] / cpu[min(cpu)]) / np.log(max(cpu) / min(cpu)))
    report.notes.append(f"The search's CPU time grows with products to the power {exponent:.2f}.")
    report.broken = list(broken_promises(report.rows, exponent))
    report.broken += broken_wherever(recalls, times_faster)
    report.publish()
    raise SystemExit(1 if report.broken else 0)


def broken_promises(rows: list[list], exponent: float) -> Iterator[str]:
    """Name what was promised and not kept."""
    if exponent > MOST_GROWTH:
        yield f"growth: to the power {exponent:.2f}, promised {MOST_GROWTH}"
    for name, products, who, processes, *_, times, peak in rows:
        if (
            who.startswith("segrec, whole")
            and products >= ENOUGH
            and name == "fashion"
            and times > 1
        ):
            yield f"slower than the peer: {products:,} products, {processes} processes"
        if who.startswith("segrec") and peak > MOST_GB:
            yield f"memory: {name}, {products:,} products"


def broken_wherever(recalls: list[float], times_faster: dict[int, float]) -> Iterator[str]:
    """Name what was promised of recall at every size, and of two workers at a large one."""
    if min(recalls) < LEAST_RECALL:
        yield f"recall@20: {min(recalls):.4f}, promised {LEAST_RECALL}"
    for products, times in times_faster.items():
        if products >= ENOUGH and times < LEAST_TIMES_FASTER:
            said = f"{times:.2f} times as fast, promised {LEAST_TIMES_FASTER}"
            yield f"two workers: {products:,} products {said}"


def compare(report: Report, name: str, products: list[dict], folder: Path) -> dict:
    """Measure all contestants on one catalogue, and report them; return what each took."""
    from recommendations.vectors import fit

    _, weights = fit(catalogue.fields(products))
    save_npz(folder / "weights.npz", csr_matrix(weights))
    np.save(folder / "groups.npy", catalogue.groups(products))
    with open(folder / "products.csv", "w", newline="") as file:
        attributes = list(products[0]["attributes"])
        columns = [column for column in products[0] if column != "attributes"]
        writer = csv.writer(file)
        writer.writerow(columns + attributes)
        writer.writerows(
            [product[column] for column in columns]
            + [product["attributes"][attribute] for attribute in attributes]
            for product in products
        )
    load(folder / "products.csv")
    found = {}
    for who, threads, work in [
        ("segrec, search alone", 1, lambda: measure(segrec_search, folder)),
        ("segrec, whole build", 1, lambda: build(1)),
        ("segrec, whole build", 2, lambda: build(2)),
        ("sparse_dot_topn", 2, lambda: measure(sparse_dot_topn, folder, 2)),
        ("sparse_dot_topn", 1, lambda: measure(sparse_dot_topn, folder, 1)),
        ("scikit-learn, brute force", 1, lambda: measure(scikit_learn, folder)),
    ]:
        one = found[who, threads] = work()
        print(f"{name} {len(products):,} {who} {threads}: {one['seconds']:.1f} s", flush=True)
    peer = found["sparse_dot_topn", 2]["seconds"]
    one = found["segrec, whole build", 1]
    terms, faster = weights.nnz / len(products), _times_faster(found)
    report.notes.append(
        f"{name}, {len(products):,} products: {weights.shape[1]:,} terms, {terms:.1f} a row;"
        f" recall@20 {one['recall']}; a build by two workers is {faster:.2f} times as fast as by"
        f" one, which spends {one['database']:.1f} CPU seconds in PostgreSQL."
    )
    for (who, threads), one in reversed(found.items()):
        report.add(name, len(products), who, threads, *_figures(one, peer))
    return found


def _times_faster(found: dict) -> float:
    one, two = (found["segrec, whole build", workers]["seconds"] for workers in (1, 2))
    return one / two


def measure(work: Callable, *args) -> dict:
    """Run something in a process of its own; return what it says, and its time and memory."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_timed, (work, *args))


def _timed(work: Callable, *args) -> dict:
    begun, cpu = time.time(), time.process_time()
    said = work(*args) or {}
    took = {"seconds": time.time() - begun, "cpu": time.process_time() - cpu}
    took["peak"] = peak_mb() / 1000
    return took | said


def _figures(one: dict, peer: float) -> list:
    return [one["seconds"], one["cpu"], one["seconds"] / peer, one["peak"]]


def scikit_learn(folder: Path) -> dict:
    from sklearn.neighbors import NearestNeighbors

    weights = load_npz(folder / "weights.npz")
    search = NearestNeighbors(n_neighbors=PEER_KEPT, metric="cosine", algorithm="brute")
    search.fit(weights)
    sample = weights[:: max(1, weights.shape[0] // SAMPLED)]
    begun, cpu = time.time(), time.process_time()
    search.kneighbors(sample)
    scale = weights.shape[0] / sample.shape[0]
    return {
        "seconds": scale * (time.time() - begun),
        "cpu": scale * (time.process_time() - cpu),
    }


def sparse_dot_topn(folder: Path, threads: int) -> dict:
    from sparse_dot_topn import sp_matmul_topn

    weights = load_npz(folder / "weights.npz")
    weights /= 4000
    turned = weights.T.tocsr()
    begun, cpu = time.time(), time.process_time()
    sp_matmul_topn(weights, turned, top_n=PEER_KEPT, n_threads=threads, sort=True)
    return {"seconds": time.time() - begun, "cpu": time.process_time() - cpu}


def segrec_search(folder: Path) -> dict:
    from scipy.sparse import csr_array

    from recommendations.similarity import build_index, nearest

    weights, groups = csr_array(load_npz(folder / "weights.npz")), np.load(folder / "groups.npy")
    begun, cpu = time.time(), time.process_time()
    index = build_index(weights, groups, KEPT)
    for part in range(index.part_count):
        nearest(index, part)
    return {"seconds": time.time() - begun, "cpu": time.process_time() - cpu}


def load(file: Path) -> None:
    """Fill a shop of the benchmarks' own; its servers run until this process ends."""
    from benchmarks.big_shop import use_database

    use_database()
    from products.services import import_products

    import_products(file)


def build(workers: int) -> dict:
    """Build from the catalogue's table to published lists, by processes that share the work."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers) as pool:
        pool.map(_connect, range(workers), chunksize=1)
        run = pool.apply(_request)
        begun = time.time()
        parts = pool.map(_work_on, [run] * workers, chunksize=1)
    sums = {what: sum(part[what] for part in parts) for what in ("cpu", "database")}
    peak = max(part["peak"] for part in parts)
    recall = parts[0]["recall"]
    return {"seconds": time.time() - begun, "peak": peak, "recall": recall} | sums


def _connect(_: int) -> None:
    """Be ready to work, as a worker is; a pause lets each process get one of these."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "segrec_site.settings"
    import django

    django.setup()
    from django.db import connection

    import recommendations.services.similar  # noqa: F401

    connection.ensure_connection()
    time.sleep(1)


def _request() -> int:
    from runs.services import request_run

    return request_run("similar").pk


def _work_on(run_id: int) -> dict:
    """Prepare the run, or wait until another has; then take parts of it to the end."""
    import psutil
    from django.db import connection

    from runs.models import Run
    from runs.services import work_on

    server = psutil.Process(connection.connection.info.backend_pid)
    cpu, database = time.process_time(), sum(server.cpu_times()[:2])
    run = Run.objects.get(pk=run_id)
    while run.is_active:
        run = work_on(run, to_the_end=True)
        time.sleep(0.05)
    used = sum(server.cpu_times()[:2]) - database
    return {
        "cpu": time.process_time() - cpu + used,
        "database": used,
        "peak": peak_mb() / 1000,
        "recall": run.metrics["recall_at_20"],
    }


if __name__ == "__main__":
    main()
