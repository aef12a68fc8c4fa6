"""Dates, marks and orders as every page of the desk writes them."""

from datetime import UTC, date, datetime

from django.template import Context, Template

from project.templatetags import desk


def written(template: str, **context: object) -> str:
    return Template("{% load desk %}" + template).render(Context(context))


def test_dates_have_no_leading_zeros_and_moments_are_the_countys() -> None:
    # 16:05 in Shanghai; the template turns aware moments into local time.
    moment = datetime(2020, 9, 5, 8, 5, tzinfo=UTC)
    assert written("{{ at|chinese_date }}", at=date(2020, 9, 17)) == "2020年9月17日"
    assert written("{{ at|moment }}", at=moment) == "9月5日 16:05"
    assert written("{{ at|chinese_date }} {{ at|clock }}", at=moment) == "2020年9月5日 16:05"


def test_the_day_is_the_countys_even_when_london_is_still_yesterday() -> None:
    assert written("{{ at|day }}", at=datetime(2020, 9, 5, 20, 0, tzinfo=UTC)) == "9月6日"


def test_words_in_place_of_a_date_are_left_alone() -> None:
    assert desk.day("办理中") == "办理中"
    assert desk.moment(None) == ""


def test_what_needs_attention_stands_first_and_the_rest_keeps_its_order() -> None:
    shown = desk.checks([{"kind": kind, "title": kind} for kind in ("ok", "warn", "ok", "stop")])["checks"]
    assert [check["kind"] for check in shown] == ["stop", "warn", "ok", "ok"]


def test_a_verdict_is_a_shape_and_a_word_never_colour_alone() -> None:
    shown = written("{% checks items %}", items=[{"kind": "stop", "title": "年龄", "basis": "《办法》第十条"}])
    assert "<svg" in shown
    assert "不符合" in shown
    assert "《办法》第十条" in shown


def test_the_small_button_counts_only_what_needs_attention() -> None:
    assert desk.attention([{"kind": "ok"}, {"kind": "warn"}, {"kind": "stop"}]) == "1项不符合，1项提醒"
    assert desk.attention([{"kind": "ok"}]) == "都符合"


def test_the_primary_button_stands_at_the_right_and_the_irreversible_one_at_the_left() -> None:
    buttons = [{"weight": weight} for weight in ("primary", "plain", "final")]
    assert [button["weight"] for button in desk.in_bar_order(buttons)] == ["final", "plain", "primary"]


def test_a_choice_is_recognised_whether_it_comes_as_number_or_as_text() -> None:
    assert desk.same(3, "3")
    assert desk.same("", None)
    assert not desk.same("no", "yes")
