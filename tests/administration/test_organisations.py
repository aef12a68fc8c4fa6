"""Organisations and seals are founded, renamed, closed, registered and retired; nothing is deleted."""

from datetime import date, timedelta

import pytest

from registry.models import FormerName, Organisation
from signatures.models import Seal
from tests.administration.test_appointments import TODAY, TOMORROW, YESTERDAY, last_event, refusals_of
from tests.cast import SINCE, Cast, papers_of, user_of
from workflows.applications.models import State
from workflows.core.actors import Actor


def test_a_new_village_gets_its_full_name_from_its_township(cast: Cast) -> None:
    data = {"kind": "village", "code": "104003", "name": "柳溪村", "parent": cast.township, "opened_on": TODAY}
    made: Organisation = cast.do("registry.establish_organisation", cast.county, cast.administrator, data).result
    assert made.full_name == "昌黎县泥井镇柳溪村"
    assert made.seal_name == "昌黎县泥井镇柳溪村村民委员会"
    assert last_event().details["organisation"] == "昌黎县泥井镇柳溪村"


def test_a_code_is_given_once(cast: Cast) -> None:
    data = {"kind": "township", "code": "104", "name": "新镇", "parent": None, "opened_on": TODAY}
    assert refusals_of(cast, "registry.establish_organisation", cast.county, data) == ["code_taken"]


def renamed(**changes: object) -> dict[str, object]:
    return {
        "name": "青禾新村",
        "full_name": "昌黎县泥井镇青禾新村",
        "seal_name": "昌黎县泥井镇青禾新村村民委员会",
        "renamed_on": TODAY,
        "reason": "昌政字2020年第8号",
    } | changes


def test_a_renamed_village_keeps_its_old_name_and_its_old_papers(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    before = [paper.file_digest for paper in papers_of(case)]
    cast.do("registry.rename_organisation", cast.village, cast.administrator, renamed())
    assert Organisation.objects.get(pk=cast.village.pk).name == "青禾新村"
    former = FormerName.objects.get()
    assert (former.name, former.renamed_on) == ("青禾村", TODAY)
    assert [paper.file_digest for paper in papers_of(case)] == before
    assert last_event().details["renamed_to"] == "昌黎县泥井镇青禾新村"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"renamed_on": TOMORROW}, "not_yet"),
        ({"renamed_on": SINCE - timedelta(days=1)}, "before_it_opened"),
        (
            {
                "name": "青禾村",
                "full_name": "昌黎县泥井镇青禾村",
                "seal_name": "昌黎县泥井镇青禾村村民委员会",
            },
            "same_names",
        ),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    assert refusals_of(cast, "registry.rename_organisation", cast.village, renamed(**changes)) == [code]


def close(cast: Cast, place: str, last_day: date | None) -> None:
    data = {"closed_on": last_day, "reason": "并村。"}
    cast.do("registry.close_organisation", cast.places[place], cast.administrator, data)


def test_a_closed_village_opens_nothing_the_day_after(cast: Cast) -> None:
    close(cast, "101002", TODAY)
    assert Organisation.objects.existing(TODAY).filter(code="101002").exists()
    assert not Organisation.objects.existing(TOMORROW).filter(code="101002").exists()
    close(cast, "101001", TODAY)
    clerk = user_of(cast.other_clerk)
    assert [len(Actor.of(clerk, day).offices) for day in (TODAY, TOMORROW)] == [1, 0]


def test_a_closing_may_be_taken_back_until_it_has_passed(cast: Cast) -> None:
    close(cast, "101002", TOMORROW)
    close(cast, "101002", None)
    assert Organisation.objects.get(code="101002").closed_on is None
    close(cast, "101002", YESTERDAY)
    data = {"closed_on": None, "reason": "恢复。"}
    assert refusals_of(cast, "registry.close_organisation", cast.places["101002"], data) == ["closed_already"]


def test_a_township_closes_after_its_villages_and_a_village_after_its_papers(cast: Cast) -> None:
    cast.walk_to(State.AWAITING_VILLAGE_REVIEW)
    today = {"closed_on": TODAY, "reason": "并村。"}
    assert refusals_of(cast, "registry.close_organisation", cast.places["101"], today) == ["villages_open"]
    assert refusals_of(cast, "registry.close_organisation", cast.village, today) == ["papers_open"]
    too_early = {"closed_on": SINCE - timedelta(days=1), "reason": "并村。"}
    codes = refusals_of(cast, "registry.close_organisation", cast.places["101002"], too_early)
    assert codes == ["before_it_opened"]
    close(cast, "104001", TOMORROW)


def test_only_a_village_lets_its_clerk_keep_the_seal(cast: Cast) -> None:
    data = {"allowed": True, "reason": "人手不够。"}
    assert refusals_of(cast, "registry.let_clerk_hold_seal", cast.township, data) == ["not_a_village"]


# --- seals --------------------------------------------------------------------------------------------


def seal_of(cast: Cast) -> Seal:
    return Seal.objects.get(organisation=cast.village)


def test_one_seal_at_a_time(cast: Cast) -> None:
    new = {
        "organisation": cast.village,
        "name": "新公章（演示）",
        "picture": bytes(seal_of(cast).picture),
        "demo": True,
        "valid_from": TOMORROW,
        "valid_to": None,
    }
    assert refusals_of(cast, "registry.register_seal", cast.county, new) == ["seal_in_use"]
    retired = {"valid_to": TODAY, "reason": "磨损。"}
    cast.do("registry.retire_seal", seal_of(cast), cast.administrator, retired)
    made = cast.do("registry.register_seal", cast.county, cast.administrator, new).result
    assert [seal.pk for seal in Seal.objects.filter(organisation=cast.village).in_use(TOMORROW)] == [made.pk]


def test_a_seal_without_the_word_is_none_in_a_demo(cast: Cast) -> None:
    new = {
        "organisation": cast.places["bureau"],
        "name": "公章",
        "picture": b"x",
        "demo": False,
        "valid_from": TODAY,
        "valid_to": None,
    }
    assert refusals_of(cast, "registry.register_seal", cast.county, new) == ["demo_seal"]


def test_a_seal_is_not_retired_before_its_last_use(cast: Cast) -> None:
    cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    early = {"valid_to": YESTERDAY, "reason": "磨损。"}
    assert refusals_of(cast, "registry.retire_seal", seal_of(cast), early) == ["used_after"]
    before = {"valid_to": SINCE - timedelta(days=1), "reason": "磨损。"}
    assert refusals_of(cast, "registry.retire_seal", seal_of(cast), before) == ["before_it_began"]
    cast.do("registry.retire_seal", seal_of(cast), cast.administrator, {"valid_to": TODAY, "reason": "磨损。"})
    cast.tick(days=1)
    again = {"valid_to": TOMORROW, "reason": "磨损。"}
    assert refusals_of(cast, "registry.retire_seal", seal_of(cast), again) == ["retired"]
