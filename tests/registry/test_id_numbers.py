"""ID numbers, ages, telephones and masks at their boundaries."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.id_numbers import (
    IdNumber,
    IdNumberError,
    PhoneError,
    age_on,
    check_digit,
    last_day_within,
    mask_account,
    mask_id,
    mask_phone,
    normalise_phone,
)
from tests.registry.people import id_number

TODAY = date(2020, 9, 17)
births = st.dates(date(1900, 1, 1), date(2019, 12, 31))


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


# --- reading ---


@pytest.mark.parametrize(
    ("typed", "value", "sex", "birth_on"),
    [
        ("130399196002290019", "130399196002290019", "男", date(1960, 2, 29)),
        ("13039919540620002X", "13039919540620002X", "女", date(1954, 6, 20)),
        ("13039919540620002x", "13039919540620002X", "女", date(1954, 6, 20)),
        (wide("13039919540620002x"), "13039919540620002X", "女", date(1954, 6, 20)),
        (" 130399 19600229 0019\n", "130399196002290019", "男", date(1960, 2, 29)),
        ("\u200b130399\u3000196002290019\ufeff", "130399196002290019", "男", date(1960, 2, 29)),
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str, value: str, sex: str, birth_on: date) -> None:
    number = IdNumber.parse(typed, TODAY)
    assert (number.value, number.sex, number.birth_on, number.area) == (value, sex, birth_on, "130399")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填18位身份证号。"),
        ("　", "请填18位身份证号。"),
        ("130399600229001", "15位的旧身份证号，请填18位身份证号"),
        ("13039919600229001", "身份证号少1位，请填18位身份证号"),
        ("1303991960022900199", "身份证号多1位，请填18位身份证号"),
        ("130399196002290018", "身份证号校验不对，请对照证件再核一遍"),
        ("130399196002290091", "身份证号校验不对，请对照证件再核一遍"),
        ("1303991960022900X9", "身份证号只能是数字，最后一位可以是X"),
        ("13039919600229001一", "身份证号只能是数字，最后一位可以是X"),
        ("13039919600229001٩", "身份证号只能是数字，最后一位可以是X"),
        ("130399196002300010", "1960年2月30日）不存在"),
        ("130399195902290018", "1959年2月29日）不存在"),
        ("130399000013010018", "0年13月1日）不存在"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_do(typed: str, sentence: str) -> None:
    with pytest.raises(IdNumberError) as refusal:
        IdNumber.parse(typed, TODAY)
    assert sentence in str(refusal.value)


def test_someone_born_today_is_read_and_someone_born_tomorrow_is_refused() -> None:
    assert IdNumber.parse(id_number(TODAY), TODAY).birth_on == TODAY
    with pytest.raises(IdNumberError, match="还没有到"):
        IdNumber.parse(id_number(TODAY + timedelta(days=1)), TODAY)


def test_a_hundred_and_thirty_years_is_the_oldest() -> None:
    assert IdNumber.parse(id_number(date(1890, 9, 17)), TODAY)
    assert IdNumber.parse(id_number(date(1889, 9, 18)), TODAY)
    with pytest.raises(IdNumberError, match="超过130年"):
        IdNumber.parse(id_number(date(1889, 9, 17)), TODAY)


@pytest.mark.parametrize(
    ("area", "county", "foreign"),
    [
        ("130322", "130322", False),
        ("130399", "130322", False),
        ("130324", "130322", True),
        ("130324", "130324", False),
        ("330106", "130322", True),
    ],
)
def test_another_area_is_only_marked(area: str, county: str, *, foreign: bool) -> None:
    number = IdNumber.parse(id_number(date(1970, 1, 1), area=area), TODAY, county=county)
    assert number.foreign_area is foreign


@given(births, st.integers(0, 999))
def test_every_well_made_number_is_read_back(birth_on: date, sequence: int) -> None:
    number = IdNumber.parse(id_number(birth_on, sequence), TODAY)
    assert number.birth_on == birth_on
    assert number.sex == ("男" if sequence % 2 else "女")


@given(births, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_mistyped_digit_is_always_noticed(birth_on: date, sequence: int, at: int, digit: str) -> None:
    right = id_number(birth_on, sequence)
    wrong = right[:at] + digit + right[at + 1 :]
    assume(wrong != right)
    with pytest.raises(IdNumberError):
        IdNumber.parse(wrong, TODAY)


@given(births, st.integers(0, 999), st.integers(0, 16))
def test_two_swapped_digits_are_always_noticed(birth_on: date, sequence: int, at: int) -> None:
    right = id_number(birth_on, sequence)
    wrong = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    assume(wrong != right)
    with pytest.raises(IdNumberError):
        IdNumber.parse(wrong, TODAY)


@given(st.text(max_size=25))
def test_nonsense_is_refused_in_chinese_and_never_breaks(text: str) -> None:
    try:
        IdNumber.parse(text, TODAY)
    except IdNumberError as refusal:
        assert str(refusal).endswith("。")  # noqa: PT017  most texts are refused, a few may be numbers


@pytest.mark.parametrize(("first_17", "digit"), [("11010519491231002", "X"), ("44052418800101001", "4")])
def test_the_examples_of_the_standard(first_17: str, digit: str) -> None:
    assert check_digit(first_17) == digit


# --- ages ---


@pytest.mark.parametrize(
    ("birth_on", "on", "age"),
    [
        (date(2004, 9, 18), date(2020, 9, 17), 15),
        (date(2004, 9, 17), date(2020, 9, 17), 16),
        (date(1960, 2, 29), date(2025, 2, 27), 64),
        (date(1960, 2, 29), date(2025, 2, 28), 65),
        (date(1960, 2, 29), date(2024, 2, 28), 63),
        (date(1960, 2, 29), date(2024, 2, 29), 64),
        (date(2020, 9, 17), date(2020, 9, 17), 0),
    ],
)
def test_the_birthday_itself_counts(birth_on: date, on: date, age: int) -> None:
    assert age_on(birth_on, on) == age


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(ValueError, match="出生日期之前"):
        age_on(date(2020, 9, 18), TODAY)


@pytest.mark.parametrize(
    ("birth_on", "mode", "last"),
    [
        (date(1955, 9, 17), "birthday_inclusive", date(2020, 9, 17)),
        (date(1955, 9, 17), "day_before", date(2020, 9, 16)),
        (date(1960, 2, 29), "birthday_inclusive", date(2025, 2, 28)),
        (date(1960, 2, 29), "day_before", date(2025, 2, 27)),
        (date(1955, 1, 1), "day_before", date(2019, 12, 31)),
    ],
)
def test_the_last_day_within_65(birth_on: date, mode: str, last: date) -> None:
    assert last_day_within(birth_on, 65, mode) == last


def test_an_unknown_boundary_is_refused() -> None:
    with pytest.raises(ValueError, match="年龄界限"):
        last_day_within(date(1955, 1, 1), 65, "whenever")


@given(births, st.integers(1, 100))
def test_the_last_day_is_the_first_day_of_that_age(birth_on: date, max_age: int) -> None:
    last = last_day_within(birth_on, max_age)
    assert age_on(birth_on, last) == max_age
    assert age_on(birth_on, last - timedelta(days=1)) == max_age - 1
    assert last_day_within(birth_on, max_age, "day_before") == last - timedelta(days=1)


@given(births, st.integers(0, 40_000))
def test_age_never_falls_as_days_pass(birth_on: date, days: int) -> None:
    on = birth_on + timedelta(days=days)
    assert age_on(birth_on, on + timedelta(days=1)) - age_on(birth_on, on) in (0, 1)


# --- telephones ---


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("008613800000000", "13800000000"),
        (wide("13800000000"), "13800000000"),
        ("19900000000", "19900000000"),
        ("0335-2022222", "0335-2022222"),
        ("（0335）2022222", "0335-2022222"),
        ("03352022222", "0335-2022222"),
        ("0311-88888888", "0311-88888888"),
        ("010-88888888", "010-88888888"),
    ],
)
def test_a_telephone_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert normalise_phone(typed) == kept
    assert normalise_phone(kept) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填联系电话"),
        ("1380000000", "联系电话少1位，请填11位手机号"),
        ("138000000001", "联系电话多1位，请填11位手机号"),
        ("13800", "联系电话少6位，请填11位手机号"),
        ("12800000000", "手机号应以13至19开头"),
        ("23800000000", "手机号应以13至19开头"),
        ("2022222", "固定电话请带区号，例如0335-2022222"),
        ("0335-202222", "固定电话不对"),
        ("010-8888888", "固定电话不对"),
        ("0335-1022222", "固定电话不对"),
        ("0", "固定电话不对"),
        ("无", "联系电话只能是数字"),
        ("13800000000转1", "联系电话只能是数字"),
    ],
)
def test_a_wrong_telephone_is_refused_with_what_to_do(typed: str, sentence: str) -> None:
    with pytest.raises(PhoneError) as refusal:
        normalise_phone(typed)
    assert sentence in str(refusal.value)


@given(st.text(max_size=16))
def test_no_text_breaks_the_telephone(text: str) -> None:
    try:
        kept = normalise_phone(text)
    except PhoneError as refusal:
        assert str(refusal).endswith("。")  # noqa: PT017
    else:
        assert normalise_phone(kept) == kept


# --- masks ---


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_id("130399196002290019"), "130399********0019"),
        (mask_id("13039919540620002X"), "130399********002X"),
        (mask_id("130399"), "******"),
        (mask_id(""), ""),
        (mask_phone("13800000000"), "138****0000"),
        (mask_phone("0335-2022222"), "0335-***2222"),
        (mask_phone("010-88888888"), "010-****8888"),
        (mask_phone("12345"), "*****"),
        (mask_phone(""), ""),
        (mask_account("6222020200112233445"), "****3445"),
        (mask_account("1234"), "****"),
        (mask_account(""), ""),
    ],
)
def test_masks(masked: str, shown: str) -> None:
    assert masked == shown
