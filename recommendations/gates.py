"""Whether lists are fit to be published: each check measures, compares, and says so plainly."""

from runs.gates import PASS, REFUSE, WARN, Gate
from runs.wording import number, percent


def any_at_all(code: str, count: int, there: str, missing: str) -> Gate:
    """Refuse a run that has nothing to show.

    Parameters
    ----------
    code : str
        Of the check.
    count : int
        What there is.
    there, missing : str
        The sentence for some, and for none.

    Returns
    -------
    Gate
    """
    level, text = (PASS, there) if count else (REFUSE, missing)
    return Gate(code, level, count, text, "at least one")


def enough(code: str, count: int, fewest: int, of: str, there: str, missing: str) -> Gate:
    """Warn where there is too little to conclude from.

    Parameters
    ----------
    code : str
        Of the check.
    count, fewest : int
        What there is, and from how much on it is enough.
    of : str
        What is counted.
    there, missing : str
        The sentence for enough, and for too few.

    Returns
    -------
    Gate

    Examples
    --------
    >>> enough("few", 3, 5, "products", "3 products.", "Not judged.").text
    'Not judged.'
    """
    level, text = (PASS, there) if count >= fewest else (WARN, missing)
    return Gate(code, level, count, text, f"at least {fewest:,} {of}")


def at_least(code: str, share: float, least: float, said: str) -> Gate:
    """Refuse a share below a limit.

    Parameters
    ----------
    code : str
        Of the check.
    share, least : float
        What was measured and what is asked, from 0 to 1.
    said : str
        The sentence, with a place for ``{share}``; a refusal adds what is asked.

    Returns
    -------
    Gate

    Examples
    --------
    >>> at_least("low_coverage", 0.5, 0.95, "{share} have a list.").level
    'refuse'
    """
    level, text, asked = PASS, said.format(share=percent(share, 2)), f"at least {percent(least, 2)}"
    if share < least:
        level, text = REFUSE, f"{text[:-1]}; {asked} is asked."
    return Gate(code, level, share, text, asked)


def hits_against_popular(found: dict) -> Gate:
    """Refuse lists that hit late orders less than what is popular, and tail products no more.

    Parameters
    ----------
    found : dict
        `places`, and of lists and of what is popular the shares of orders hit: `hit_rate`,
        `tail_hit_rate`, `popular_hit_rate`, `popular_tail_hit_rate`.

    Returns
    -------
    Gate
        Its value is how many more orders are hit, as a share.
    """
    gain = found["hit_rate"] - found["popular_hit_rate"]
    is_worse = gain < 0 and found["tail_hit_rate"] <= found["popular_tail_hit_rate"]
    hits, plain, tail, plain_tail = (
        percent(found[name], 1)
        for name in ("hit_rate", "popular_hit_rate", "tail_hit_rate", "popular_tail_hit_rate")
    )
    text = (
        f"Beside one product of an order, the first {found['places']} places show another of it"
        f" for {hits} of orders, what is popular for {plain};"
        f" beyond best sellers for {tail} and {plain_tail}."
    )
    asked = "no fewer than what is popular, or more beyond best sellers"
    return Gate("worse_than_popular", REFUSE if is_worse else PASS, round(gain, 4), text, asked)


def score_against_popular(found: dict) -> Gate:
    """Refuse lists that are surely worse than what is popular.

    Parameters
    ----------
    found : dict
        `ndcg_at_10` of lists and `popular_ndcg_at_10`, and the interval of their difference,
        `difference_low` and `difference_high`.

    Returns
    -------
    Gate
        Its value is the difference.
    """
    ours, plain = found["ndcg_at_10"], found["popular_ndcg_at_10"]
    ends = (found["difference_low"], found["difference_high"])
    low, high = (number(100 * end, 1) for end in ends)
    text = (
        f"On what customers bought next, lists of ten reach {percent(ours, 1)} of a perfect list,"
        f" what is popular {percent(plain, 1)}; the difference lies between {low} and {high}"
        f" points with {percent(0.95)} certainty."
    )
    level = REFUSE if found["difference_high"] < 0 else PASS
    asked = "not surely less than what is popular"
    return Gate("worse_than_popular", level, round(ours - plain, 4), text, asked)
