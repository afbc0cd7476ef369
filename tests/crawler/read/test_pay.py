import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Pay
from crawler.read.pay import read_pay
from crawler.read.pay_ranges import stated_pay

PIECES = [
    "$",
    "€",
    "USD ",
    "100,000",
    "150k",
    " - ",
    "salary ",
    "bonus ",
    "/hour",
    "up to ",
    ". ",
    "\n",
    "1",
    ",",
    ".",
]
PHRASES = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=15).map("".join)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "currency", "period"),
    [
        (
            (
                "The US base salary range for this full-time position is between $133,000 - "
                "$240,000 + bonus + equity + benefits."
            ),
            *(133_000, 240_000, "USD", "year"),
        ),
        (
            (
                "The US base salary range for this full-time position is $136,000-$200,000 + bonus "
                "+ equity."
            ),
            136_000,
            200_000,
            "USD",
            "year",
        ),
        (
            (
                "The US base salary range for this full-time position is $196,000 to $245,000 + "
                "equity."
            ),
            196_000,
            245_000,
            "USD",
            "year",
        ),
        ("Salary: $182,208 - $236,580/yr.", 182_208, 236_580, "USD", "year"),
        ("Salary: $192,000.00 - $288,000.00/yr", 192_000, 288_000, "USD", "year"),
        ("Salary: $156,800 \u2013 235,200/yr", 156_800, 235_200, "USD", "year"),
        ("Salary: $161,637 - $213,800.00 /yr.", 161_637, 213_800, "USD", "year"),
        (
            "Note: The annual Canadian base salary range for this role is $160,000 - $240,000.",
            160_000,
            240_000,
            "CAD",
            "year",
        ),
        ("$108,400\u2014$129,600 USD", 108_400, 129_600, "USD", "year"),
        ("£66,080\u2014£91,800 GBP", 66_080, 91_800, "GBP", "year"),
        ("$104,000\u2014$139,000 CAD", 104_000, 139_000, "CAD", "year"),
        ("€70,000 - €107,800 EUR", 70_000, 107_800, "EUR", "year"),
        ("€61.000\u2014€72.000 EUR", 61_000, 72_000, "EUR", "year"),
        ("Annual Salary:\n\n$265,000\u2014$365,000 USD", 265_000, 365_000, "USD", "year"),
        ("Hourly Rate\n\n$28\u2014$32 USD", 28, 32, "USD", "hour"),
        ("$75k - $105k salary + benefits, 100% US-based remote", 75_000, 105_000, "USD", "year"),
        ("$34.62/hour", 34.62, 34.62, "USD", "hour"),
        (
            "Salary Range: $90,000.00 - $100,000.00 per year, plus an additional 5% bonus",
            90_000,
            100_000,
            "USD",
            "year",
        ),
        (
            "Salary Range: $150-$190K OTE potential (base + commission), per year",
            150_000,
            190_000,
            "USD",
            "year",
        ),
        (
            "Salary Range: $58,500 base salary, and $18,000 variable commission; OTE: $76,500",
            58_500,
            58_500,
            "USD",
            "year",
        ),
        ("OTE: $76,500", 76_500, 76_500, "USD", "year"),
        ("Salary Range: $135,000 - $170,000 CAD per year", 135_000, 170_000, "CAD", "year"),
        (
            "The salary range for this position is $220,000 - 230,000.",
            220_000,
            230_000,
            "USD",
            "year",
        ),
        (
            "The salary range for San Francisco, CA & Palo Alto, CA is $200,000-250,000.",
            200_000,
            250_000,
            "USD",
            "year",
        ),
        ("estimated to be $28/hour to $47/hour.", 28, 47, "USD", "hour"),
        (
            (
                "For candidates located in NYC or SF, the pay range for this role is $198,000- "
                "$271,000."
            ),
            198_000,
            271_000,
            "USD",
            "year",
        ),
        ("$211.4K \u2013 $290.6K • Offers Equity", 211_400, 290_600, "USD", "year"),
        (
            "Compensation: €55K \u2013 €85K • Offers Equity • Multiple Ranges",
            55_000,
            85_000,
            "EUR",
            "year",
        ),
        (
            (
                "Zone 1 Pay Range $146,600 \u2014 $201,650 USD Zone 2 Pay Range $132,000 \u2014 "
                "$181,500 USD"
            ),
            *(132_000, 201_650, "USD", "year"),
        ),
        ("Base Salary: $200,000", 200_000, 200_000, "USD", "year"),
        ("Base Salary Range $200,000 \u2014 $200,000 USD", 200_000, 200_000, "USD", "year"),
        (
            "The annual base salary range for this position is $225,000 depending on experience",
            225_000,
            225_000,
            "USD",
            "year",
        ),
        (
            "Annual Salary Range for jobs performed in the US: $105,650.00-200,340.00 USD",
            105_650,
            200_340,
            "USD",
            "year",
        ),
        (
            "The U.S. pay range for this position is $120,700 -- $238,600 annually.",
            120_700,
            238_600,
            "USD",
            "year",
        ),
        (
            "the base pay range for this role is USD $188,000 - $304,200 per year.",
            188_000,
            304_200,
            "USD",
            "year",
        ),
        ("CAN base pay range per year: CAD $133,000 - $183,000", 133_000, 183_000, "CAD", "year"),
        ("Level 3: $31.00/hour + $2.00/hour lead differential", 31, 31, "USD", "hour"),
        ("Level 1: $130,000.00 - $155,000.00", 130_000, 155_000, "USD", "year"),
        (
            "Compensation: up to $160,000 base salary + bonus (depending on experience)",
            None,
            160_000,
            "USD",
            "year",
        ),
        ("Salaries range from $125-$250K", 125_000, 250_000, "USD", "year"),
        (
            (
                "Our cash compensation is targeted at $138,000-156,000 in Denver, and "
                "$168,000\u2013189,000 in the Bay."
            ),
            *(138_000, 189_000, "USD", "year"),
        ),
        ("Estimated annual salary of $231,000 - $300,000+", 231_000, 300_000, "USD", "year"),
        (
            "Primary Location Base Pay Range: $148,000 USD - $222,000 USD",
            148_000,
            222_000,
            "USD",
            "year",
        ),
        (
            "£38,860 - £46,750 National: £38,860 - £42,765 London: £42,495 - £46,750",
            38_860,
            46_750,
            "GBP",
            "year",
        ),
        (
            "Pay ranges from $151,300/year in our lowest one up to $261,500/year in our highest.",
            151_300,
            261_500,
            "USD",
            "year",
        ),
        (
            "The salary is from $100,000/year plus commission up to $120,000/year.",
            100_000,
            None,
            "USD",
            "year",
        ),
        (
            "The salary is from $100,000/year. The bonus is up to $120,000/year.",
            100_000,
            None,
            "USD",
            "year",
        ),
        ("Salary: $160,000 Canadian", 160_000, 160_000, "CAD", "year"),
        ("Salary: A$150,000 - A$180,000", 150_000, 180_000, "AUD", "year"),
        ("Salary: CHF 120'000 - 140'000", 120_000, 140_000, "CHF", "year"),
        (
            "The base salary (excluding bonus and equity) is between £100,000 and £120,000.",
            100_000,
            120_000,
            "GBP",
            "year",
        ),
        (
            "Total compensation is $300,000 - $400,000; base salary of $150,000 - $200,000",
            150_000,
            200_000,
            "USD",
            "year",
        ),
        (
            "On-target earnings\n$200,000 - $240,000\n\nBase salary\n$110,000 - $130,000",
            110_000,
            130_000,
            "USD",
            "year",
        ),
        (
            "KV-Mindestgrundgehalt von EUR 43.862,- brutto/Jahr mit Überzahlung",
            43_862,
            None,
            "EUR",
            "year",
        ),
        ("Gehalt: EUR 50.000,-- (Überzahlung möglich)", 50_000, None, "EUR", "year"),
        ("Salary: CAD 111,000 - 129,000 / USD 90,000 - 95,000", 111_000, 129_000, "CAD", "year"),
        ("Hiring range $62,400.00 - $70,000.00 Annually", 62_400, 70_000, "USD", "year"),
        ("This position pays $25 - $30 per hour.", 25, 30, "USD", "hour"),
        ("Interns are paid $9,000 per month.", 9_000, 9_000, "USD", "month"),
        ("Starting at $22.00 per hour", 22, None, "USD", "hour"),
        ("Up to $50/hr", None, 50, "USD", "hour"),
        ("Pay is £21.50p/h, Monday to Friday.", 21.5, 21.5, "GBP", "hour"),
        (
            "The base salary range is USD $141,000.00 - USD $372,000.00 /Yr.",
            141_000,
            372_000,
            "USD",
            "year",
        ),
        ("Salary: EUR €90,000 - EUR €120,000", 90_000, 120_000, "EUR", "year"),
        ("Pay range: $165,000.00/Yr. - $210,000.00/Yr. - USD", 165_000, 210_000, "USD", "year"),
        ("Pay ranges from $212,000 year to $361,000/year.", 212_000, 361_000, "USD", "year"),
        ("Pay Range: Sr. Specialist: $102,000 - $141,000", 102_000, 141_000, "USD", "year"),
        ("The monthly rate for interns is $11,400 USD.", 11_400, 11_400, "USD", "month"),
        ("Fixe 35k€ + variable (OTE 55k€)", 35_000, 35_000, "EUR", "year"),
        ("Jahressalär: CHF 110k - 130k", 110_000, 130_000, "CHF", "year"),
        ("Total Target Cash: $150,000 - $180,000", 150_000, 180_000, "USD", "year"),
        ("Pay: $19.25/hr minimum, $24.00/hr maximum", 19.25, 24, "USD", "hour"),
        (
            "US base pay range per year:\n\nMin: $131,000\n\nMid: $165,000\n\nMax: $199,000",
            131_000,
            199_000,
            "USD",
            "year",
        ),
        ("Min\n\nUSD $72,000.00/Yr.\n\nMax\n\nUSD $91,000.00/Yr.", 72e3, 91e3, "USD", "year"),
        ("Salary: $65,000 max", None, 65_000, "USD", "year"),
        ("Pay: $15 per hour and above-average benefits", 15, 15, "USD", "hour"),
        ("Pay (USD): $90,000 - $120,000", 90_000, 120_000, "USD", "year"),
        ("CTC per month: 50,000 INR", 50_000, 50_000, "INR", "month"),
        ("Salary: £21,000 - £22,000 (FTE £26,000 - £27,000)", 21_000, 22_000, "GBP", "year"),
        ("Salary between $90,000 in base and $140,000 in total pay", 90_000, 90_000, "USD", "year"),
        ("Pay: $18/hr training, $20/hr after 90 days", 18, 20, "USD", "hour"),
        ("Salary: $60,000 for a BA, $65,000 for an MA", 60_000, 65_000, "USD", "year"),
        ("Salary: from $60,000 for a BA, $65,000 for an MA", 60_000, None, "USD", "year"),
        (
            "Salary: minimum $84,000, midpoint $105,000, maximum $126,000",
            84e3,
            126e3,
            "USD",
            "year",
        ),
        ("Rate of pay: $23.48/hour (step 1) - $29.97/hour (step 5)", 23.48, 29.97, "USD", "hour"),
        ("Pay starts at $18.50 per hour and goes up to $24.00 per hour", 18.5, 24, "USD", "hour"),
        ("Pay: $20/hr, $30/hr on weekends", 20, 20, "USD", "hour"),
        ("Pay of $65,000, and up to $70,000 in tuition support", 65_000, 65_000, "USD", "year"),
        ("Salary: £25,000 (London weighting: £27,500)", 25_000, 25_000, "GBP", "year"),
        ("Salary: $45,000, top reps make $100,000", 45_000, 45_000, "USD", "year"),
        ("Salary $100,000, with realistic earnings of $150,000", 1e5, 1e5, "USD", "year"),
        ("Base salary $100,000, first year total $150,000", 1e5, 1e5, "USD", "year"),
        ("Salary: $110k - $135k OTE: $160k - $180k", 110_000, 135_000, "USD", "year"),
        ("Freelance rate of $40 - $60/hour", 40, 60, "USD", "hour"),
        ("Base $100,000 / OTE $200,000", 1e5, 1e5, "USD", "year"),
        ("Fixum 45.000 €, Zielgehalt 60.000 €", 45_000, 45_000, "EUR", "year"),
        ("Pay: $20/hr. Tutors of other firms get $25/hr.", 20, 20, "USD", "hour"),
        ("Salary: £28,000 FTE (£16,800 pro rata)", 28_000, 28_000, "GBP", "year"),
        ("Salary: £30,000 (OTE £45,000)", 30_000, 30_000, "GBP", "year"),
        ("$75,000 base + commission", 75_000, 75_000, "USD", "year"),
        ("Hourly Pay Range (USD)\n$21.15 - $28.85", 21.15, 28.85, "USD", "hour"),
        (
            "Pay Range Minimum:\n$21.50 / hourly\nPay Range Maximum:\n$32.25 / hourly",
            21.5,
            32.25,
            "USD",
            "hour",
        ),
        ("Colorado applicants only: $30.00 - $36.00 per hour", 30, 36, "USD", "hour"),
        ("Pay Transparency\nSF: $110,000 - $130,000", 110_000, 130_000, "USD", "year"),
        ("Take-home pay $2,100/wk", 2_100, 2_100, "USD", "week"),
        ("月給300,000円以上", 300_000, None, "JPY", "month"),
        ("Level 3 $115,000 - $128,000 per year", 115_000, 128_000, "USD", "year"),
        ("Pay grade: GS-13 ($117,962 - $153,354)", 117_962, 153_354, "USD", "year"),
        ("Interns: $45 - $55/hour. Housing: $1,000/month", 45, 55, "USD", "hour"),
        ("Paid internship ($20/hr)", 20, 20, "USD", "hour"),
        ("Salary: c. £50,000", 50_000, 50_000, "GBP", "year"),
        ("Our salary is not less than $90,000 a year.", 90_000, None, "USD", "year"),
        ("Salary for the NIS 2 consultant: €45,000 - €50,000", 45_000, 50_000, "EUR", "year"),
        ("Annual stipend for the duration: $50,000", 50_000, 50_000, "USD", "year"),
        ("Monthly stipend for 10 months: $5,000", 5_000, 5_000, "USD", "month"),
        ("Monthly stipend for living expenses: $3,850", 3_850, 3_850, "USD", "month"),
        ("Base salary $100,000 or above market", 100_000, 100_000, "USD", "year"),
    ],
)
def test_pay_is_read_as_a_person_reads_it(
    text: str, minimum: float | None, maximum: float | None, currency: str, period: str
) -> None:
    for whole in (
        text,
        f"• Fertility HRA (up to $10,000 per year)\n\n{text}\n\nWe raised $150 million.",
    ):
        pay = read_pay(whole)
        assert pay is not None
        assert (pay.minimum, pay.maximum, pay.currency, pay.period) == (
            minimum,
            maximum,
            currency,
            period,
        )


@pytest.mark.parametrize(
    "text",
    [
        "Competitive salary applies.",
        "A $100B market opportunity",
        "Our $500M philanthropic initiative",
        "up to $10,000 per year",
        "401(k) match up to $10,000 per year",
        "We raised $150 million in Series D",
        "One-time $500 reimbursement",
        "TC $19B of merchandise",
        "Competitive salary, equity and a $5,000 learning budget",
        "Competitive salary and a $10,000 sign-on bonus",
        "You manage budgets of $100,000 - $500,000",
        "You close deals of $50,000 - $200,000",
        "A bonus of $10,000 - $20,000",
        "Housing subsidy of $2k per month",
        "We have 100,000 - 200,000 users",
        "Our CAD and EUR teams, 2024 - 2025",
        "Pay: $5,000 - $10,000 sign-on bonus",
        "Compensation: $6,000 - $9,000 annual bonus",
        "Sign-on bonus\n$10,000 - $20,000",
        "Benefits\n• $110 - $150 monthly transit pass",
        "Loan amounts\n$20,000 - $50,000",
        "Equity package: $100,000 - $200,000",
        "Average salary increase: $5,000 - $10,000",
        "Sales quota\nMin: $500,000/year\nMax: $900,000/year",
        "Household income\nMin: $60,000 per year\nMax: $90,000 per year",
        "Graduates of our course receive a $85,000 salary.",
        "The federal minimum wage is $7.25 per hour.",
        "On-call pay: $6 - $9 per hour",
        "Overtime pay: $40 - $50 per hour",
        "Severance pay of $10,000 - $20,000",
        "Variable compensation: $20,000 - $40,000",
        "Incentive compensation\n$20,000 - $40,000",
        "You handle workers' compensation claims of $10,000 to $50,000",
        "You advise clients earning $100,000 - $500,000 per year",
        "More hourly pay:\n+$4.50/hr at night",
        "From $20,000 to $200,000: we write checks of any size",
        "The average base salary at the company is $150,000.",
        "The median employee salary is $180,000.",
        "Median total compensation of our peers: $220,000",
        "平均年収は850万円です",
        "80% of our engineers earn $160,000 or more in salary.",
        "Employees earning $155,000 or more get a second review.",
        "These rules apply to workers earning above $123,750 per year.",
        "Workers earning less than $50,000 a year get a grant.",
        "For a salary above $100,000, a background check is required.",
        "You advise clients whose wages range from $15 to $20 per hour.",
        "We serve employees with salaries from $30,000 to $300,000.",
        "You must earn a minimum salary of $66,560 to be exempt.",
        "The minimum wage in this city is $20.76 per hour.",
        "You determine compensation for roles from $50,000 to $500,000.",
        "Das Durchschnittsgehalt liegt bei 60.000 €.",
        "Le salaire médian de l'entreprise est de 45 000 €.",
        "El salario medio en España es de 27.000 €.",
        "You help engineers negotiate salaries of $300,000 - $500,000.",
        "You place candidates with salaries between $100,000 and $250,000.",
        "You run payroll; salaries range from $40,000 to $200,000.",
        "You build compensation ranges such as $80,000 - $120,000.",
        "You calculate wages, e.g. $15 - $20 per hour.",
        "We pay up to $1,500 per month for your health plan.",
        "The team has a salary pool of $1,000,000 - $1,200,000.",
        "We work for raising the minimum wage to $20 an hour.",
        "The salary cap of the plan is $350,000.",
        "Grow a $300,000 base of customers.",
        "You need a $66,560 salary to be exempt.",
        "Salary packaging up to $15,900 per year",
        "What are your salary expectations? (e.g. $100,000 - $120,000)",
        "Competitive base salary + up to $50,000 in commission",
        "Generous compensation including $10,000 - $20,000 in equity",
        "",
    ],
)
def test_other_money_is_not_read(text: str) -> None:
    assert read_pay(text) is None


@pytest.mark.parametrize(
    "title",
    [
        "the Insurance Agent",
        "this Health Insurance Specialist role",
        "the Payments Lead",
        "the Director of Development",
        "the Portfolio Manager position",
        "a Housing Navigator",
        "the Customer Success Manager",
        "our Commissions Analyst",
        "the Payroll Specialist",
        "Equity Research Associate",
        "the Manager, Learning & Development",
        "the Travel Nurse (RN)",
        "our VP of Development & Fundraising",
        "the Fundraising and Grants role",
    ],
)
def test_the_title_of_the_role_says_nothing_of_the_money(title: str) -> None:
    pay = read_pay(f"The salary range for {title} is $81,000 - $92,000.")
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.period) == (81_000, 92_000, "year")


@pytest.mark.parametrize("words", ["Referral Bonuses", "Learning and Development", "each Award"])
def test_other_money_that_pay_is_for_is_not_read(words: str) -> None:
    assert read_pay(f"The pay for {words} is $8,100 - $9,200.") is None


@pytest.mark.parametrize("words", ["$139,700-216-500", "$125,000K-$156,250K"])
def test_contradictory_figures_keep_only_their_words(words: str) -> None:
    assert read_pay(f"The annual base pay of {words} is typical.") == Pay(
        None, None, None, None, words
    )


def test_the_words_of_pay_are_kept_as_written() -> None:
    pay = read_pay("About us\n\nThe salary range is between $133,000 - $240,000 + bonus.\n\nApply")
    assert pay is not None
    assert pay.text == "$133,000 - $240,000"


def test_the_dollars_of_two_countries_have_no_currency() -> None:
    pay = read_pay("The salary range in the US and Canada is $100,000 - $150,000.")
    assert pay is not None
    assert (pay.maximum, pay.currency) == (150_000, None)


@pytest.mark.parametrize("words", ["Salary in CAD", "All figures in CAD. Salary"])
def test_canadian_dollars_count_in_another_country(words: str) -> None:
    pay = read_pay(f"{words}: $90,000 - $120,000", place="Seattle, WA, United States")
    assert pay is not None
    assert pay.currency == "CAD"


def test_a_stated_month_is_no_year_where_the_currency_is_unclear() -> None:
    pay = read_pay("Sueldo bruto mensual: $300.000 - $400.000", place="Montevideo, Uruguay; Lima")
    assert pay is None or pay.period != "year"


def zone(
    low: int | None,
    high: int | None,
    currency: str = "USD",
    title: str = "Annual Salary:",
    blurb: str = "",
) -> Mapping[str, Any]:
    return {
        "min_cents": low,
        "max_cents": high,
        "currency_type": currency,
        "title": title,
        "blurb": blurb,
    }


@pytest.mark.parametrize(
    ("zones", "pay"),
    [
        ([], None),
        ([zone(None, None)], None),
        (
            [zone(13_300_000, 24_000_000)],
            Pay(133_000, 240_000, "USD", "year", "$133,000 - $240,000"),
        ),
        (
            [
                zone(13_300_000, 24_000_000),
                zone(12_000_000, 20_000_000),
                zone(9_000_000, 9_500_000, "GBP"),
            ],
            Pay(120_000, 240_000, "USD", "year", "$120,000 - $240,000"),
        ),
        ([zone(2_850, 3_200, title="Hourly rate")], Pay(28.5, 32, "USD", "hour", "$28.50 - $32")),
        ([zone(2_800, 3_200, title="Pay range")], Pay(28, 32, "USD", None, "$28 - $32")),
        (
            [zone(9_000_000, 12_000_000, "CAD", title="Range")],
            Pay(90_000, 120_000, "CAD", "year", "CAD 90,000 - 120,000"),
        ),
        (
            [zone(9_000_000, 12_000_000, "-", title="Range per year")],
            Pay(90_000, 120_000, None, "year", "90,000 - 120,000"),
        ),
        (
            [zone(9_000_000, 12_000_000, "Crowns (kr.)", title="Range per year")],
            Pay(90_000, 120_000, None, "year", "Crowns (kr.) 90,000 - 120,000"),
        ),
        ([zone(None, 5_000_000, "EUR")], Pay(None, 50_000, "EUR", "year", "up to €50,000")),
    ],
)
def test_stated_pay_covers_all_pay_zones(zones: list[Mapping[str, Any]], pay: Pay | None) -> None:
    assert stated_pay(zones) == pay


@pytest.mark.parametrize(
    ("place", "titles", "ends"),
    [
        ("New York, NY", ("NYC Salary Range", "National Salary Range"), (133_000, 240_000)),
        ("London, UK", ("US pay range", "UK pay range"), (90_000, 120_000)),
        ("Boston, MA", ("US pay range:", "Canada pay range:"), (133_000, 240_000)),
        ("Remote - Canada", ("US", "Canada"), (90_000, 120_000)),
        (
            "Austin, TX",
            ("Zone A (New York, Seattle)", "Zone B (Austin, Denver)"),
            (90_000, 120_000),
        ),
        ("Austin, TX", ("Tier 1", "Tier 2"), (90_000, 240_000)),
        ("", ("US", "Canada"), (90_000, 240_000)),
    ],
)
def test_the_zone_of_the_place_is_the_pay_and_the_text_has_all(
    place: str, titles: tuple[str, str], ends: tuple[int, int]
) -> None:
    first = zone(13_300_000, 24_000_000, title=titles[0])
    pay = stated_pay([first, zone(9_000_000, 12_000_000, title=titles[1])], place=place)
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency, pay.period) == (*ends, "USD", "year")
    one, other = (title.rstrip(":") for title in titles)
    assert pay.text == f"{one}: $133,000 - $240,000; {other}: $90,000 - $120,000"


def test_zones_of_another_country_keep_only_their_words() -> None:
    zones = [zone(13_300_000, 24_000_000, title="US Salary Range")]
    words = "US Salary Range: $133,000 - $240,000"
    assert stated_pay(zones, place="Berlin, Germany") == Pay(None, None, None, None, words)
    at_home = Pay(133_000, 240_000, "USD", "year", "$133,000 - $240,000")
    assert stated_pay(zones, place="Austin, TX") == at_home
    assert stated_pay(zones, place="Remote - EMEA") == at_home


def test_the_words_of_pay_have_no_lone_bracket() -> None:
    pay = read_pay("A paid internship ($20 per hour) in summer")
    assert pay is not None
    assert pay.text == "$20 per hour"


@pytest.mark.parametrize(
    "title",
    ["Target Incentive", "Variable Compensation", "Overtime Pay Range", "Equity Compensation"],
)
def test_zones_of_other_money_are_left_out(title: str) -> None:
    assert stated_pay([zone(1_000_000, 2_000_000, title=title)]) is None


def test_the_zone_of_the_place_counts_in_its_own_currency() -> None:
    zones = [zone(9_000_000, 12_000_000, "CAD", "Canada"), zone(8_000_000, 9_000_000, "GBP", "UK")]
    pay = stated_pay([*zones, zone(1_300_000, 2_400_000, title="US")], place="London, UK")
    assert pay is not None
    assert (pay.minimum, pay.maximum, pay.currency) == (80_000, 90_000, "GBP")


@settings(max_examples=150, deadline=None)
@given(PHRASES)
def test_any_text_is_read_and_ranges_are_in_order(text: str) -> None:
    pay = read_pay(text)
    if pay and pay.minimum is not None and pay.maximum is not None:
        assert 0 < pay.minimum <= pay.maximum
        assert 0 < len(pay.text) <= 200


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1",
            "1,111,",
            "$1-",
            "$1 - $2 ",
            "salary $100,000 - $120,000 ",
            "between ",
            "USD ",
            "$",
            "$1\n",
            "(",
            "salary ",
        ),
        *(
            "annual ",
            "salary per ",
            "1 brutto ",
            "1 to ",
            "kr 1 ",
            "$1 per ",
            "1万",
            "times your annual ",
            "drivers on our app ",
        ),
    ],
)
def test_a_hostile_text_is_read_quickly(piece: str) -> None:
    begun = time.process_time()
    read_pay("$ " + piece * (100_000 // len(piece)))
    assert time.process_time() - begun < 2
