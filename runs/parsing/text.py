"""Ids, words, text and links."""

import html
import re

from runs.parsing.forms import FILLERS, BadCell, Parser, clean

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IN_ADDRESS = r"[^@\s\x00-\x1f\x7f-\x9f\ud800-\udfff]"
_EMAIL = re.compile(f"{_IN_ADDRESS}+@{_IN_ADDRESS}+")
_TAG = re.compile(r"[/!?]?\w*")
_BREAKS = {"br", "/p", "/li", "/div", "/tr", "/h1", "/h2", "/h3", "/h4"}
# Spreadsheets write true and false in their own language.
_YES = ("true", "t", "yes", "y", "1", "1.0", "on", "enabled", "active", "subscribed")
_YES += ("ja", "wahr", "oui", "vrai", "sí", "si", "verdadero", "vero")
_NO = ("false", "f", "no", "n", "0", "0.0", "off", "disabled", "inactive", "unsubscribed")
_NO += ("nein", "falsch", "non", "faux", "falso")
# Three zeros behind a comma may part thousands.
_WHOLE_AS_DECIMAL = re.compile(r"(\d+)(?:\.0+|,00?)")


def identifier(raw: str) -> str:
    """Read an id: 1 to 100 characters; a whole number as in 17850.0 or 17850,0 loses the zero."""
    if raw.isalnum() and raw.isascii() and len(raw) <= 100 and raw not in FILLERS:
        return raw
    text = clean(raw)
    if len(text) > 100:
        raise BadCell("is longer than 100 characters")
    if _CONTROL.search(text):
        raise BadCell("contains control characters")
    number = _WHOLE_AS_DECIMAL.fullmatch(text)
    return number[1] if number else text


def line_of_text(longest: int) -> Parser:
    """Make a parser of text on one line."""

    def parse(raw: str) -> str:
        text = " ".join(paragraph(raw).split())
        if len(text) > longest:
            raise BadCell(f"is longer than {longest} characters")
        return text

    return parse


def is_text(text: str) -> bool:
    """Say whether all characters can be stored and shown."""
    return not _NOT_TEXT.search(text)


def paragraph(raw: str) -> str:
    """Read text of any length; line breaks are kept."""
    text = clean(raw)
    if not is_text(text):
        raise BadCell("contains characters that are not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of_html(raw: str) -> str:
    """Return what a reader sees of HTML."""
    start, *pieces = clean(raw).split("<")
    shown, hidden = [start], ""
    for piece in pieces:
        tag, closed, text = piece.partition(">")
        name = _TAG.match(tag)[0].lower()
        if not closed or not name:
            shown.append(f"<{piece}")
        elif hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in ("script", "style"):
            hidden = name
        else:
            shown += ["\n" if name in _BREAKS else "", text]
    lines = html.unescape("".join(shown)).replace("\xa0", " ").split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def category_path(raw: str) -> str:
    """Read a path as in Home > Kitchen > Mugs."""
    return joined_path(line_of_text(1000)(raw).replace("&gt;", ">"))


def joined_path(text: str) -> str:
    """Write a path as it is stored: one blank between words and steps, no empty step."""
    steps = (" ".join(step.split()) for step in text.split(">"))
    return " > ".join(filter(None, steps))


def web_link(raw: str) -> str:
    """Read an http(s) or relative link."""
    text = line_of_text(2000)(raw)
    scheme = re.match(r"[^/?#]*:", text)
    is_whole = re.match(r"https?://[^\s/?#\\]+([/?#]|$)", text, re.IGNORECASE)
    # Browsers take a backslash for a slash, so that this leads to another site.
    is_disguised = re.match(r"[/\\]*\\", text)
    if is_disguised or (scheme and not is_whole):
        raise BadCell("is neither an http(s) nor a relative link")
    return text


def email(raw: str) -> str:
    """Read an e-mail address, its case kept."""
    text = clean(raw)
    if text and not _EMAIL.fullmatch(text):
        raise BadCell("is not an e-mail address")
    if len(text) > 254:
        raise BadCell("is longer than 254 characters")
    return text


def currency(raw: str) -> str:
    """Read three letters, as in EUR."""
    text = clean(raw).upper()
    if text and not re.fullmatch("[A-Z]{3}", text):
        raise BadCell("is not a currency of three letters")
    return text


def yes_or_no(default: bool) -> Parser:
    """Make a parser of yes and no."""
    words = {"": default} | dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)

    def parse(raw: str) -> bool:
        word = clean(raw).lower()
        if word not in words:
            raise BadCell("is neither yes nor no")
        return words[word]

    return parse
