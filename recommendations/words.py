"""Text of any language -> the words that products can share.

HTML, scripts and style sheets are dropped; letters are compatibility-normalised and case-folded;
an amount and its unit are one word ("500 ml" is "500ml"); scripts that are written without
spaces give pairs of neighbouring characters; an emoji is a word. There are no lists of stop
words: what stands in every text weighs next to nothing (see `recommendations.vectors`).
"""

import html
import re
import unicodedata

# Enough of a description to say what it describes, whatever its length.
MOST_CHARACTERS = 20_000
MOST_WORDS = 1_000
LONGEST_WORD = 40

_SCRIPTS = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_TAGS = re.compile(r"</?[a-z!][^<>]*>", re.I)
# Han, kana, Thai, Lao, Burmese, Khmer: words stand there side by side without spaces.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
# Accents and vowel signs that stand by themselves, and the Indic scripts, which are full of them.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff"
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"
_UNITS = (
    "ml|cl|dl|l|oz|floz|gal|pt|mg|g|kg|lb|lbs|mm|cm|m|km|inch|ft|w|kw|v|mah|wh|hz|khz|mhz|ghz"
    "|kb|mb|gb|tb|px|mp|ct|pk|pc|pcs"
)
_PARTS = re.compile(
    rf"(?P<amount>\d+(?:[.,]\d+)?|(?<!\w)[.,]\d+)\s?(?P<unit>{_UNITS})\b"
    rf"|(?P<pairs>[{_UNSPACED}]+)"
    rf"|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*|[{_EMOJI}])"
)


def plain_text(text: str) -> str:
    """Strip HTML and bring letters into one form.

    Parameters
    ----------
    text : str
        A title or description, possibly HTML, of any length.

    Returns
    -------
    str
        At most `MOST_CHARACTERS` characters, case-folded, without tags, scripts and comments.

    Examples
    --------
    >>> plain_text("<p>Straße &amp; ＣＡＦÉ</p><script>alert('x')</script>").split()
    ['strasse', '&', 'café']
    """
    text = text[:MOST_CHARACTERS]
    if "<" in text:
        text = _TAGS.sub(" ", _SCRIPTS.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    return unicodedata.normalize("NFKC", text).casefold()


def words_of(text: str) -> list[str]:
    """List the words of a text, repeated ones as often as they stand there.

    Parameters
    ----------
    text : str
        A title or description, possibly HTML, in any script.

    Returns
    -------
    list of str
        At most `MOST_WORDS` words of up to `LONGEST_WORD` characters.

    Examples
    --------
    >>> words_of("Men's Merino Socks, 2 x 1,5 l 🧦")
    ["men's", 'merino', 'socks', '2', 'x', '1.5l', '🧦']
    >>> words_of("羊毛袜子")
    ['羊毛', '毛袜', '袜子']
    """
    words: list[str] = []
    for part in _PARTS.finditer(plain_text(text)):
        if part["word"]:
            words.append(part["word"][:LONGEST_WORD].replace("’", "'"))
        elif part["amount"]:
            amount = part["amount"].replace(",", ".")
            words.append(f"0{amount}"[amount[0] != "." :] + part["unit"])
        else:
            run = part["pairs"]
            words += [run[at : at + 2] for at in range(max(len(run) - 1, 1))]
        if len(words) >= MOST_WORDS:
            break
    return words[:MOST_WORDS]
