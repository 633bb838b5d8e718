"""Sums of lines against adding them up one by one."""

from collections import Counter

import numpy as np

from customers.insights.sales import MEASURES, Lines, sum_cells, sum_products


def some_lines(count: int = 400) -> Lines:
    random = np.random.default_rng(4)
    quantity = random.choice([-2, -1, 1, 1, 3], count)
    price = random.integers(1, 10**6, count)
    discount = random.choice([0, 0, 50], count)
    net = np.sign(quantity) * (abs(quantity) * price - discount)
    return Lines(random.integers(0, 40, count), quantity, price, net, discount)


def test_products_are_summed_line_by_line():
    lines, edges = some_lines(), np.array([4e5, 5e5])
    pieces, price, net, sold = Counter(), Counter(), Counter(), Counter()
    for product, quantity, each, of_net in zip(
        lines.product, lines.quantity, lines.price, lines.net, strict=True
    ):
        pieces[product] += abs(quantity)
        price[product] += abs(quantity) * each
        net[product] += of_net
        sold[product] += max(quantity, 0)

    sums = sum_products(lines, edges)

    assert sums.product.tolist() == sorted(net)
    assert sums.net.tolist() == [net[product] for product in sums.product]
    assert sums.sold.tolist() == [sold[product] for product in sums.product]
    assert sums.band.tolist() == [
        sum(price[product] / pieces[product] >= edge for edge in edges) for product in sums.product
    ]


def test_cells_are_summed_line_by_line():
    lines = some_lines()
    category, segment = lines.product % 3 - 1, lines.product % 5 * 1000

    keys, sums = sum_cells(lines, category, segment)

    expected: dict[tuple, Counter] = {}
    for row in range(len(lines.net)):
        quantity, net, discount = lines.quantity[row], lines.net[row], lines.discount[row]
        cell = expected.setdefault((category[row], segment[row]), Counter())
        cell["units"] += quantity
        cell["net"] += net
        if quantity > 0:
            cell["lines"] += 1
            cell["reduced_lines"] += int(discount > 0)
            cell["sold"] += quantity
            cell["gross"] += net + discount
            cell["discount"] += discount
        else:
            cell["returned"] -= net
    found = {
        (key, other): {name: int(sums[name][row]) for name in MEASURES}
        for row, (key, other) in enumerate(zip(*keys, strict=True))
    }
    assert found == {
        key: {name: int(cell[name]) for name in MEASURES} for key, cell in expected.items()
    }


def test_sums_of_large_amounts_are_exact():
    many = np.ones(3, dtype=np.int64)
    lines = Lines(many, many, many, np.array([9_007_199_254_740, 1, 1]), many * 0)

    assert sum_products(lines, np.array([])).net.tolist() == [9_007_199_254_742]
