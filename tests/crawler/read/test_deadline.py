import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.read.deadline import read_deadline

PUBLISHED = datetime(2026, 9, 20, 12, tzinfo=UTC)
PIECES = [
    "Application deadline: ",
    "closing date ",
    "apply before ",
    "12pm ",
    "PST ",
    "31 ",
    "Feb ",
    "2026",
    "Sunday ",
    "1/2/26",
    "\n",
    "(MM/DD/YYYY)",
    "99:99 ",
]
PHRASES = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "words", "at"),
    [
        (
            "Application deadline: 12pm PST Sunday 19th of May 2024",
            "12pm PST Sunday 19th of May 2024",
            "2024-05-19T19:00:00",
        ),
        ("Application deadline: 1st October", "1st October", "2026-10-01T23:59:59"),
        ("Application deadline: 1st August", "1st August", "2027-08-01T23:59:59"),
        (
            "The application window is expected to close on: 08/30/2026",
            "08/30/2026",
            "2026-08-30T23:59:59",
        ),
        (
            "Apply before 11:55 pm on Monday 22nd July 2024",
            "11:55 pm on Monday 22nd July 2024",
            "2024-07-22T23:55:00",
        ),
        ("Application Deadline: October 31, 2026", "October 31, 2026", "2026-10-31T23:59:59"),
        ("Please apply by EOD Friday, Oct 2.", "Friday, Oct 2.", "2026-10-02T23:59:59"),
        (
            "The application window will close on or about 10/16/2026.",
            "10/16/2026",
            "2026-10-16T23:59:59",
        ),
        (
            "Applications must be submitted via our portal by 16 October",
            "16 October",
            "2026-10-16T23:59:59",
        ),
        (
            "Open date: 09/20/2026 Close date: 10/16/2026",
            "10/16/2026",
            "2026-10-16T23:59:59",
        ),
        (
            "The application window opened September 20, 2026 and closes October 16, 2026",
            "October 16, 2026",
            "2026-10-16T23:59:59",
        ),
        ("• Deadline to submit application: October 17", "October 17", "2026-10-17T23:59:59"),
        ("Deadline to Apply: 10/15/26", "10/15/26", "2026-10-15T23:59:59"),
        (
            (
                "The application window will close on Friday, November 13th, 2026, at 11:59PM ET "
                "or when role(s) have been filled"
            ),
            "Friday, November 13th, 2026, at 11:59PM ET",
            "2026-11-14T04:59:00",
        ),
        (
            "Application close:  30th October, however we recommend an early application",
            "30th October",
            "2026-10-30T23:59:59",
        ),
        (
            "We anticipate the application window for this opening will close on - 16 Oct 2026",
            "16 Oct 2026",
            "2026-10-16T23:59:59",
        ),
        ("This job posting closes on October 4, 2026", "October 4, 2026", "2026-10-04T23:59:59"),
        ("Closing Date (MM/DD/YYYY):\n10/27/2026", "10/27/2026", "2026-10-27T23:59:59"),
        (
            "This job posting is anticipated to close on [8/13/2027]",
            "8/13/2027",
            "2027-08-13T23:59:59",
        ),
        ("Posting End Date:\n23/10/2026", "23/10/2026", "2026-10-23T23:59:59"),
        ("Closing Date: 31-Aug-26", "31-Aug-26", "2026-08-31T23:59:59"),
        ("Job Closing Date (YYYY-MM-DD): 2026 / 8 / 31", "2026 / 8 / 31", "2026-08-31T23:59:59"),
        (
            "Applications will be accepted until *Friday, August 14, 2026.*",
            "Friday, August 14, 2026",
            "2026-08-14T23:59:59",
        ),
        ("Apply By: August 18, 2026", "August 18, 2026", "2026-08-18T23:59:59"),
        (
            "Closing date of August 31, 2026 at 11:59 p.m.",
            "August 31, 2026 at 11:59 p.m.",
            "2026-08-31T23:59:00",
        ),
        (
            "Job Competition closes at 7:00 p.m. EST on August 14, 2026",
            "7:00 p.m. EST on August 14, 2026",
            "2026-08-14T23:00:00",
        ),
        ("申请截止日期\uff1a2026年10月15日。", "2026年10月15日", "2026-10-15T23:59:59"),
        (
            "The deadline for applications is 12:00 noon on 9 October 2026",
            "12:00 noon on 9 October 2026",
            "2026-10-09T12:00:00",
        ),
        (
            "Closing date for applications: 9 October 2026 (23:59 AoE)",
            "9 October 2026 (23:59 AoE)",
            "2026-10-10T11:59:00",
        ),
        (
            "Priority application deadline: 15 October 2026; final deadline: 15 November 2026",
            "15 November 2026",
            "2026-11-15T23:59:59",
        ),
        (
            "Application window opens October 1, 2026 and closes October 31, 2026",
            "October 31, 2026",
            "2026-10-31T23:59:59",
        ),
        ("Posted: 2026-09-01 | Closes: 2026-09-30", "2026-09-30", "2026-09-30T23:59:59"),
        ("Final date to receive applications: 10/20/2026", "10/20/2026", "2026-10-20T23:59:59"),
        (
            "Hakuaika päättyy 15.10.2026 klo 16",
            "15.10.2026 klo 16",
            "2026-10-15T16:00:00",
        ),
        (
            "Sista ansökningsdag: 15 oktober 2026 kl 12",
            "15 oktober 2026 kl 12",
            "2026-10-15T12:00:00",
        ),
        ("This opportunity closes on 10 October 2026", "10 October 2026", "2026-10-10T23:59:59"),
    ],
)
def test_a_deadline_is_kept_as_written_and_as_an_instant(text: str, words: str, at: str) -> None:
    for whole in (
        text,
        f"About us\n\nWe build things.\n\n{text}\n\nWe are an equal opportunity employer.",
    ):
        found = read_deadline(whole, published=PUBLISHED, place="")
        assert found is not None
        assert (found.text, found.at) == (words, datetime.fromisoformat(at).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "Deadline to apply: None. Applications will be reviewed on a rolling basis.",
        (
            "Deadline to apply: None, applications will be received on a rolling basis. Posted 1 "
            "May 2026."
        ),
        (
            "We are accepting applications on a rolling basis for the next cohort expected to "
            "start in January 2027."
        ),
        (
            "This position will be open for a minimum of 5 days, with applications accepted on an "
            "ongoing basis until the position is filled."
        ),
        (
            "Application deadline information\n\nApplications for this role are intended to be "
            "accepted until further notice."
        ),
        "Applications will be accepted until 11:59 PM on the day prior to the application deadline",
        (
            "A job posting is effective until 11:59:59PM on the day BEFORE the listed job posting "
            "end date."
        ),
        "This posting will be open until at least September 10th, 2026",
        "We do not have an application deadline for this position. Interviews begin 1 May 2027.",
        "Closing Date: Open till Filled",
        "You work under tight deadlines",
        "on deadline and on budget",
        "You track filing deadlines on April 15, 2026",
        "Patent filing date: 15 October 2026",
        "Vi söker en säljare till vårt team i Göteborg som kan börja senast 15 oktober 2026",
        "Sökande ska ha examen senast 15 oktober 2026",
        "You'll close on day two",
        "Apply by completing the form. Founded on 5 May 2020.",
        "Priority application deadline: 15 October 2026",
        "Early application deadline: October 1, 2026",
        "Paper submission deadline: October 15, 2026",
        "Grant application deadline: 1 November 2026",
        "The H-1B application window closes March 20, 2027",
        "Please do not apply before 10 October 2026",
        "You cannot apply until 10 October 2026",
        "Loan closing date: 10/10/2026",
        "Apply by 3/4 inch",
        "Applications close on a 24/7 basis",
        "Apply by phone, 24/7",
        "Applications close 24/7",
        "We will respond to all applications by 18 October 2026.",
        "We are reviewing applications until 18 October 2026.",
        "The application window opened September 20, 2026.",
        "Bewirb dich auf die bis 31.12.2027 befristete Stelle",
        "Bewerbungsgespräche finden am 2. Oktober und bis 10.10.2026 statt",
        "Candidature en ligne, poste à pourvoir jusqu'au 31/12/2027",
        "",
    ],
)
def test_other_dates_are_not_read(text: str) -> None:
    assert read_deadline(text, published=PUBLISHED, place="London, UK") is None


@pytest.mark.parametrize(
    ("date", "place", "day"),
    [
        ("03/04/2027", "New York City, New York, US", "2027-03-05T04:59:59"),
        ("03/04/2027", "London, UK", "2027-04-03T22:59:59"),  # day first there, and in summer time
        ("03/04/2027", "Toronto, Canada", "2027-03-05T04:59:59"),  # both orders are in use
        ("03/04/2027", "London, UK; New York, NY", "2027-03-04T23:59:59"),
        ("03/04/2027", "", "2027-03-04T23:59:59"),
        ("10/09/2026", "", "2026-10-09T23:59:59"),  # the other reading lies before its publication
        ("1 July 2027", "Mountain View, California, US", "2027-07-02T06:59:59"),
        ("1 July 2027", "London, UK; New York City, New York, US", "2027-07-01T22:59:59"),
        ("5pm PST on 1 December 2026", "", "2026-12-02T01:00:00"),
        ("midnight on 1 December 2026", "", "2026-12-01T00:00:00"),
        ("Monday 1 December 2026", "", "2026-11-30T23:59:59"),  # a Tuesday
        ("Wednesday 1 December 2026", "", "2026-12-01T23:59:59"),
    ],
)
def test_the_earlier_of_two_readings_counts(date: str, place: str, day: str) -> None:
    found = read_deadline(f"Application deadline: {date}", published=PUBLISHED, place=place)
    assert found is not None
    assert found.at == datetime.fromisoformat(day).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "place", "day"),
    [
        ("10/01/2026", "London, UK", "2026-10-01"),
        ("10/11/2026", "London, UK", "2026-11-10"),
        ("10.01.2026", "Berlin, Germany", "2026-01-10"),
        ("(DD/MM/YYYY): 10/01/2026", "London, UK", "2026-01-10"),
        ("01/10/2026", "Austin, TX", "2026-01-10"),
    ],
)
def test_an_american_date_elsewhere_is_read_where_the_other_order_is_past(
    date: str, place: str, day: str
) -> None:
    found = read_deadline(f"Application deadline {date}", published=PUBLISHED, place=place)
    assert found is not None
    assert found.at is not None
    assert (found.at - timedelta(hours=12)).date().isoformat() == day


def test_before_a_day_means_the_end_of_the_day_before() -> None:
    found = read_deadline("Please apply before 4 October 2026.", published=PUBLISHED, place="")
    assert found is not None
    assert found.at == datetime(2026, 10, 3, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "Apply on or before",
        "Apply by COB",
        "We will accept applications through",
        "Applications will be accepted on an ongoing basis until",
        "Submit your CV and cover letter by",
        "Please send your application by",
        "To apply, email us by",
        "Recruitment closes",
        "The requisition will remain posted until",
        "The role is open to applicants until",
        "The window to apply ends on",
        "CVs must reach us by",
        "Resumes will be accepted through",
        "Last date of application:",
        "Deadline for receipt of applications:",
        "Advertising end date:",
        "Anticipated close date:",
        "Expiry date:",
    ],
)
def test_employers_announce_a_deadline_in_many_ways(words: str) -> None:
    found = read_deadline(f"{words} 30 October 2026", published=PUBLISHED, place="London, UK")
    assert found is not None
    assert found.at == datetime(2026, 10, 30, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "You will submit your application to the FDA before",
        "If you submit your application before",
        "If you sent your application before",
        "We may close applications before",
        "The recruitment team closes on",
        "We stop accepting applications from partners on",
        "Submit your timesheet by",
        "Certificate expiry date:",
        "Applications are accepted on a rolling basis, and interviews begin",
    ],
)
def test_other_days_of_applications_are_no_deadline(words: str) -> None:
    assert read_deadline(f"{words} 30 October 2026", published=PUBLISHED, place="London") is None


def test_a_korean_date_is_read() -> None:
    found = read_deadline("지원 마감: 2026년 12월 18일", published=PUBLISHED, place="Seoul")
    assert found is not None
    assert found.at == datetime(2026, 12, 18, 14, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("date", ["31 Feb 2026", "1st August"])
def test_a_date_without_an_instant_keeps_its_words(date: str) -> None:
    found = read_deadline(f"Application deadline: {date}", published=None, place="")
    assert found is not None
    assert (found.at, found.text) == (None, date)


@pytest.mark.parametrize(
    "date",
    [
        "31 December 9999",
        "December 31, 9999",
        "31 Dec 1999",
        "31.12.9999",
        "31 de diciembre de 9999",
    ],
)
def test_a_date_in_a_year_of_no_deadline_keeps_its_words(date: str) -> None:
    found = read_deadline(f"Application deadline: {date}", published=PUBLISHED, place="London, UK")
    assert found is not None
    assert (found.at, found.text) == (None, date)


@pytest.mark.parametrize(
    "date", ["31 December 1700 GMT", "31 December, 2359 hours", "31 December 2026 1000 places"]
)
def test_four_digits_behind_a_date_may_be_no_year(date: str) -> None:
    found = read_deadline(f"Apply by {date}", published=PUBLISHED, place="London, UK")
    assert found is not None
    assert found.at is not None
    assert found.at.date() == datetime(2026, 12, 31, tzinfo=UTC).date()


@settings(max_examples=150, deadline=None)
@given(PHRASES)
def test_any_text_is_read_and_an_instant_is_in_utc(text: str) -> None:
    found = read_deadline(text, published=PUBLISHED, place="Berlin")
    assert found is None or found.at is None or found.at.tzinfo is UTC


@pytest.mark.parametrize(
    "hostile",
    [
        "1" * 100_000,
        "deadline to apply: " * 5_000,
        "job " * 25_000,
        "closing date " + "1/1/" * 25_000,
        "(MM/DD/YYYY)" * 8_000,
        "closes on 1 " * 9_000,
        "closing date:" + " " * 100_000 + "x",
        "12:00 " * 16_000,
        "bewerben Sie sich " * 5_000,
        "aplikuj do 1.1." * 6_000,
        "closes January 1 " * 6_000,
        "the role will be " * 6_000 + "1 May 2027",
        "Deadline: " + "1 Jan - " * 10_000,
    ],
)
def test_a_hostile_text_is_read_quickly(hostile: str) -> None:
    begun = time.process_time()
    read_deadline(hostile, published=PUBLISHED, place="")
    assert time.process_time() - begun < 2
