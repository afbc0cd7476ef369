"""Personio: texts by language, feeds that are switched off, and boards that it does not know."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, parse

import pytest

from crawler.items import BoardRequest, Failure, Posting, Snapshot, Unreadable
from crawler.readers import reread, spider
from crawler.spiders.personio import PAGE_NOTE
from crawler.spiders.personio_rows import rows_of_page
from monitor.demo.board_server import Trouble
from tests.support.ats_recordings import SHARED, read_lists
from tests.support.ats_server import NOT_FOUND, Reply
from tests.support.crawling import failure_of, site, snapshot
from tests.support.personio import BOARD, CONTACT, FEED, MISSION, PersonioServer, feed, job, page

FRENCH = ("Votre mission", "<p>Construire des modèles.</p>")


@pytest.fixture
async def server() -> AsyncIterator[PersonioServer]:
    async with PersonioServer(job(1, MISSION), job(2, MISSION)) as server:
        yield server


def read(job: dict[str, Any]) -> Posting:
    reader = spider("personio")()
    [raw] = reader.slice(feed([job]), site(BOARD)).jobs
    return reader.read(reader.keep(bytes(raw)))


def texts(found: Snapshot) -> dict[str, str]:
    return {one.key: one.read().description for one in found.sightings}


async def failure(server: PersonioServer, request: BoardRequest | str = BOARD) -> Failure:
    return await failure_of(server, request)


# one posting


def test_a_position_is_read() -> None:
    offices = "<office>Zürich</office><office>Remote</office>"
    posting = read(job(7, MISSION, ("Profile", "<p>Two years.</p>"), additionalOffices=offices))
    assert (posting.key, posting.title) == ("7", "Research Engineer (m/w/d)")
    assert posting.url == "https://examplelabs.jobs.personio.com/job/7"
    assert posting.locations == ("Berlin", "Zürich", "Remote")
    assert (posting.department, posting.employment_type) == ("Research", "permanent; full-time")
    assert posting.description == ("Your mission\n\nBuild & test models.\n\nProfile\n\nTwo years.")
    assert (posting.pay, posting.first_published, posting.unsent) == (None, None, frozenset())


def test_stated_pay_is_read() -> None:
    written = "<min>100000.00</min><max></max><currencyCode>GBP</currencyCode><type>yearly</type>"
    pay = read(job(1, salaryInformation=written)).pay
    assert pay
    assert (pay.minimum, pay.maximum, pay.currency, pay.period) == (100_000, None, "GBP", "year")


@pytest.mark.parametrize(
    ("office", "workplace"),
    [("Remote", "remote"), ("Homeoffice", "remote"), ("Hybrid", "hybrid"), ("Berlin", None)],
)
def test_an_office_may_name_the_workplace(office: str, workplace: str | None) -> None:
    assert read(job(1, MISSION, office=office)).workplace == workplace


@pytest.mark.parametrize(
    "heading",
    [
        *("CONTACT_PERSON", "Contact person", "Your contact", "Dein Ansprechpartner:"),
        *("Ansprechpartner*in", "Kontaktperson:in", "Deine Ansprechpartner_innen", "Ihr Kontakt"),
        *("Your contact for this position", "Dein Ansprechpartner bei uns", "Kontaktdaten"),
        *("Contact details", "Contact us", "Your recruiter", "Recruiter:in", "Your hiring manager"),
        *("Contactpersoon", "Persona de contacto", "Tu persona de contacto", "Votre contact"),
        *("Personne à contacter", "Osoba kontaktowa", "Kontaktní osoba", "Persona di contatto"),
        *("Dein:e Ansprechpartner:in", "Deine/r Ansprechpartner/in", "👋 Kontakt"),
    ],
)
def test_the_section_of_a_contact_person_is_not_stored(heading: str) -> None:
    reader = spider("personio")()
    [raw] = reader.slice(feed([job(1, MISSION, (heading, CONTACT[1]))]), site(BOARD)).jobs
    assert b"Ann" not in bytes(raw)
    assert reader.read(bytes(raw)).description == "Your mission\n\nBuild & test models."


@pytest.mark.parametrize(
    "heading",
    [
        *("Contact lenses and you", "Kontaktlinsen", "Recruiter responsibilities", "Your mission"),
        *("Contacts with customers", "Deine Kontakte", "Personal", "Kontaktfreude"),
    ],
)
def test_a_section_about_contacts_is_kept(heading: str) -> None:
    posting = read(job(1, (heading, "<p>Grind them.</p>")))
    assert "Grind them." in posting.description


def test_an_empty_text_was_not_read() -> None:
    assert read(job(1)).unsent == {"description", "pay", "deadline"}


def test_a_position_without_a_name_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="name"):
        read(job(1, MISSION, name=""))


# languages


async def test_a_feed_with_all_texts_is_one_request(server: PersonioServer) -> None:
    found = await snapshot(server, BoardRequest(BOARD, known=lambda: ["9"]))
    assert sorted(texts(found)) == ["1", "2"]
    assert found.probes == {}
    assert server.paths() == [FEED]


async def test_missing_texts_are_asked_in_the_language_of_the_page_then_english_then_german(
    server: PersonioServer,
) -> None:
    server.feeds = {
        "": [job(1), job(2), job(3), job(4, MISSION)],
        "fr": [job(1, FRENCH), job(2), job(3), job(4, FRENCH)],
        "en": [job(1, MISSION), job(2, MISSION), job(3)],
        "de": [job(3, ("Aufgaben", "<p>Modelle bauen.</p>")), job(5, MISSION)],
    }
    server.page = page([job(1), job(2)])
    found = await snapshot(server, BOARD)
    assert server.languages() == ["", "fr", "en", "de"]
    assert {key: text.partition("\n")[0] for key, text in texts(found).items()} == {
        "1": "Votre mission",
        "2": "Your mission",
        "3": "Aufgaben",
        "4": "Your mission",
        "5": "Your mission",
    }


async def test_no_further_language_is_asked_once_the_texts_are_there(
    server: PersonioServer,
) -> None:
    server.feeds = {"": [job(1)], "en": [job(1, MISSION)]}
    first = await snapshot(server, BOARD)
    assert texts(first)["1"]
    assert server.languages() == ["", "en"]


async def test_a_language_that_had_more_positions_is_asked_ever_after(
    server: PersonioServer,
) -> None:
    server.feeds = {"": [job(1)], "en": [job(1, MISSION), job(2, MISSION)]}
    first = await snapshot(server, BOARD)
    server.feeds[""] = [job(1, MISSION)]
    second = await snapshot(server, BoardRequest(BOARD, notes=first.notes))
    assert sorted(texts(second)) == ["1", "2"]


async def test_texts_in_no_language_are_left_unread(server: PersonioServer) -> None:
    server.feeds = {"": [job(1), job(2, MISSION)]}
    found = await snapshot(server, BOARD)
    assert [one.read().unsent for one in found.sightings] == [
        {"description", "pay", "deadline"},
        frozenset(),
    ]


@pytest.mark.parametrize("reply", [NOT_FOUND, Reply(b"<html></html>"), Reply(b"", 403)])
async def test_a_language_that_fails_is_a_failure_of_the_check(
    server: PersonioServer, reply: Reply
) -> None:
    server.feeds = {"": [job(1)], "en": reply}
    assert not (await failure(server)).unknown


# the list


async def test_an_empty_feed_is_a_snapshot_of_nothing(server: PersonioServer) -> None:
    server.feeds = {"": []}
    assert (await snapshot(server, BOARD)).seen == 0


async def test_an_unknown_board_is_sent_to_the_vendors_site(server: PersonioServer) -> None:
    found = await failure(server, "personio:nobody")
    assert found.unknown
    assert found.reason == (
        "redirected to another host: www.personio.com; Personio knows no such board"
    )


@pytest.mark.parametrize("reply", [NOT_FOUND, Reply(b"", 307, {"Location": "https://x.example"})])
async def test_neither_feed_nor_page_is_an_unknown_board(
    server: PersonioServer, reply: Reply
) -> None:
    server.feeds, server.page = {"": NOT_FOUND}, reply
    found = await failure(server)
    assert (found.status, found.unknown) == (404, True)


async def test_without_its_feed_a_board_is_read_from_its_page(server: PersonioServer) -> None:
    server.feeds, server.page = {"": NOT_FOUND}, page([job(1, office="Berlin")])
    found = await snapshot(server, BOARD)
    assert found.note == PAGE_NOTE
    [posting] = [one.read() for one in found.sightings]
    assert (posting.key, posting.locations) == ("1", ("Berlin", "Zürich"))
    assert (posting.department, posting.employment_type) == ("Research", "permanent; full-time")
    assert posting.unsent == {"description", "pay", "deadline"}
    assert posting.first_published is not None


def test_an_office_that_is_no_list_is_read_whole() -> None:
    shown = page([job(1)]).replace(b'[\\"Z\\\\u00fcrich\\"]', b'\\"Bern\\"')
    [row] = rows_of_page(shown, BOARD)
    assert row["additionalOffices"] == ["Bern"]


def test_the_page_of_a_board_on_its_own_host_is_read() -> None:
    [row] = rows_of_page(page([job(1)]), "personio:jobs.example.org")
    assert row["id"] == "1"


@pytest.mark.parametrize(
    ("whole", "odd", "keys"),
    [
        (b'\\"name\\": \\"Odd\\"', b'\\"titel\\": \\"Odd\\"', ["1", "2", "3"]),
        (b'\\"name\\": \\"Odd\\"', b'\\"name\\": null', ["1", "2", "3"]),
        (b'\\"id\\": \\"2\\"', b'\\"ID\\": \\"2\\"', ["1", "3"]),
        (b'\\"id\\": \\"2\\"', b'\\"id\\": null', ["1", "3"]),
    ],
    ids=["no title", "null as title", "no id", "null as id"],
)
async def test_an_odd_position_of_the_page_costs_only_itself(
    server: PersonioServer, whole: bytes, odd: bytes, keys: list[str]
) -> None:
    shown = page([job(1), job(2, name="Odd"), job(3)])
    assert whole in shown
    server.feeds, server.page = {"": NOT_FOUND}, shown.replace(whole, odd)
    found = await snapshot(server, BOARD)
    assert [one.key for one in found.sightings] == keys
    assert found.without_key == 3 - len(keys)
    assert found.sightings[-1].read().title == "Research Engineer (m/w/d)"


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (page([job(1)], label="otherworks"), "shows another board: otherworks"),
        (b"<html><body>Soon</body></html>", "of another form"),
        (page([job(1)]).replace(b"main_office", b'x\\": [}'), "cannot be read"),
        (page([job(1)]).replace(b'\\"name\\"', b'\\"titel\\"'), "of another form"),
    ],
    ids=["another board", "no data", "broken", "drift"],
)
async def test_a_page_of_another_kind_is_a_failure(
    server: PersonioServer, shown: bytes, reason: str
) -> None:
    server.feeds, server.page = {"": NOT_FOUND}, shown
    found = await failure(server)
    assert reason in found.reason
    assert not found.unknown


async def test_a_page_that_is_refused_says_nothing_of_the_board(server: PersonioServer) -> None:
    server.feeds, server.page = {"": NOT_FOUND}, Reply(b"", 403)
    found = await failure(server)
    assert (found.status, found.unknown) == (403, False)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (feed([job(1, MISSION)])[:-9], "not the XML of a list"),
        (b"<rss/>", "XML of another kind: rss"),
    ],
)
async def test_an_answer_of_another_kind_is_a_failure(
    server: PersonioServer, body: bytes, reason: str
) -> None:
    server.troubles[FEED] = Trouble(body=body)
    assert reason in (await failure(server)).reason


async def test_a_position_without_an_id_is_counted_as_unreadable(server: PersonioServer) -> None:
    server.feeds = {"": [job(1, MISSION), job(2, MISSION, id="")]}
    found = await snapshot(server, BOARD)
    assert (len(found.sightings), found.without_key) == (1, 1)


async def test_robots_txt_is_obeyed(server: PersonioServer) -> None:
    server.robots = "User-agent: *\nDisallow: /xml"
    assert "robots.txt" in (await failure(server)).reason
    assert server.paths() == []


# recordings


@pytest.mark.needs(SHARED)
def test_every_position_of_every_recorded_feed_is_read() -> None:
    files = sorted((SHARED / "personio").glob("*.xml"))
    read = read_lists(BOARD, files)
    rows = [row for file in files for row in parse(file).iter("position")]  # noqa: S314  # recordings that we chose
    print(read.line("personio"))  # the table of what was read
    assert (read.files, read.without_key, read.unreadable) == (len(files), 0, 0)
    assert read.counts() == {
        "postings": len(rows),
        "location": sum(bool(row.findtext("office")) for row in rows),
        "pay": sum(bool(row.findtext("salaryInformation/min")) for row in rows),
        "deadline": 0,
        "workplace": sum(offices(row) == ["Remote"] for row in rows),
        "department": sum(bool(row.findtext("department")) for row in rows),
    }


def offices(row: Element) -> list[str]:
    return [one.text or "" for one in row.iter("office")]


@pytest.mark.needs(SHARED)
def test_every_position_of_every_recorded_page_is_read() -> None:
    counts = []
    for file in sorted((SHARED / "personio").glob("*.html")):
        label = file.stem.partition("_")[0]
        rows = rows_of_page(file.read_bytes(), f"personio:{label}")
        counts.append(len(rows))
        assert {row["id"] for row in rows} == ids_on(file)
        for row in rows:
            posting = reread("personio", json.dumps(row).encode())
            assert posting.location
            assert posting.employment_type
    assert counts == [14, 1, 0, 2, 0]


def ids_on(file: Path) -> set[str]:
    return set(re.findall(r'\{\\"id\\":\\"([0-9]+)\\",\\"name\\"', file.read_text()))
