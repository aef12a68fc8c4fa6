"""ID numbers (GB 11643-1999), telephone numbers, ages and masks."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

DEMO_AREA = "130399"
"""Unassigned area code of invented people."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_MAX_AGE = 130
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# What a copy from a chat or a spreadsheet brings along unseen: zero-width marks and direction marks.
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class IdNumberError(ValueError):
    """Why an ID number can't be right, as a Chinese sentence that says what to do."""


class PhoneError(ValueError):
    """Why a telephone number can't be right, as a Chinese sentence that says what to do."""


def _narrow(text: str) -> str:
    return _UNSEEN.sub("", text.translate(_WIDE))


@dataclass(frozen=True)
class IdNumber:
    value: str
    birth_on: date
    sex: str
    area: str
    foreign_area: bool
    """Issued outside the county: a warning only, people marry and move."""

    @classmethod
    def parse(cls, text: str, on: date | None = None, county: str = "130322") -> Self:
        """Read a typed ID number; full-width signs, spaces and a small x are put right.

        `on` is today: with it a birth in the future or more than 130 years ago is refused as well. `county`:
        the six-digit code of the county whose numbers are not foreign. Raises IdNumberError.
        """
        value = _narrow(text).upper()
        _refuse_malformed(value)
        birth_on = _birth_on(value, on)
        if check_digit(value[:17]) != value[17]:
            raise IdNumberError("身份证号校验不对，请对照证件再核一遍。")
        sex = "男" if int(value[16]) % 2 else "女"
        area = value[:6]
        return cls(value, birth_on, sex, area, foreign_area=area not in (county, DEMO_AREA))


def check_digit(first_17: str) -> str:
    """The 18th sign of an ID number: weighted sum mod 11."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def _refuse_malformed(value: str) -> None:
    if not value:
        raise IdNumberError("请填18位身份证号。")
    if not re.fullmatch(r"[0-9]+X?", value):
        raise IdNumberError("身份证号只能是数字，最后一位可以是X，请对照证件再核一遍。")
    if re.fullmatch(r"[0-9]{15}", value):
        raise IdNumberError("这是15位的旧身份证号，请填18位身份证号。")
    if len(value) != 18:
        missing = 18 - len(value)
        raise IdNumberError(f"身份证号{'少' if missing > 0 else '多'}{abs(missing)}位，请填18位身份证号。")


def _birth_on(value: str, on: date | None) -> date:
    year, month, day = int(value[6:10]), int(value[10:12]), int(value[12:14])
    try:
        birth_on = date(year, month, day)
    except ValueError:
        raise IdNumberError(f"身份证号里的出生日期（{year}年{month}月{day}日）不存在，请对照证件再核一遍。") from None
    spoken = f"身份证号里的出生日期是{year}年{month}月{day}日"
    if on is not None and birth_on > on:
        raise IdNumberError(f"{spoken}，还没有到，请对照证件再核一遍。")
    if on is not None and age_on(birth_on, on) > _MAX_AGE:
        raise IdNumberError(f"{spoken}，距今超过{_MAX_AGE}年，请对照证件再核一遍。")
    return birth_on


# --- ages -------------------------------------------------------------------------------------------


def birthday_in(birth_on: date, year: int) -> date:
    """The birthday in a year; for those born on 29 February it is 28 February in a common year."""
    if (birth_on.month, birth_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return birth_on.replace(year=year)


def age_on(birth_on: date, on: date) -> int:
    """Full years of age; the birthday itself counts. Raises ValueError before birth."""
    if on < birth_on:
        raise ValueError("这一天在出生日期之前。")
    return on.year - birth_on.year - (on < birthday_in(birth_on, on.year))


def last_day_within(birth_on: date, max_age: int, mode: str = "birthday_inclusive") -> date:
    """Last day on which somebody is not yet over the maximum age（《办法》第十条“超过65周岁”）.

    "birthday_inclusive": the birthday of that age (born 29 February 1960, 65 → 28 February 2025);
    "day_before": the day before it.
    """
    birthday = birthday_in(birth_on, birth_on.year + max_age)
    if mode == "birthday_inclusive":
        return birthday
    if mode == "day_before":
        return birthday - timedelta(days=1)
    raise ValueError(f"不认识的年龄界限算法：{mode}。")


# --- telephones -------------------------------------------------------------------------------------


def normalise_phone(text: str) -> str:
    """13800000000, or 0335-2022222 for a household that only has a landline. Raises PhoneError."""
    digits = re.sub(r"[()\-—\u2013.]", "", _narrow(text))
    digits = re.sub(r"^(?:\+86|0086|86(?=1[0-9]{10}$))", "", digits)
    if not digits:
        raise PhoneError("请填联系电话（11位手机号）。")
    if not re.fullmatch(r"[0-9]+", digits):
        raise PhoneError("联系电话只能是数字，请填11位手机号。")
    if digits.startswith("0"):
        return _landline(digits)
    if digits[0] != "1" and len(digits) in (7, 8):
        raise PhoneError("固定电话请带区号，例如0335-2022222。")
    if len(digits) != 11:
        missing = 11 - len(digits)
        raise PhoneError(f"联系电话{'少' if missing > 0 else '多'}{abs(missing)}位，请填11位手机号。")
    if not re.fullmatch(r"1[3-9][0-9]{9}", digits):
        raise PhoneError("手机号应以13至19开头，请再核一遍。")
    return digits


def _landline(digits: str) -> str:
    # 010 and 02x are the three-digit area codes, all of them with eight-digit numbers.
    area_length, lengths = (3, (8,)) if digits[1:2] in ("1", "2") else (4, (7, 8))
    area, number = digits[:area_length], digits[area_length:]
    if len(number) not in lengths or number[0] in "01":
        raise PhoneError("固定电话不对，请填区号和7至8位号码，例如0335-2022222。")
    return f"{area}-{number}"


# --- masks ------------------------------------------------------------------------------------------


def mask_id(value: str) -> str:
    """130399********0019"""
    return value[:6] + "*" * 8 + value[-4:] if len(value) == 18 else "*" * len(value)


def mask_phone(value: str) -> str:
    """138****0000; a landline keeps its area code and last four: 0335-***2222."""
    area, dash, number = value.rpartition("-")
    if dash:
        return f"{area}-{'*' * (len(number) - 4)}{number[-4:]}"
    return value[:3] + "*" * 4 + value[-4:] if len(value) == 11 else "*" * len(value)


def mask_account(value: str) -> str:
    """Only the last four: ****1234."""
    return f"****{value[-4:]}" if len(value) > 4 else "*" * len(value)
