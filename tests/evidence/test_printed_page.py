"""Anybody who holds a printed page can check it, learns nothing else, and cannot guess."""

import hashlib
import io
import zipfile
from dataclasses import replace

import pytest
from django.test import Client

from evidence.limits import ALL_WRONG_CODES, WRONG_CODES, network_of
from evidence.printed_page import masked
from forms_templates.codes import ALPHABET, fresh_code, spaced, typed_code
from forms_templates.models import Document, PaperCode
from forms_templates.papers import read_paper
from tests.cast import Cast
from workflows.applications.models import State
from workflows.core.models import Case


def latest(case: Case) -> Document:
    return Document.objects.filter(case_key=case.key).latest("pk")


def look(document: Document) -> str:
    answer = Client().get(f"/c/{document.code.code}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_sealed_paper_is_genuine_and_in_force_and_says_no_more_than_it_may(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    document = latest(case)
    page = look(document)
    for said in ("是真的", "有效", "贫困人口扶贫专岗申请审批表", "泥井镇", "2020年9月15日", "周*芝"):
        assert said in page
    values = document.values
    for hidden in ("name", "id_number", "phone", "address", "number"):
        assert str(values[hidden]) not in page, hidden
    assert hashlib.sha256(read_paper(document)).hexdigest() in page


def test_a_paper_on_its_way_is_not_in_force_and_an_old_version_is_superseded(cast: Cast) -> None:
    case = cast.walk_to(State.AWAITING_TOWNSHIP_REVIEW)
    first = Document.objects.filter(case_key=case.key, form_code="post_application").earliest("pk")
    assert "还没有生效" in look(latest(case))
    assert "已被新的一版代替" in look(first)
    cast.do("applications.void", case, cast.clerk, {"reason": "本人不再申请。"})
    assert "不作为凭据" in look(latest(case))


def test_the_paper_of_somebody_whose_data_was_deleted_is_still_genuine(cast: Cast) -> None:
    document = latest(cast.walk_to(State.APPROVED))
    document.person_key.destroy(cast.now)
    assert "个人信息已依法删除" in look(document)


@pytest.mark.parametrize("typed", ["{}", "{lower}", " {spaced} ", "{spaced_lower}"])
def test_a_code_may_be_typed_as_people_type(cast: Cast, typed: str) -> None:
    code = latest(cast.apply()).code.code
    text = typed.format(code, lower=code.lower(), spaced=spaced(code), spaced_lower=spaced(code).lower())
    answer = Client().get("/c/", {"code": text})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/c/{code}")


def test_look_alikes_are_understood() -> None:
    assert typed_code("o1l0i-22222") == "0110122222"
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "K7qf2-M9X3T")
    assert typed_code(f"{wide}\u3000") == "K7QF2M9X3T"
    assert typed_code(" K7QF2 — M9X3T\u200b\n") == "K7QF2M9X3T"
    assert typed_code("\u041a7QF2-M9X3T") == "", "a Cyrillic letter is none of ours"
    assert typed_code("K7QF2-M9X3") == ""
    assert typed_code("K7QF2-M9X3U") == ""


@pytest.mark.parametrize("code", ["0000000000", "K7QF2M9X3T", "x", "' OR 1=1", "甲" * 10, "K" * 3000])
def test_a_forged_code_is_not_found(cast: Cast, code: str) -> None:
    latest(cast.apply())
    answer = Client().get(f"/c/{code}")
    assert answer.status_code == 404
    assert "查不到这个编码" in answer.content.decode()


def test_a_slip_of_the_pen_is_told_before_it_is_looked_up(cast: Cast) -> None:
    answer = Client().get("/c/", {"code": "<script>"})
    assert answer.status_code == 422
    assert "请照纸上页脚重新输入" in answer.content.decode()
    assert "<script>" not in answer.content.decode().replace('<script src="', "")


def test_who_guesses_is_stopped_and_others_are_not(cast: Cast) -> None:
    code = latest(cast.apply()).code.code
    for _ in range(WRONG_CODES.tries):
        assert Client().get(f"/c/{fresh_code()}").status_code == 404
    answer = Client().get(f"/c/{code}")
    assert answer.status_code == 429
    assert "请等15分钟" in answer.content.decode()
    assert Client(REMOTE_ADDR="10.1.1.1").get(f"/c/{code}").status_code == 200


def test_many_addresses_that_guess_together_are_stopped_and_who_types_right_is_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.limits.ALL_WRONG_CODES", replace(ALL_WRONG_CODES, tries=5))
    code = latest(cast.apply()).code.code
    guessers = [Client(REMOTE_ADDR=f"10.2.0.{number}") for number in range(6)]
    assert [each.get(f"/c/{fresh_code()}").status_code for each in guessers] == [404] * 6
    assert [each.get(f"/c/{code}").status_code for each in guessers] == [429] * 6
    assert Client(REMOTE_ADDR="10.1.1.1").get(f"/c/{code}").status_code == 200


def test_the_addresses_of_one_household_count_as_one() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:10.1.1.1") == network_of("10.1.1.1") == "10.1.1.1"


def test_codes_are_random_and_each_paper_has_its_own(cast: Cast) -> None:
    case = cast.walk_to(State.APPROVED)
    codes = list(PaperCode.objects.filter(document__case_key=case.key).values_list("code", flat=True))
    assert len(set(codes)) == len(codes) == Document.objects.filter(case_key=case.key).count()
    assert set("".join(codes)) <= set(ALPHABET)


def test_the_code_stands_in_the_footer_of_the_word_file(cast: Cast) -> None:
    document = latest(cast.apply())
    with zipfile.ZipFile(io.BytesIO(read_paper(document))) as package:
        footers = [name for name in package.namelist() if name.startswith("word/footer")]
        assert spaced(document.code.code) in "".join(package.read(name).decode() for name in footers)
        assert "word/media/paper_code.png" in package.namelist()


def test_names_are_masked() -> None:
    assert [masked(name) for name in ("", "周兰", "周桂兰", "欧阳桂兰")] == ["", "周*", "周*兰", "欧**兰"]
