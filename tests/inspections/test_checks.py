"""An inspection by plan, by lot or looking back: the draw can be repeated, every item is settled, the record signed."""

from datetime import date
from typing import Any

import pytest
from time_machine import travel

from forms_templates.models import Document
from signatures.demo_strokes import demo_signature
from tests.cast import AFTERNOON, Cast, browser_of, events_of, nothing_happens, task_of, user_of
from tests.inspections.steps import found, tell
from tests.terminations.steps import codes, on_post
from workflows.core.actors import Actor
from workflows.core.models import Case
from workflows.core.refusals import NotFound, NotYours, Overtaken, Refused
from workflows.employment.models import Tenure
from workflows.inspections.checks.drawing import draw
from workflows.inspections.models import Inspection, InspectionState

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.article("《办法》第十二条、第十四条"),
    pytest.mark.article("《方案》四（三）"),
]


def at_work(cast: Cast, number: int) -> list[Tenure]:
    return [on_post(cast, date(2020, 3, 1), number=600 + each) for each in range(number)]


def begin(cast: Cast, by: Actor, **changes: Any) -> Case:
    data = {"kind": "random", "title": "2020年秋季随机督查", "seed": "双色球0912251830", "number": "2"}
    case: Case = cast.do("inspections.open", cast.township, by, data | changes).result
    return case


def record(cast: Cast, case: Case, by: Actor, number: int, **changes: Any) -> None:
    data = {
        "inspected_on": cast.now.date().isoformat(),
        "place": "青禾村",
        "conclusion": "总体规范，一处问题当场改正。",
    }
    for position in range(1, number + 1):
        data |= {f"found_{position}": "本人在岗。", f"verdict_{position}": "正常", f"corrected_{position}": ""}
    cast.do("inspections.record", task_of(case), by, data | {"strokes": demo_signature(by.name)} | changes)


def of(case: Case) -> Inspection:
    return Inspection.objects.get(case=case)


def test_a_draw_is_the_same_for_everybody_who_repeats_it() -> None:
    keys = list(range(1, 101))
    assert draw("双色球0912", keys, 5) == draw("双色球0912", reversed(keys), 5)
    assert draw("双色球0912", keys, 5) == [17, 49, 51, 90, 23]
    assert draw("双色球0913", keys, 5) != draw("双色球0912", keys, 5)


def test_whom_the_lot_meets_is_checked_and_recorded(cast: Cast) -> None:
    tenures = at_work(cast, 4)
    case = begin(cast, cast.supervisor)
    inspection = of(case)
    drawn = list(inspection.items.values_list("tenure", flat=True))
    assert sorted(inspection.population) == sorted(tenure.pk for tenure in tenures)
    assert drawn == draw("双色球0912251830", [tenure.pk for tenure in tenures], 2)
    assert events_of(case)[0].details["drawn"] == drawn
    assert events_of(case)[0].details["seed"] == "双色球0912251830"
    with pytest.raises(NotYours):
        record(cast, case, cast.reviewer, 2)
    for changes, code in (
        ({"found_2": ""}, "unfinished"),
        ({"verdict_1": "好"}, "unfinished"),
        ({"conclusion": ""}, "no_conclusion"),
        ({"inspected_on": "2020-09-16"}, "wrong_day"),
        ({"strokes": ""}, "shape"),
    ):
        with nothing_happens(), pytest.raises(Refused) as caught:
            record(cast, case, cast.supervisor, 2, **changes)
        assert code in codes(caught)
    record(cast, case, cast.supervisor, 2, verdict_2="问题", found_2="由家人顶岗。")
    assert of(case).state == InspectionState.RECORDED
    paper = Document.objects.get(case_key=case.key, form_code="inspection_record").values
    assert [row["verdict"] for row in paper["items"]] == ["正常", "问题"]
    assert "种子“双色球0912251830”" in paper["scope"]
    assert events_of(case)[-1].details["verdicts"] == {"正常": 1, "问题": 1, "疑点": 0}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seed": "12"}, "no_seed"),
        ({"number": "0"}, "wrong_number"),
        ({"number": "3"}, "wrong_number"),
        ({"title": ""}, "no_title"),
        ({"kind": ""}, "shape"),
        ({"kind": "look_back"}, "nobody"),
    ],
)
def test_an_inspection_says_whom_and_how(cast: Cast, changes: dict[str, Any], code: str) -> None:
    at_work(cast, 2)
    with nothing_happens(), pytest.raises(Refused) as caught:
        begin(cast, cast.reviewer, **changes)
    assert code in codes(caught)


def test_looking_back_lists_what_was_found_and_how_it_was_put_right(cast: Cast) -> None:
    (tenure,) = at_work(cast, 1)
    notice = found(cast, tenure)
    tell(cast, notice)
    case = begin(cast, cast.reviewer, kind="look_back", from_on="2020-09-01", to_on="2020-09-30")
    (item,) = of(case).items.all()
    assert item.finding is not None
    assert item.finding.case_id == notice.pk
    problem = {"verdict_1": "问题", "found_1": "二组街道仍未清扫。"}
    with nothing_happens(), pytest.raises(Refused) as caught:
        record(cast, case, cast.reviewer, 1, **problem)
    assert codes(caught) == ["uncorrected"]
    record(cast, case, cast.reviewer, 1, **problem, corrected_1="当场补扫")
    paper = Document.objects.get(case_key=case.key).values
    assert paper["items"][0]["corrected"] == "当场补扫"
    with pytest.raises(Refused):
        begin(cast, cast.reviewer, kind="look_back", from_on="2020-10-01", to_on="")


def test_the_pages_show_the_draw_and_only_who_may_inspects(cast: Cast) -> None:
    at_work(cast, 3)
    with pytest.raises(NotFound):
        begin(cast, cast.other_reviewer)
    with pytest.raises(NotFound):
        begin(cast, cast.clerk)
    case = begin(cast, cast.reviewer)
    client = browser_of(cast.reviewer)
    with travel(AFTERNOON, tick=False):
        assert client.get("/inspections/new/").status_code == 200
        assert client.post("/inspections/new/", {"township": str(cast.township.pk)}).status_code == 422
        page = client.get(f"/tasks/{task_of(case).pk}/").content.decode()
        assert "重抽一次：与记录一致" in page
        assert "verdict_2" in page
        assert client.get(f"/cases/{case.pk}/").status_code == 200
        assert "2020年秋季随机督查" in client.get("/inspections/").content.decode()
    cast.do("inspections.void", case, cast.reviewer, {"reason": "改期。"})
    assert of(case).state == InspectionState.VOIDED


def test_what_was_found_wrong_is_pointed_out_with_one_click(cast: Cast) -> None:
    at_work(cast, 2)
    case = begin(cast, cast.reviewer, kind="planned", seed="", number="")
    record(cast, case, cast.reviewer, 2, verdict_2="问题", found_2="由家人顶岗。")
    right, wrong = of(case).items.select_related("tenure__worker")
    client = browser_of(cast.reviewer)
    with travel(cast.now, tick=False):
        page = client.get(f"/cases/{case.pk}/").content.decode()
        assert f"?item={wrong.pk}" in page
        assert f"?item={right.pk}" not in page
        assert client.get("/findings/new/", {"item": str(right.pk)}).status_code == 404
        form = client.get("/findings/new/", {"item": str(wrong.pk)}).content.decode()
    assert "第2项：由家人顶岗。" in form
    assert wrong.tenure is not None
    assert wrong.tenure.worker.name in form
    notice = found(cast, wrong.tenure, by=cast.reviewer, item=str(wrong.pk))
    wrong.refresh_from_db()
    assert wrong.raised is not None
    assert wrong.raised.case_id == notice.pk
    assert events_of(notice)[0].details["inspection"] == case.key
    with nothing_happens(), pytest.raises(Overtaken):
        found(cast, wrong.tenure, by=cast.reviewer, item=str(wrong.pk))
    with pytest.raises(NotFound):
        found(cast, wrong.tenure, by=cast.reviewer, item=str(right.pk))
    with travel(cast.now, tick=False):
        client.force_login(user_of(cast.reviewer), backend="django.contrib.auth.backends.ModelBackend")
        assert f"已指出，编号{notice.number}" in client.get(f"/cases/{case.pk}/").content.decode()
