"""Read the offers of a Recruitee board's page, as rows in the form of its API.

The page has the offers in an attribute, with places and departments by number. Its own `id` of an
offer is another number than the API's, which it calls `externalId`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import Decoder
from selectolax.lexbor import LexborHTMLParser

from crawler.responses import BadResponse
from crawler.spiders.jobs import UNREADABLE

_Fields = dict[str, Any]
_OTHER_FORM = "the page of the board is of another form"


class _Site(msgspec.Struct):
    host: str
    subdomain: str
    name: str | None = None


class _Key(msgspec.Struct, rename="camel"):
    external_id: int | None = None


class _Offer(msgspec.Struct, rename="camel"):
    external_id: int
    slug: str
    status: str
    primary_lang_code: str
    translations: dict[str, _Fields]
    remote: bool
    hybrid: bool
    on_site: bool
    salary: _Fields | None = None
    department_id: int | None = None
    location_ids: list[int] = []
    employment_type: str | None = None


class _Config(msgspec.Struct):
    offers: list[Raw]
    locations: list[_Fields]
    departments: list[_Fields]
    site: _Site


class _Props(msgspec.Struct, rename="camel"):
    app_config: _Config


_offer, _key, _props = Decoder(_Offer), Decoder(_Key), Decoder(_Props)


def rows_of_page(body: bytes, token: str) -> list[_Fields]:
    """Return the offers on the page of this board. Raises BadResponse."""
    node = LexborHTMLParser(body).css_first("[data-props]")
    try:
        props = (node.attributes.get("data-props") if node else None) or ""
        config = _props.decode(props).app_config
    except (ValueError, RecursionError) as error:
        raise BadResponse(f"{_OTHER_FORM}: {error}") from error
    # a page does not always name the custom domain that serves it
    if "." not in token and token.casefold() != config.site.subdomain.casefold():
        raise BadResponse(f"the page shows another board: {config.site.subdomain}")
    rows = [_row_of(offer, config) for offer in config.offers]
    if rows and not any("title" in row for row in rows):
        raise BadResponse(f"{_OTHER_FORM}: none of its offers can be read")
    return rows


def _row_of(offer: Raw, config: _Config) -> _Fields:
    """Return an offer as a row. One of another form has its id at most, so it is unreadable."""
    try:
        return _row(_offer.decode(offer), config)
    except UNREADABLE:
        pass
    try:
        return {"id": _key.decode(offer).external_id}
    except UNREADABLE:
        return {}


def _row(offer: _Offer, config: _Config) -> _Fields:
    language = offer.primary_lang_code
    text = _translated({"translations": offer.translations}, language)
    places = [_translated(each, language) for each in _among(config.locations, offer.location_ids)]
    departments = _among(config.departments, [offer.department_id])
    return {
        "id": offer.external_id,
        "title": text.get("title"),
        "careers_url": f"https://{config.site.host}/o/{offer.slug}",
        "status": offer.status,
        "description": text.get("descriptionHtml"),
        "requirements": text.get("requirementsHtml"),
        "department": next((_translated(each, language)["name"] for each in departments), None),
        "locations": places,
        "location": "",
        "remote": offer.remote,
        "hybrid": offer.hybrid,
        "on_site": offer.on_site,
        "salary": offer.salary,
        "employment_type_code": offer.employment_type,
        "company_name": config.site.name,
        "page": True,
    }


def _translated(value: _Fields, language: str) -> _Fields:
    """Return the words of a value in a language; else in any that it has."""
    languages: dict[str, _Fields] = value.get("translations") or {}
    return languages.get(language) or next(iter(languages.values()), {})


def _among(values: list[_Fields], ids: list[int] | list[int | None]) -> list[_Fields]:
    by_id = {value.get("id"): value for value in values}
    return [by_id[each] for each in ids if each in by_id]
