import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.links.address import Address, linked_boards, parse
from crawler.links.directory import companies_by_board
from crawler.links.forms import board_url, fold, posting_url, same_board
from crawler.registry import PRODUCTS, title

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
    ("written", "shown"), [("Zürich", "'Zürich'"), ("a\u202e\n", "'a\\u202e\\n'")]
)
def test_a_refusal_shows_letters_as_they_were_typed(written: str, shown: str) -> None:
    with pytest.raises(ValueError, match=" ") as refused:
        parse(written)
    assert str(refused.value).startswith(f"{shown} is not a known board")


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
    assert (address.board, address.posting) == (
        "greenhouse:deepmind",
        "greenhouse:deepmind:5938712",
    )


@pytest.mark.parametrize(
    ("written", "board"),
    [
        ("https://jobs.lever.co/palantir", "lever:palantir"),
        ("https://jobs.lever.co/palantir/6ad0e2-8249/apply", "lever:palantir"),
        ("https://jobs.ashbyhq.com/Acme", "ashby:Acme"),
        ("https://apply.workable.com/huggingface/", "workable:huggingface"),
        ("https://acme.recruitee.com/o/engineer", "recruitee:acme"),
    ],
)
def test_boards_of_other_ats_are_recognized(written: str, board: str) -> None:
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
def test_a_text_without_a_board_is_refused_in_one_line_with_the_accepted_forms(
    written: str,
) -> None:
    with pytest.raises(ValueError, match=r"google:deepmind|greenhouse:TOKEN") as refused:
        parse(written)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "written", ["nope:deepmind", " Nope:deepmind:5938712", "greenhous:deepmind"]
)
def test_an_unknown_ats_is_refused_with_the_supported_ones(written: str) -> None:
    ats = written.split(":", maxsplit=1)[0].strip().lower()
    with pytest.raises(ValueError, match=f"{ats} is not supported; allowed: amazon, ashby, "):
        parse(written)


def test_a_job_on_an_employers_own_site_asks_for_its_board() -> None:
    with pytest.raises(ValueError, match="does not name its board: give greenhouse:TOKEN"):
        parse("https://example.org/jobs/one?gh_jid=5938712")


@settings(max_examples=250, deadline=None)
@given(ADDRESSES)
def test_any_text_is_an_address_or_a_value_error(written: str) -> None:
    try:
        address = parse(written)
    except ValueError:
        return
    assert parse(address.board) == Address(address.ats, address.token)
    assert parse(address.posting or address.board) == address
    assert not {"\\", "?", "#", " ", ":", "+"} & set(address.token)


def test_a_boards_page_leads_back_to_it() -> None:
    for board in companies_by_board():
        ats, token = board.split(":", 1)
        assert same_board(parse(board_url(ats, token)).board, board)


@pytest.mark.parametrize(
    ("posting", "page"),
    [
        (
            "google:deepmind:138166347879064262",
            "https://www.google.com/about/careers/applications/jobs/results/138166347879064262",
        ),
        ("greenhouse:acme:1", "https://job-boards.greenhouse.io/acme/jobs/1"),
        (
            "ashby:Merge%20Labs:34413f8d-26bf-4bbc-8ade-eb309a0e2245",
            "https://jobs.ashbyhq.com/Merge%20Labs/34413f8d-26bf-4bbc-8ade-eb309a0e2245",
        ),
        ("teamtailor:careers.acme.example:12", "https://careers.acme.example/jobs/12"),
        (
            "oracle:acme.fa.us2.oraclecloud.com/CX_1:7",
            "https://acme.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/7",
        ),
        ("workday:acme.wd5/External:R1", "https://acme.wd5.myworkdayjobs.com/External"),
    ],
)
def test_a_postings_page_is_the_ats_own(posting: str, page: str) -> None:
    address = parse(posting)
    assert (address.posting, address.url) == (posting, page)
    assert posting_url(address.ats, address.token, address.key or "") == page


@pytest.mark.parametrize(
    ("board", "page"),
    [
        (
            "google:deepmind",
            "https://www.google.com/about/careers/applications/jobs/results/?company=DeepMind",
        ),
        (
            "google:verily%20life%20sciences",
            "https://www.google.com/about/careers/applications/jobs/results/?company=Verily%20Life%20Sciences",
        ),
        (
            "google:wing",
            "https://www.google.com/about/careers/applications/jobs/results/?company=Wing",
        ),
        ("google:all", "https://www.google.com/about/careers/applications/jobs/results/"),
        ("nope:x", ""),
    ],
)
def test_a_board_of_a_brand_has_the_brands_search_as_its_page(board: str, page: str) -> None:
    assert board_url(*board.split(":")) == page


@pytest.mark.parametrize(
    ("written", "board"),
    [
        ("ashby:Merge Labs", "ashby:Merge%20Labs"),
        ("ashby:merge%20labs", "ashby:Merge%20Labs"),
        ("ashby:thinkingmachines", "ashby:ThinkingMachines"),
        ("ashby:Nobody We Know", "ashby:Nobody%20We%20Know"),
        ("greenhouse:DeepMind", "greenhouse:deepmind"),
        ("Google:DeepMind", "google:deepmind"),
        ("lever:BDG", "lever:BDG"),
        ("lever:quantco-", "lever:quantco-"),
        ("lever:1840&Company", "lever:1840&Company"),
        (
            "workday:NVIDIA.wd5/nvidiaexternalcareersite",
            "workday:nvidia.wd5/NVIDIAExternalCareerSite",
        ),
        ("jsonld:Careers.Acme.example/jobs/open", "jsonld:careers.acme.example/jobs/open"),
    ],
)
def test_a_token_has_one_spelling(written: str, board: str) -> None:
    assert parse(written).board == board


@pytest.mark.parametrize(
    "written",
    [
        "workday:acme",
        "workday:acme.wd5",
        "oracle:acme/CX_1",
        "ashby:a/b",
        "ashby:a%2Fb",
        "ashby:a%ff",
        "ashby:Embed",
        "google:deepmind:x",
        "jsonld:acme",
    ],
)
def test_an_invalid_token_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a valid board"):
        parse(written)


@pytest.mark.parametrize(
    "ats", ["ashby", "greenhouse", "google", "workday", "smartrecruiters", "workable"]
)
def test_names_of_one_board_are_compared_without_case(ats: str) -> None:
    assert same_board(f"{ats}:Acme%20Labs", f"{ats}:acme labs")


@pytest.mark.parametrize("ats", ["lever", "gem", "jobvite", "jazzhr"])
def test_names_of_one_board_are_compared_with_case_where_the_ats_does(ats: str) -> None:
    assert fold(f"{ats}:Acme") != fold(f"{ats}:acme")


def test_every_ats_has_a_title_and_one_rule_for_case() -> None:
    assert title("smartrecruiters") == "SmartRecruiters"
    assert title("nope") == "nope"
    for product in PRODUCTS.values():
        assert product.title
        assert not (product.lower and product.cased)


def test_a_board_in_two_spellings_on_a_page_is_one_board() -> None:
    page = (
        "https://jobs.ashbyhq.com/Acme https://jobs.ashbyhq.com/ACME "
        "https://jobs.lever.co/acme https://jobs.lever.co/Acme"
    )
    assert linked_boards(page) == ("ashby:Acme", "lever:acme", "lever:Acme")


def test_a_careers_page_gives_each_board_once_in_order() -> None:
    page = """
        <a href="https://example.org/about">us</a>
        <script src="https://boards.greenhouse.io/embed/job_board/js?for=acme&amp;b=1"></script>
        <iframe src="//job-boards.eu.greenhouse.io/embed/job_board?for=acme-eu"></iframe>
        <a href='https://jobs.lever.co/acme/1'>one</a> <a href="https://boards.greenhouse.io/acme/jobs/1">two</a>
        {"url":"https:\\/\\/jobs.ashbyhq.com\\/Acme"}
    """
    assert linked_boards(page) == (
        "greenhouse:acme",
        "greenhouse:acme-eu",
        "lever:acme",
        "ashby:Acme",
    )
    assert linked_boards("") == ()


@pytest.mark.parametrize(
    "written",
    [
        "google:Google DeepMind",
        "google:google%20deepmind",
        "google:deepmind",
        "google: Google  DeepMind",
    ],
)
def test_a_brand_of_google_is_written_without_the_word_google(written: str) -> None:
    assert parse(written).board == "google:deepmind"
    assert (parse("google:Google").board, parse("google:YouTube").board) == (
        "google:google",
        "google:youtube",
    )
