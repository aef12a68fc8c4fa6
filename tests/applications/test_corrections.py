"""What was typed wrongly and comes back is put right, and nothing of the mistake stands in anybody's way."""

from forms_templates.papers import read_paper
from registry.models import Worker
from tests.cast import Cast, applicant_id, application_of, papers_of, state_of
from workflows.applications.models import State
from workflows.core.models import Case

WRONG, RIGHT = applicant_id(71), applicant_id(72)


def handed_in_again(cast: Cast, case: Case, **changes: str) -> Case:
    cast.act(case, "applications.submit", cast.clerk, {**application_of(case).answers, **changes})
    return Case.objects.get(pk=case.pk)


def test_an_id_number_typed_wrongly_is_corrected_after_the_return(cast: Cast) -> None:
    case = cast.apply(id_number=WRONG)
    cast.act(case, "applications.send_back", cast.head, {"reason": "身份证号与证件不符。"})
    case = handed_in_again(cast, case, id_number=RIGHT)
    application = application_of(case)
    assert state_of(case) == State.AWAITING_VILLAGE_REVIEW
    assert application.worker is not None
    assert application.worker.id_number == papers_of(case)[-1].values["id_number"] == RIGHT
    assert case.person_key == application.worker.person_key
    assert Worker.objects.exclude(person_key=case.person_key).count() == Worker.objects.count() - 1
    assert all(read_paper(paper) for paper in papers_of(case))
    cast.walk(case, State.APPROVED)


def test_an_id_number_typed_wrongly_is_corrected_after_the_clerk_took_the_paper_back(cast: Cast) -> None:
    case = cast.apply(id_number=WRONG)
    cast.do("desk.take_back", case, cast.clerk, {})
    case = handed_in_again(cast, case, id_number=RIGHT)
    assert application_of(case).worker == Worker.objects.get(id_index=application_of(case).id_index)


def test_the_person_whose_number_was_typed_by_mistake_may_apply(cast: Cast) -> None:
    case = cast.apply(id_number=WRONG, name="周桂兰")
    cast.act(case, "applications.send_back", cast.head, {"reason": "身份证号与证件不符。"})
    handed_in_again(cast, case, id_number=RIGHT)
    other = cast.apply(village="101001", id_number=WRONG, name="吕长河")
    worker = application_of(other).worker
    assert worker is not None
    assert (worker.name, worker.id_number) == ("吕长河", WRONG)
    assert worker.person_key != application_of(case).case.person_key


def test_a_corrected_name_phone_and_address_are_those_of_the_register(cast: Cast) -> None:
    case = cast.apply(name="周桂蓝")
    cast.act(case, "applications.send_back", cast.head, {"reason": "姓名写错了。"})
    handed_in_again(cast, case, name="周桂兰", phone="0335-2022222", address="青禾村三组")
    worker = Worker.objects.get()
    assert (worker.name, worker.phone, worker.address) == ("周桂兰", "0335-2022222", "青禾村三组")
    assert Case.objects.get(pk=case.pk).title == "周桂兰"
