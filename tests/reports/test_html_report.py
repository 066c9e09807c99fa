import re
from base64 import b64decode
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest

from jakstat.reports import render_convergence_page, render_report

SECTIONS = (
    "question",
    "fit",
    "prior-predictive",
    "convergence",
    "tolerance",
    "loo",
    "coverage",
    "interventions",
    "parameters",
    "provenance",
)
WARNING = "r_hat is 1.12 (limit 1.01) & <unsafe>"


class _Loads(HTMLParser):
    """Collects what a page refers to, and its captions."""

    def __init__(self):
        super().__init__()
        self.references, self.tags, self.captions, self._inside = [], [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [
            value for name, value in attrs if name in ("src", "href", "srcset", "data", "action", "poster")
        ]
        if tag == "figcaption" or ("class", "caption") in attrs:
            self.captions.append("")
            self._inside = True

    def handle_endtag(self, tag):
        if tag in ("figcaption", "p"):
            self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.captions[-1] += data


def _parse(page: str) -> _Loads:
    parser = _Loads()
    parser.feed(page)
    return parser


def _text(page: str) -> str:
    """Return what a person reads, without the styles and with plain spaces."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture(scope="module")
def page(contents) -> str:
    return render_report(contents)


@pytest.fixture(scope="module")
def warned_page(contents) -> str:
    return render_report(replace(contents, warning=WARNING))


def test_report_has_every_section_once_and_in_the_contents(page):
    assert tuple(re.findall(r'<section id="([^"]+)"', page)) == SECTIONS
    assert tuple(re.findall(r'<li><a href="#([^"]+)"', page)) == SECTIONS


def test_report_loads_nothing_from_elsewhere(page):
    found = _parse(page)
    outside = [
        reference for reference in found.references if not reference.startswith(("#", "data:image/svg+xml;base64,"))
    ]
    assert outside == []
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & set(found.tags)
    assert not re.search(r"@import|url\(", page)


def test_pictures_load_nothing_from_elsewhere(page):
    pictures = [
        b64decode(reference.partition(",")[2]).decode()
        for reference in _parse(page).references
        if reference.startswith("data:")
    ]
    assert len(pictures) == 8
    for picture in pictures:
        references = re.findall(r'href="([^"]*)"', picture) + re.findall(r"url\(([^)]*)\)", picture)
        assert [reference for reference in references if not reference.startswith("#")] == []
        assert "<script" not in picture


def test_text_from_outside_is_escaped(page):
    assert "<script" not in page
    assert "<nobody>" not in page
    assert "<bounds>" not in page
    assert "Cells & <script>alert('title')</script>" in _text(page)


@pytest.mark.parametrize(
    "shown",
    [
        "16 measurements of 2 observables in 2 experiments; 3 parameters estimated.",
        "(IC50, median; 90 % interval",
        "it exists in 95.0 % of the draws",
        "falls to half at no dose up to 10,000 nM, in any draw; there is no IC50",
        "elpd = −84.3, standard error 7.3",
        "p_loo = 5.5",
        "Above 0.70 (dashed): 1 of 16",
        "1.004",
        "83.7 %",
        "log-normal, median 0.4, sd of ln 1",
        "k_on := k_on / (1 + dose / K)",
        "Part of these priors is assumed",
        "sampling.target_accept 0.93",
        "98,765",
        "0a1b2c",
        "feedbeef",
        "pymc 6.4.0",
        "volume pl 2.25",
        "from 0 min: dose = 20",
    ],
)
def test_report_shows_the_numbers_it_was_given(page, shown):
    assert shown in _text(page)


def test_no_undefined_number_is_printed_raw(page):
    assert re.findall(r"\b(?:nan|NaN|None|NaT|inf)\b", _text(page)) == []


def test_undefined_r_hat_comes_first_among_the_worst(page):
    worst = _text(page).partition("with the largest R-hat.")[2]
    assert re.search(r"shift undefined undefined undefined k_on 1\.004", worst)


def test_warning_is_on_top_and_in_every_caption(warned_page):
    captions = _parse(warned_page).captions
    assert len(captions) >= 20
    assert '<div class="banner" role="alert">' in warned_page
    assert [caption for caption in captions if f"Warning: {WARNING}" not in " ".join(caption.split())] == []
    assert _text(warned_page).index(f"Warning. {WARNING}") < _text(warned_page).index("Contents")


def test_report_of_a_fit_that_passed_has_no_warning(page):
    assert "Warning" not in _text(page)
    assert "All 8 checks of convergence hold." in _text(page)


def test_equal_contents_give_an_equal_page(contents, page):
    assert render_report(contents) == page


def test_report_works_without_prediction(without_prediction):
    page = render_report(without_prediction)
    sections = re.findall(r'<section id="([^"]+)"', page)
    assert sections == ["prediction" if name == "interventions" else name for name in SECTIONS]
    assert _text(page).count("This run asked for no dose response") == 2
    assert "IC50" not in _text(page)


def test_report_works_for_an_unimodal_posterior(without_prediction):
    page = render_report(replace(without_prediction, modes=pd.DataFrame()))
    assert "has one mode" in _text(page)


@pytest.mark.parametrize(
    ("check", "shown"),
    [
        ("r_hat", "R-hat, largest (r_hat): 1.004, must be ≤ 1.010."),
        ("ess_bulk", "bulk ESS, smallest (ess_bulk): 812, must be ≥ 400."),
        ("divergences", "sampling.target_accept"),
        ("bfmi", "E-BFMI, smallest (bfmi): 0.87, must be ≥ 0.30."),
        ("failed_solve_share", "newton_failed"),
        ("tolerance_khat", "k-hat of the solve's tolerance (tolerance_khat): 0.21, must be ≤ 0.70."),
        ("tolerance_difference", "divide solver.rtol and solver.atol by 10"),
    ],
)
def test_convergence_page_names_the_failing_check_and_what_to_try(failing, contents, check, shown):
    text = _text(render_convergence_page(failing(check), contents.modes, "made <up>", ["Ask <somebody>."]))
    assert "1 of 8 checks of convergence fail" in text
    assert shown in text
    assert text.count("✗ fails") == 1
    assert "Ask <somebody>." in text
    assert "What to try" in text


def test_pages_say_how_exact_the_solve_was(page, contents, convergence, tolerance):
    told = (
        "The equations were solved exactly enough for this fit.",
        "400 draws were solved again with tolerances 1 × 10⁻¹⁰ (relative) and 1 × 10⁻¹² (absolute); the fit had",
        "the fit had 1 × 10⁻⁴ and 1 × 10⁻⁶.",
        "2 of them could not be solved and are left out.",
        "changes by 2.6 × 10⁻⁴ at most and by −3.1 × 10⁻⁵ on average",
        "no posterior mean moves by more than 4.7 × 10⁻⁵ of its standard deviation",
        "worth > 99.9 % of their number",
        "k-hat of the weights is 0.21",
    )
    convergence_page = render_convergence_page(convergence, contents.modes, "made_up", tolerance=tolerance)
    for text in (_text(page), _text(convergence_page)):
        assert [sentence for sentence in told if sentence not in text] == []


def test_loose_solve_is_said_to_be_loose(contents, failing):
    text = _text(render_report(replace(contents, convergence=failing("tolerance_difference"))))
    assert "not solved exactly enough for this fit: change of log likelihood by a tight solve, largest" in text


def test_equal_weights_are_said_to_need_no_correction(contents, tolerance):
    text = _text(render_report(replace(contents, tolerance=tolerance | {"k_hat": 0.0})))
    assert "no correction is needed, and k-hat is set to 0" in text


def test_undefined_tolerance_check_is_said_to_be_so(contents, tolerance):
    undefined = dict.fromkeys(("k_hat", "largest_difference", "mean_difference", "largest_shift", "ess_share"))
    text = _text(render_report(replace(contents, tolerance=tolerance | undefined)))
    assert "k-hat of the weights is undefined" in text
    assert "The solver's tolerance was not checked." in _text(render_report(replace(contents, tolerance=None)))


def test_report_says_what_a_second_solver_found(contents, page):
    assert "Cross-check by a second solver: not made." in _text(page)
    found = {"made": True, "sentence": "20 draws differ by at most 1.0e-06 <noise scales>"}
    text = _text(render_report(replace(contents, cross_check=found)))
    assert "Cross-check by a second solver: 20 draws differ by at most 1.0e-06 <noise scales>." in text


def test_convergence_page_of_a_good_fit_gives_no_advice(convergence):
    text = _text(render_convergence_page(convergence, pd.DataFrame(), "made_up"))
    assert "All 8 checks of convergence hold." in text
    assert "What to try" not in text
    assert "✗" not in text


def test_convergence_page_shows_an_undefined_check(failing):
    failed = failing("r_hat")
    failed["checks"][0] = failed["checks"][0] | {"value": None}
    assert "R-hat, largest (r_hat): undefined, must be" in _text(
        render_convergence_page(failed, pd.DataFrame(), "made_up")
    )


def test_report_says_whether_the_tight_solve_is_exact_itself(contents, tolerance):
    for difference, words in (
        (1e-6, "exact enough to judge by"),
        (0.05, "The tight solve is not exact itself"),
        (None, "no draw could be solved tighter"),
    ):
        text = _text(render_report(replace(contents, tolerance=tolerance | {"reference_difference": difference})))
        assert words in text
    assert "exact itself was not looked at" in _text(render_report(replace(contents, tolerance=tolerance)))
