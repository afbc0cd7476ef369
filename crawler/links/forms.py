"""The written forms of boards and postings: tokens, keys, and their pages for people."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from crawler.product import Product
from crawler.registry import GOOGLE, PRODUCTS

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_ALL = "all"
_BRANDS = {
    "deepmind": "DeepMind",
    "gfiber": "GFiber",
    "verily life sciences": "Verily Life Sciences",
    "youtube": "YouTube",
}

_UPPER_KEYS = {"workable"}


def canonical_token(ats: str, token: str) -> str:
    """Return the token as rolewatch writes it: `Merge%20Labs` for "Merge Labs".

    Raises ValueError when it can be no token of this ATS.
    """
    product = PRODUCTS[ats]
    steps = [unquote(step, errors="strict").strip() for step in token.split("/")]
    if (
        not product.steps[0] <= len(steps) <= product.steps[1]
        or steps[0].casefold() in product.no_tokens
    ):
        raise ValueError(token)
    for pattern, step in zip(
        (product.first or product.step, *[product.step] * len(steps)), steps, strict=False
    ):
        if not pattern.fullmatch(step):
            raise ValueError(token)
    if product.lower:
        steps = [step.lower() for step in steps]
        if ats == "google":
            steps[0] = steps[0].removeprefix("google ").lstrip()
    elif product.first is not None or product.domain:
        steps[0] = steps[0].lower()
    return "/".join(quote(step, safe="&") for step in steps)


def canonical_key(ats: str, key: str) -> str:
    """Return the key as the ATS sends it. Raises ValueError when it can be none."""
    if not PRODUCTS[ats].key.fullmatch(key):
        raise ValueError(key)
    if _UUID.fullmatch(key):
        return key.lower()
    return key.upper() if ats in _UPPER_KEYS else key


def fold(board: str) -> str:
    """Return the form that all spellings of one board share: `ashby:openai` for `ashby:OpenAI`.

    Use it to compare, never to show.
    """
    ats, _, token = board.partition(":")
    ats = ats.lower()
    if ats in PRODUCTS and PRODUCTS[ats].cased:
        return f"{ats}:{unquote(token)}"
    return f"{ats}:{unquote(token).casefold()}"


def same_board(one: str, other: str) -> bool:
    """Return whether two names mean one board."""
    return fold(one) == fold(other)


def brand(token: str) -> str:
    """Return a brand of Google's as its site writes it: `DeepMind` for the token `deepmind`."""
    name = unquote(token)
    return _BRANDS.get(name.casefold(), name.title())


def board_url(ats: str, token: str) -> str:
    """Return the page of a board for people; "" for an ATS that is not known."""
    if ats not in PRODUCTS:
        return ""
    if ats == "google":
        return GOOGLE if token == _ALL else f"{GOOGLE}?company={quote(brand(token))}"
    return _filled(PRODUCTS[ats], PRODUCTS[ats].page, token)


def board_page(board: str) -> str:
    """Return the page of a board for people, given as `ats:token`."""
    ats, _, token = board.partition(":")
    return board_url(ats, token)


def posting_url(ats: str, token: str, key: str) -> str:
    """Return the page of a posting for people; its board's if token and key don't lead to it."""
    job = PRODUCTS[ats].job if ats in PRODUCTS else ""
    return _filled(PRODUCTS[ats], job, token, key) if job else board_url(ats, token)


def tenant_host(ats: str, token: str) -> str:
    """Return the host of a board where each tenant has one; "" where all boards share hosts."""
    product = PRODUCTS[ats]
    begins_with_host = product.page.startswith(("https://{host}", "https://{token}"))
    return _host(product, token) if begins_with_host else ""


def _host(product: Product, token: str) -> str:
    first = token.partition("/")[0]
    in_domain = product.domain and ("." not in first or product.title in {"Workday", "Taleo"})
    return first + product.domain if in_domain else first


def _filled(product: Product, template: str, token: str, key: str = "") -> str:
    rest = token.partition("/")[2]
    return template.format(token=token, host=_host(product, token), rest=rest, key=key)
