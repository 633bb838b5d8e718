"""Words come out of any text, and no text is too strange or too long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.words import LONGEST_WORD, MOST_WORDS, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Wool  socks, WOOL!", ["wool", "socks", "wool"]),
        ("500 ml 12oz 1,5 l .9 oz", ["500ml", "12oz", "1.5l", "0.9oz"]),
        ("3 in 1", ["3", "in", "1"]),
        ("<b>Soft</b> wool<br/>hat", ["soft", "wool", "hat"]),
        ("<script>evil()</script>hat<style>p{}</style>", ["hat"]),
        ("<script>never closed", []),
        ("mug <!-- hidden -->", ["mug"]),
        ("caf&eacute; &amp; tea", ["café", "tea"]),
        ("size < 5 and > 3", ["size", "5", "and", "3"]),
        ("cafe\u0301", ["café"]),
        ("Men’s T-shirt", ["men's", "t", "shirt"]),
        ("Straßenbahnhaltestelle", ["strassenbahnhaltestelle"]),
        ("فستان قطن أزرق", ["فستان", "قطن", "أزرق"]),
        ("羊毛袜", ["羊毛", "毛袜"]),
        ("茶", ["茶"]),
        ("兰蔻100ml香水", ["兰蔻", "100ml", "香水"]),
        ("कपास की साड़ी", ["कपास", "की", "साड़ी"]),
        ("🧦 🧦!", ["🧦", "🧦"]),
        ("\x00\ud800 mug", ["mug"]),
    ],
)
def test_words_of_many_languages(text, words):
    assert words_of(text) == words


@given(st.text())
def test_any_text_gives_words_of_bounded_number_and_length(text):
    words = words_of(text)

    assert len(words) <= MOST_WORDS
    assert all(0 < len(word) <= LONGEST_WORD + 10 for word in words)


@pytest.mark.parametrize(
    "piece", ["wool hat ", "<div ", "<", "<!--", "<script>", "&amp", "1 ", "a’"]
)
def test_100_kb_take_a_moment_only(piece):
    begun = time.process_time()

    words_of(piece * (100_000 // len(piece)))

    assert time.process_time() - begun < 1
