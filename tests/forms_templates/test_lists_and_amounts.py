"""Lists print a row for each line, add up, and spell their total; amounts follow the Ministry of Finance."""

from decimal import Decimal
from typing import Any

import lxml.html
import pytest
from django.utils.html import format_html

from forms_templates.filed_pictures import pictures_in
from forms_templates.library import Form, form
from forms_templates.money import AmountError, in_figures, in_words, read_amount
from forms_templates.sheet import Slot, sheet_html, sheet_html_of_docx, stylesheet
from forms_templates.values import FormDataError
from tests.forms_templates.papers import picture, words


def roster() -> Form:
    return form("pay_roster", 1)


def attendance() -> Form:
    return form("attendance_sheet", 1)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "人民币零元整"),
        ("400", "人民币肆佰元整"),
        ("10", "人民币壹拾元整"),
        ("10.05", "人民币壹拾元零伍分"),
        ("0.5", "人民币伍角整"),
        ("1000.50", "人民币壹仟元伍角整"),
        ("12003.05", "人民币壹万贰仟零叁元零伍分"),
        ("100050000", "人民币壹亿零伍万元整"),
        ("218.18", "人民币贰佰壹拾捌元壹角捌分"),
    ],
)
def test_an_amount_in_words_ends_as_the_accounting_rules_say(amount: str, said: str) -> None:
    assert in_words(read_amount(amount)) == said


def test_an_amount_in_figures_has_two_decimals() -> None:
    assert in_figures(Decimal(12400)) == "12,400.00"


@pytest.mark.parametrize("value", ["", "四百", "-1", "0.001", "1e99", 400.0, True, None, "NaN"])
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises(AmountError):
        read_amount(value)


def test_a_total_is_worked_out_and_spelt() -> None:
    sample = roster().sample()
    assert "total" not in sample
    printed = words(roster().render(sample, {}))
    assert "9,418.18" in printed
    assert "共24人，大写：人民币玖仟肆佰壹拾捌元壹角捌分" in printed


@pytest.mark.parametrize(("name", "value"), [("total", "9418.19"), ("total_in_words", "人民币玖仟肆佰元整")])
def test_a_total_that_does_not_add_up_is_refused(name: str, value: str) -> None:
    with pytest.raises(FormDataError, match="算出来是"):
        roster().render(roster().sample() | {name: value}, {})


def test_every_line_has_its_row_and_an_empty_list_says_so() -> None:
    printed = words(form("named_roster", 2).render(form("named_roster", 2).sample() | {"departures": []}, {}))
    assert "本月没有离岗人员。" in printed
    assert "本月没有在岗人员。" not in printed


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"name": "甲"}, "发放人员第1行”缺少内容"),
        ("甲", "发放人员第1行”应写明每一栏"),
    ],
)
def test_a_line_that_is_not_whole_is_refused(line: Any, fault: str) -> None:
    with pytest.raises(FormDataError, match=fault):
        roster().render(roster().sample() | {"payments": [line]}, {})


def test_a_month_has_all_its_days() -> None:
    sample = attendance().sample()
    sample["workers"][0]["days"] = ["√"] * 30
    with pytest.raises(FormDataError, match="应是31项"):
        attendance().render(sample, {})


def test_each_worker_signs_in_their_own_row() -> None:
    ink = picture(22, 7, (20, 40, 160))
    docx = attendance().render(attendance().sample(), {"workers.1.signature": ink})
    assert pictures_in(docx) == {"workers.1.signature": ink}
    with pytest.raises(FormDataError, match="没有这些签字盖章处"):
        attendance().render(attendance().sample(), {"workers.8.signature": ink})


def test_the_sheet_has_a_slot_in_every_row_and_repeats_its_header_on_paper() -> None:
    sheet, sample = roster(), roster().sample() | {"total": "9418.18", "total_in_words": "人民币"}
    sample["payments"] = [
        {name: Slot(format_html('<i id="{}-{}"></i>', index, name)) for name in sheet.fields["payments"].columns}
        for index in range(3)
    ]
    page: Any = lxml.html.fromstring(sheet_html(sheet, sample, {}))
    assert [cell.get("data-l") for cell in page.xpath("//tbody/tr[2]/td")][:3] == ["序号", "行政村", "姓名"]
    assert page.xpath("//i[@id='2-amount']")
    assert len(page.xpath("//thead//th[@scope='col']")) == 10


def test_a_long_list_wears_only_the_measures_of_its_form() -> None:
    sheet = roster()
    sample = sheet.sample()
    sample["payments"] = sample["payments"] * 9
    html = str(sheet_html_of_docx(sheet.render(sample, {})))
    worn = {name for each in lxml.html.fromstring(html).iter() for name in each.get("class", "").split() if "-" in name}
    css = stylesheet(sheet)
    measures = ("cell-", "row-", "paragraph-", "part-", "column-", "table-", "lines-", "place-", "paper-")
    assert {name for name in worn if name.startswith(measures) and "--" not in name and f".{name}" not in css} == set()
