"""How pages write days and details."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone, translation

from apps.dashboard.middleware import WARSAW
from apps.dashboard.templatetags.ksefkit import breakable, brief, last_day


@pytest.mark.parametrize(
    ("deadline", "day"),
    [
        (datetime(2026, 12, 15, 23, tzinfo=UTC), "15 Dec 2026"),  # midnight in Warsaw: the day that ends then
        (datetime(2026, 12, 15, 22, 59, tzinfo=UTC), "15 Dec 2026"),
        (datetime(2026, 12, 15, 23, 1, tzinfo=UTC), "16 Dec 2026"),
    ],
)
def test_a_deadline_at_midnight_is_the_day_before_it(deadline: datetime, day: str) -> None:
    with translation.override("en"), timezone.override(WARSAW):
        assert f">{day}<" in last_day(deadline)


def test_no_deadline_is_a_dash() -> None:
    assert last_day(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ready", "ready"),
        (0, "0"),
        (None, "–"),
        ("", "–"),
        (["a", "b", "c"], "a, b, c"),
        (["a", "b", "c", "d", "e"], "a, b, c … (+2)"),
        ([["a", "held"], ["b", "ready"]], "a, held, b, ready"),
    ],
)
def test_a_detail_of_an_audit_entry_stays_in_one_line(value: object, text: str) -> None:
    assert brief(value) == text


def test_an_event_breaks_after_its_dot_and_is_escaped() -> None:
    assert breakable("filing.sent", ".") == "filing.<wbr>sent"
    assert "<script>" not in breakable("<script>/x")


def test_the_page_of_our_own_failure_needs_nothing_that_may_have_failed() -> None:
    text = render_to_string("500.html")

    assert text.count("<h1>") == 1
    assert 'lang="en"' in text
    assert finders.find(re.findall(r'href="/static/([^"]+\.css)"', text)[0])
