"""A seal is applied by its keeper alone, on a decided paper, and every use has its line in the register."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.append_only import AppendOnlyError
from registry.roles import Role
from signatures.models import Seal, SealUse
from signatures.sealing import SealRefused, revoke_seal_use, seal_register, standing_use
from tests.signatures.cast import AT, CHINA, Office
from tests.signatures.conftest import Appoint


def test_the_keeper_seals_and_the_use_is_registered_in_full(office: Office) -> None:
    use = SealUse.objects.get(pk=office.apply_seal().pk)
    assert (use.year, use.number, use.copies) == (2020, 1, 1)
    assert (use.requested_by, use.approved_by, use.keeper.name) == ("何素琴", "林书平", "沈静")
    assert (use.document_form, use.place, use.at) == ("post_application", "township_seal", AT)
    assert len(use.picture_digest) == 64
    assert not use.by_clerk
    assert str(use) == "昌黎县泥井镇人民政府公章（演示）2020年第1号"


def test_numbers_run_per_seal_and_year_without_gaps(office: Office) -> None:
    numbers = [office.apply_seal(subject_key=str(key)).number for key in range(3)]
    assert numbers == [1, 2, 3]
    with pytest.raises(SealRefused):
        office.apply_seal(subject_key="9", decided=False)
    assert office.apply_seal(subject_key="4").number == 4, "a refusal takes no number"
    last_minute = datetime(2020, 12, 31, 23, 59, tzinfo=CHINA)
    assert office.apply_seal(subject_key="5", at=last_minute).number == 5
    new_year = office.apply_seal(subject_key="6", at=last_minute + timedelta(minutes=1))
    assert (new_year.year, new_year.number) == (2021, 1)
    other = Seal.objects.create(
        organisation=office.place.township, name="业务章", picture=b"png", valid_from=date(2020, 1, 1)
    )
    assert office.apply_seal(subject_key="7", seal=other).number == 1


def test_the_database_itself_refuses_a_number_twice(office: Office) -> None:
    use = office.apply_seal()
    use.pk, use._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        use.save()


@pytest.mark.parametrize("digest", ["", "a" * 63, "还没有"])
def test_a_blank_or_undecided_paper_is_never_stamped(office: Office, digest: str) -> None:
    with pytest.raises(SealRefused, match=r"^这份表还没有签署意见，不能盖章。"):
        office.apply_seal(content_digest=digest)
    with pytest.raises(SealRefused, match=r"^这份表还没有签署意见，不能盖章。"):
        office.apply_seal(decided=False)
    assert not SealUse.objects.exists()


def test_a_seal_is_valid_from_its_first_to_its_last_day(office: Office) -> None:
    office.seal.valid_from, office.seal.valid_to = date(2020, 9, 17), date(2020, 9, 18)
    office.seal.save()
    with pytest.raises(SealRefused, match="2020年9月17日才启用"):
        office.apply_seal(at=datetime(2020, 9, 16, 23, 59, tzinfo=CHINA))
    assert office.apply_seal(subject_key="1", at=datetime(2020, 9, 17, 0, 0, tzinfo=CHINA))
    assert office.apply_seal(subject_key="2", at=datetime(2020, 9, 18, 23, 59, tzinfo=CHINA))
    with pytest.raises(SealRefused, match="已经停用"):
        office.apply_seal(at=datetime(2020, 9, 19, 0, 0, tzinfo=CHINA))


def test_the_list_of_seals_in_use_has_the_same_boundaries(office: Office) -> None:
    office.seal.valid_to = date(2020, 9, 18)
    office.seal.save()
    newer = Seal.objects.create(
        organisation=office.place.township, name="新章", picture=b"png", valid_from=date(2020, 9, 18)
    )
    assert list(Seal.objects.in_use(date(2019, 6, 19))) == []
    assert list(Seal.objects.in_use(date(2019, 6, 20))) == [office.seal]
    assert list(Seal.objects.in_use(date(2020, 9, 18))) == [newer, office.seal]
    assert list(Seal.objects.in_use(date(2020, 9, 19))) == [newer]


def test_a_seal_stopped_while_the_page_was_open_is_refused(office: Office) -> None:
    Seal.objects.update(valid_to=date(2020, 9, 16))
    with pytest.raises(SealRefused, match="已经停用"):
        office.apply_seal()


def test_only_the_keeper_seals(office: Office) -> None:
    with pytest.raises(SealRefused, match="只有印章管理员能盖章"):
        office.apply_seal(keeper=office.reviewer.user, appointment=office.reviewer)
    with pytest.raises(SealRefused, match="您今天不是泥井镇的印章管理员"):
        office.apply_seal(keeper=office.reviewer.user)


def test_the_keeper_of_another_township_may_not_touch_it(office: Office, appoint: Appoint) -> None:
    outsider = appoint("孙保田", Role.TOWNSHIP_SEAL_KEEPER, office.place.other_township)
    with pytest.raises(SealRefused, match="只能由该单位的印章管理员盖"):
        office.apply_seal(keeper=outsider.user, appointment=outsider)


def test_the_keepers_last_day_counts_and_the_day_after_does_not(office: Office, appoint: Appoint) -> None:
    leaving = appoint("唐立", Role.TOWNSHIP_SEAL_KEEPER, office.place.township, date(2020, 1, 1), AT.date())
    assert office.apply_seal(keeper=leaving.user, appointment=leaving)
    with pytest.raises(SealRefused, match="您今天不是泥井镇的印章管理员"):
        office.apply_seal(keeper=leaving.user, appointment=leaving, subject_key="2", at=AT + timedelta(days=1))


def test_a_villages_clerk_holds_the_seal_only_where_the_switch_says_so(office: Office, appoint: Appoint) -> None:
    village = office.place.village
    seal = Seal.objects.create(organisation=village, name="村委会公章", picture=b"png", valid_from=date(2019, 6, 20))
    clerk = appoint("何素琴", Role.VILLAGE_CLERK, village)
    with pytest.raises(SealRefused, match="请转交青禾村的印章管理员办理"):
        office.apply_seal(seal=seal, keeper=clerk.user, appointment=clerk)
    village.clerk_may_hold_seal = True
    village.save()
    assert office.apply_seal(seal=seal, keeper=clerk.user, appointment=clerk).by_clerk
    keeper = appoint("宋敏", Role.VILLAGE_SEAL_KEEPER, village)
    assert not office.apply_seal(seal=seal, keeper=keeper.user, appointment=keeper, subject_key="2").by_clerk


def test_a_townships_clerk_never_holds_the_seal(office: Office, appoint: Appoint) -> None:
    clerk = appoint("罗晓敏", Role.TOWNSHIP_CLERK, office.place.township)
    with pytest.raises(SealRefused, match="只有印章管理员能盖章"):
        office.apply_seal(keeper=clerk.user, appointment=clerk)


def test_a_place_is_stamped_once_until_the_stamp_is_revoked(office: Office) -> None:
    use = office.apply_seal()
    with pytest.raises(SealRefused, match=r"^这里已经盖过章（2020年第1号），不用再盖。$"):
        office.apply_seal()
    assert office.apply_seal(place="village_seal").number == 2
    first = revoke_seal_use(use, at=AT, why="退回补正", by=office.reviewer.user)
    assert revoke_seal_use(use, at=AT, why="又退", by=None) == first
    assert standing_use(use.subject_kind, use.subject_key, use.place) is None
    again = office.apply_seal()
    assert again.number == 3
    assert standing_use(use.subject_kind, use.subject_key, use.place) == again


@pytest.mark.parametrize(
    "gap", [{"requested_by": ""}, {"approved_by": "  "}, {"document_form": ""}, {"place": ""}, {"copies": 0}]
)
def test_the_register_has_no_empty_columns(office: Office, gap: dict[str, object]) -> None:
    with pytest.raises(SealRefused, match=r"^用印登记要写全"):
        office.apply_seal(**gap)


def test_a_seal_without_a_picture_cannot_be_applied(office: Office) -> None:
    Seal.objects.update(picture=b"")
    with pytest.raises(SealRefused, match="请先登记印模"):
        office.apply_seal()


def test_a_line_of_the_register_is_never_changed_or_deleted(office: Office) -> None:
    use = office.apply_seal()
    for act in (use.save, use.delete):
        with pytest.raises(AppendOnlyError):
            act()
    for statement in ("UPDATE signatures_sealuse SET copies = 9", "DELETE FROM signatures_sealuse"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_register_of_a_year_is_one_query_in_its_order(office: Office, django_assert_num_queries: object) -> None:
    first, second = office.apply_seal(), office.apply_seal(subject_key="2")
    office.apply_seal(subject_key="3", at=AT.replace(year=2021))
    revoke_seal_use(first, at=AT, why="退回补正", by=None)
    with django_assert_num_queries(1):  # type: ignore[operator]
        lines = [(use.number, use.keeper.name, hasattr(use, "revocation")) for use in seal_register(office.seal, 2020)]
    assert lines == [(first.number, "沈静", True), (second.number, "沈静", False)]
