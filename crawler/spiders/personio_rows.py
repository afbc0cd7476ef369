"""Read the positions of a Personio board as rows of one form: from its feed, or from its page.

A row names nobody: the section with the contact person is left out. Words of the page that are in
its reader's language have a stable word beside them, which is the feed's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element  # only the type

from crawler.links.forms import posting_url
from crawler.read.fields import texts
from crawler.responses import BadResponse
from crawler.spiders.xml_feed import read_xml, text_of, texts_of

Row = dict[str, Any]
_OWN = (  # before the word for a contact, in its heading
    r"(?:(?:the|your|our|dein\w*|ihr\w*|eu(?:re?|er)\w*|unser\w*|votre|vos|notre|tes|ton|tu|su|tus|sus"
    r"|nuestr\w+|jouw|je|uw|onze|il|la|tuo|tua|vostr\w+|twoj\w+|twój|din|ditt|vår|vores|o|a|seu|sua)"
    r"\W{1,3}(?:(?:e[rn]?|r)\W{1,3})?){0,3}"
)
_PERSON = (  # a contact, whatever follows
    r"contact[\W_]{0,2}persons?|ansprechp(?:artner|erson)\w*|kontaktp(?:artner|erson)\w*"
    r"|kontakt[- ]?(?:daten|angaben|informationen)|contactpersoo?n\w*|contactgegevens"
    r"|personnes? (?:à|de) contact\w*|interlocut\w+|coordonnées"
    r"|(?:persona|datos|personas) de contacto|persona di contatto|dati di contatto"
    r"|osoba kontaktowa|dane kontaktowe|osoba do kontaktu|kontaktní (?:osoba|údaje)"
    r"|kontakt(?:uppgifter|oplysninger|informasjon|information)"
    r"|(?:pessoa|dados) de contac?to|persoan[aă] de contact|date de contact|yhteyshenkilö\w*"
)
_MAY_BE = (  # a contact, alone or before some words
    r"(?:contacts?|contacto|contatto|contato|kontakt|recruiters?|recruteu[rs]e?|hiring managers?)"
    r"(?:[:*_/]?in(?:nen)?)?(?=\W*$|[\W_]+(?:details?|info(?:rmation)?|data|us|for|at|is|in|on|and|for|"
    r"bei|für|zu|und|pour|chez|et|para|en|y|per|voor|bij|för|til|do|dla|pro)\b)"
)
_CONTACT = re.compile(rf"\W*{_OWN}(?:{_PERSON}|{_MAY_BE})", re.IGNORECASE)
_PUSHED = re.compile(r'self\.__next_f\.push\(\[1,("(?:[^"\\]|\\.)*")\]\)')
_JOBS = '"jobs":['
_SUBDOMAIN = re.compile(r'\s*,\s*"subdomain":"([^"]+)"')


def rows_of_feed(body: bytes, board: str) -> list[Row]:
    """Return the positions of a feed. Raises BadResponse."""
    return [_row_of_feed(each, board) for each in read_xml(body, "workzag-jobs").iter("position")]


def rows_of_page(body: bytes, board: str) -> list[Row]:
    """Return the positions of a board's page. Raises BadResponse."""
    return [_row_of_page(job, board) for job in _jobs(body, board)]


def language_of_page(body: bytes, board: str) -> str:
    """Return the language of most positions of a board's page; "" without one.

    Raises BadResponse.
    """
    languages = Counter(str(job.get("default_locale") or "") for job in _jobs(body, board))
    return max(languages, key=lambda each: (languages[each], each), default="")


def _row_of_feed(position: Element, board: str) -> Row:
    row = texts_of(position, "id name office department employmentType schedule")
    pay = position.find("salaryInformation")
    return row | {
        "url": _url(board, row["id"]),
        "additionalOffices": [
            text_of(one) for one in position.iterfind("additionalOffices/office")
        ],
        "pay": [text_of(pay, name) for name in ("min", "max", "currencyCode", "type")],
        "texts": _sections(position),
    }


def _sections(position: Element) -> list[list[str]]:
    """Return heading and text of the sections that have a text."""
    parts = position.iterfind("jobDescriptions/jobDescription")
    sections = [[text_of(part, "name"), text_of(part, "value")] for part in parts]
    return [part for part in sections if part[1] and not _CONTACT.match(part[0])]


def _row_of_page(job: Row, board: str) -> Row:
    key = str(job.get("id") or "")
    return {
        "id": key,
        "name": job.get("name") or "",
        "url": _url(board, key),
        "office": job.get("main_office") or "",
        "additionalOffices": texts(job.get("additional_offices")),
        "department": job.get("department") or "",
        "employmentType": job.get("employment_type_slug") or "",
        "schedule": job.get("schedule_slug") or "",
        "publishedAt": job.get("published_at"),
    }


def _url(board: str, key: str) -> str:
    return posting_url("personio", board.partition(":")[2], key)


def _jobs(body: bytes, board: str) -> Sequence[Row]:
    try:
        pushed = "".join(json.loads(part) for part in _PUSHED.findall(body.decode()))
        _, found, rest = pushed.partition(_JOBS)
        jobs, end = json.JSONDecoder().raw_decode(f"[{rest}") if found else (None, 0)
    except (ValueError, RecursionError) as error:
        raise BadResponse("the page of the board cannot be read") from error
    subdomain = _SUBDOMAIN.match(rest, end - 1)
    if jobs is None or subdomain is None:
        raise BadResponse("the page of the board is of another form")
    label = board.partition(":")[2]
    if "." not in label and subdomain[1].casefold() != label.casefold():  # else it is a host
        raise BadResponse(f"the page shows another board: {subdomain[1]}")
    rows = [job if isinstance(job, dict) else {} for job in jobs]
    if rows and not any({"id", "name"} <= row.keys() for row in rows):
        raise BadResponse("the page of the board has positions of another form")
    return rows
