import json

import numpy as np
import pytest

from customers.features import NAMES, Features
from customers.norms import ShopNorms
from customers.transform import Transform, apply_transform, fit_transform, percentiles


def random_features(n: int = 400, history: float = 730.0, seed: int = 1) -> Features:
    random = np.random.default_rng(seed)
    values = random.lognormal(1, 0.5, (n, len(NAMES))).astype(np.float32)
    values[:, 4:6] *= 100  # days
    norms = ShopNorms(50.0, 0.2, 0.1, 0.25, 30.0, history, {1: 0.5, 2: 0.5}, {}, [])
    return Features(np.arange(n), values, norms)


def with_column(features: Features, name: str, column) -> Features:
    values = features.values.copy()
    values[:, NAMES.index(name)] = column
    return Features(features.customer_ids, values, features.norms)


def test_blocks_weigh_what_they_should():
    features = random_features()

    z = apply_transform(fit_transform(features), features)

    by_block = {"value": z[:, :4], "timing": z[:, 4:7], "style": z[:, 7:12], "taste": z[:, 12:]}
    variance = {name: block.var(axis=0).sum() for name, block in by_block.items()}
    assert variance == pytest.approx(
        {"value": 1.15**2, "timing": 1, "style": 1.25**2, "taste": 0.3**2}, rel=0.15
    )


def test_a_feature_left_out_leaves_its_block_as_heavy():
    features = with_column(random_features(), "overdue", 7.0)

    transform = fit_transform(features)

    timing = [transform.weight[transform.names.index(name)] for name in NAMES[4:6]]
    assert transform.left_out == {"overdue": "the same for nearly every customer"}
    assert np.square(timing).sum() == pytest.approx(1)


def test_a_feature_few_customers_have_is_left_out():
    column = np.zeros(400)
    column[:3] = 1

    transform = fit_transform(with_column(random_features(), "return_rate", column))

    assert "return_rate" in transform.left_out


def style_weights(history: float) -> dict[str, float]:
    transform = fit_transform(random_features(history=history))
    weight = dict(zip(transform.names, transform.weight, strict=True))
    return {name: weight[name] for name in NAMES[7:12] if name in weight}


def test_a_young_shop_has_no_season_and_less_style():
    weight = style_weights(history=400.0)

    assert "season_share" not in weight
    assert sum(np.square([*weight.values()])) == pytest.approx(0.7**2)


def test_style_and_season_grow_with_the_shop():
    young, grown = style_weights(history=475.0), style_weights(history=550.0)

    half = (0.7 + 1.25) / 2 / np.sqrt(5)
    assert young["price_tier"] == pytest.approx(half)
    assert young["season_share"] == pytest.approx(half / 2)
    assert grown["season_share"] == grown["price_tier"] == pytest.approx(1.25 / np.sqrt(5))


def test_small_differences_are_not_blown_up():
    features = with_column(random_features(), "days_since_first_order", 400 + np.arange(400) % 30)

    z = apply_transform(fit_transform(features), features)

    assert z[:, 5].std() < 0.2 * z[:, 4].std()


def test_missing_sources_are_said():
    features = random_features()
    norms = ShopNorms(50.0, 0.0, 0.0, 0.25, 30.0, 500.0, {1: 1.0}, {}, [])

    left_out = fit_transform(Features(features.customer_ids, features.values, norms)).left_out

    assert left_out["discount_share"] == "no order has a discount"
    assert left_out["return_rate"] == "nothing was returned"
    assert left_out["category_variety"] == "there are no categories"


def test_one_giant_does_not_move_the_others():
    features = random_features()
    spent = features.column("total_spent").copy()
    spent[0] = 1e12

    z = apply_transform(fit_transform(features), features)
    giant = with_column(features, "total_spent", spent)
    z_giant = apply_transform(fit_transform(giant), giant)

    assert np.abs(z_giant[1:] - z[1:]).max() < 0.05
    assert z_giant[0, 1] == pytest.approx(3 * 1.15 / 2)


def test_the_order_of_rows_does_not_matter():
    features = random_features()
    shuffled = np.random.default_rng(2).permutation(len(features.values))

    z = apply_transform(fit_transform(features), features)
    rows = features.rows(shuffled)

    assert np.allclose(apply_transform(fit_transform(rows), rows), z[shuffled], atol=1e-5)


def test_a_transform_survives_json():
    transform = fit_transform(random_features())

    assert Transform.from_json(json.loads(json.dumps(transform.to_json()))) == transform


def test_percentiles_of_a_ladder_are_its_steps():
    features = with_column(random_features(), "order_count", np.arange(400))

    place = percentiles(fit_transform(features), features)[:, 0]

    assert place == pytest.approx(np.arange(400) / 4, abs=0.6)


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_or_one_customer_is_an_error(n):
    with pytest.raises(ValueError, match="customer"):
        fit_transform(random_features(n))


def test_a_value_that_is_no_number_is_an_error():
    features = random_features()
    transform = fit_transform(features)
    features.values[3, 0] = np.nan

    with pytest.raises(ValueError, match="finite"):
        apply_transform(transform, features)
