import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.address import Address, board_url, directory, discover, find, parse, where_now

PIECES = [
    "https://",
    "boards.greenhouse.io",
    "jobs.lever.co",
    "/",
    "embed",
    "?for=",
    "greenhouse:",
    "..",
    "%2F",
    "[",
    "]",
    ":",
    "#",
    "&token=",
    "\x00",
    "a",
]
ADDRESSES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=40)


@pytest.mark.parametrize(
    "written",
    [
        "greenhouse:deepmind",
        " Greenhouse:deepmind ",
        "https://boards.greenhouse.io/deepmind",
        "https://job-boards.greenhouse.io/deepmind/",
        "job-boards.greenhouse.io/deepmind?gh_src=x#jobs",
        "HTTPS://JOB-BOARDS.GREENHOUSE.IO/deepmind",
        "http://boards.eu.greenhouse.io/deepmind",
        "https://job-boards.eu.greenhouse.io/deepmind",
        "https://boards-api.greenhouse.io/v1/boards/deepmind",
        "https://boards-api.greenhouse.io/v1/boards/deepmind/jobs?content=true",
        "https://boards.greenhouse.io/embed/job_board?for=deepmind",
        "https://boards.greenhouse.io/embed/job_board/js?for=deepmind&b=https%3A%2F%2Fx",
    ],
)
def test_every_way_to_write_a_greenhouse_board_is_that_board(written: str) -> None:
    assert parse(written) == Address("greenhouse", "deepmind")


@pytest.mark.parametrize(
    "written",
    [
        "greenhouse:deepmind:5938712",
        "https://boards.greenhouse.io/deepmind/jobs/5938712",
        "https://job-boards.greenhouse.io/deepmind/jobs/5938712?gh_jid=5938712#app",
        "https://boards-api.greenhouse.io/v1/boards/deepmind/jobs/5938712?pay_transparency=true",
        "https://boards.greenhouse.io/embed/job_app?for=deepmind&token=5938712",
    ],
)
def test_every_way_to_write_a_greenhouse_job_is_that_posting(written: str) -> None:
    address = parse(written)
    assert (address.board, address.posting) == ("greenhouse:deepmind", "greenhouse:deepmind:5938712")


@pytest.mark.parametrize(
    ("written", "board"),
    [
        ("https://jobs.lever.co/palantir", "lever:palantir"),
        ("https://jobs.lever.co/palantir/6ad0e2-8249/apply", "lever:palantir"),
        ("https://jobs.ashbyhq.com/Etched", "ashby:Etched"),
        ("https://apply.workable.com/huggingface/", "workable:huggingface"),
        ("https://acme.recruitee.com/o/engineer", "recruitee:acme"),
    ],
)
def test_boards_of_other_ats_are_told_apart(written: str, board: str) -> None:
    assert parse(written).board == board


@pytest.mark.parametrize(
    "written",
    [
        "",
        "deepmind",
        "greenhouse:",
        "greenhouse:embed",
        "greenhouse:../etc",
        "https://job-boards.greenhouse.io",
        "https://job-boards.greenhouse.io/a%2Fb",
        "https://boards.greenhouse.io/embed/job_app?token=5938712",
        "https://[::1",
        "ftp://boards.greenhouse.io/x",
        "https://example.org/careers",
    ],
)
def test_what_names_no_board_is_refused_in_one_line_with_what_is_accepted(written: str) -> None:
    with pytest.raises(ValueError, match="greenhouse:deepmind") as refused:
        parse(written)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("written", ["nope:deepmind", " Nope:deepmind:5938712", "greenhous:deepmind"])
def test_what_is_named_by_no_ats_is_refused_with_those_there_are(written: str) -> None:
    ats = written.split(":", maxsplit=1)[0].strip().lower()
    with pytest.raises(ValueError, match=f"{ats} is no ats; allowed: ashby, google, greenhouse$"):
        parse(written)


def test_a_job_on_an_employers_own_site_asks_for_its_board() -> None:
    with pytest.raises(ValueError, match="does not name its board: give greenhouse:TOKEN"):
        parse("https://example.org/jobs/one?gh_jid=5938712")


@settings(max_examples=500, deadline=None)
@given(ADDRESSES)
def test_any_text_is_an_address_or_a_value_error(written: str) -> None:
    try:
        address = parse(written)
    except ValueError:
        return
    assert parse(address.board) == Address(address.ats, address.token)
    assert not {"/", "\\", "?", "#", " "} & set(address.token)


def test_a_boards_page_leads_back_to_it() -> None:
    for board in directory():
        ats, token = board.split(":")
        if page := board_url(ats, token):
            assert parse(page).board == board


def test_a_careers_page_shows_its_boards_once_and_in_order() -> None:
    page = """
        <a href="https://example.org/about">us</a>
        <script src="https://boards.greenhouse.io/embed/job_board/js?for=acme&amp;b=1"></script>
        <iframe src="//job-boards.eu.greenhouse.io/embed/job_board?for=acme-eu"></iframe>
        <a href='https://jobs.lever.co/acme/1'>one</a> <a href="https://boards.greenhouse.io/acme/jobs/1">two</a>
        {"url":"https:\\/\\/jobs.ashbyhq.com\\/Acme"}
    """
    assert discover(page) == ("greenhouse:acme", "greenhouse:acme-eu", "lever:acme", "ashby:Acme")
    assert discover("") == ()


def test_a_former_board_leads_to_the_employers_live_one() -> None:
    assert where_now("greenhouse:deepmind") == "google:deepmind"
    assert [where_now(board) for board in ("google:deepmind", "greenhouse:anthropic", "greenhouse:nobody")] == [None, None, None]


def test_the_directory_knows_the_labs_by_name() -> None:
    assert directory()["greenhouse:deepmind"] == "Google DeepMind"
    assert len(directory()) >= 80
    assert sorted(find("deepmind")) == [("google:deepmind", "Google DeepMind"), ("greenhouse:deepmind", "Google DeepMind")]
    assert find("ANTHROPIC")[0] == ("greenhouse:anthropic", "Anthropic")
    assert find("no such lab") == []
