"""The picture of a whole flow: the same told twice, for the desk and for a phone, and nothing runs over its edge."""

import re

from project.flow_chart import NARROW, WIDE, draw

SAID = "现在：就业服务中心经办人答复征求的意见，说明是否已经就业，9月15日起"
ROWS = [
    {"name": "填写申请表", "role": "村经办人", "status": "done", "lines": ["9月14日 何素琴 提交申请"]},
    {"name": "乡镇意见", "role": "乡镇审核人", "status": "now", "lines": [SAID]},
    {"name": "乡镇盖章", "role": "乡镇印章管理员", "status": "next", "lines": []},
]


def pictures(**changes: str) -> list[str]:
    rows = [{**row, **changes} for row in ROWS]
    return re.findall(r"<svg.*?</svg>", str(draw(rows, [(1, 0)], "流程：乡镇意见正在办。")))


def said_in(picture: str) -> list[str]:
    return re.findall(r'<text class="said"[^>]*>([^<]+)</text>', picture)


def test_both_pictures_tell_the_same_and_speak_it_to_those_who_cannot_see_it() -> None:
    wide, narrow = pictures()
    assert "".join(said_in(wide)) == "".join(said_in(narrow)) == "9月14日 何素琴 提交申请" + SAID
    for picture in (wide, narrow):
        assert 'aria-label="流程：乡镇意见正在办。"' in picture
        assert picture.count('class="back"') == 1


def test_a_long_line_is_broken_where_the_room_ends_and_never_before_a_comma() -> None:
    wide, narrow = pictures()
    for layout, picture in ((WIDE, wide), (NARROW, narrow)):
        assert len(said_in(picture)) == len(ROWS)
        assert all(len(line) <= layout.room + 1 for line in said_in(picture))
        assert not any(line.startswith("，") for line in said_in(picture))


def test_what_is_said_stands_below_its_step_on_a_phone_and_beside_it_at_the_desk() -> None:
    wide, narrow = pictures()
    left = [int(re.findall(r'class="said" x="(\d+)"', picture)[0]) for picture in (wide, narrow)]
    assert left[0] > WIDE.left + WIDE.node_width
    assert NARROW.left < left[1] < NARROW.left + NARROW.node_width


def test_words_are_text_and_never_markup() -> None:
    assert "<b>" not in "".join(pictures(name="<b>"))
