"""The flow picture: never more than five nodes, and a sentence that tells it all to those who can't see it."""

import re

from project.flow_picture import Step, draw, sentence

WALK = [
    Step("提出\n申请", "done", "何素琴", "9月14日"),
    Step("村委会\n意见", "done", "秦守义", "9月15日"),
    Step("村委会\n盖章", "done", "宋敏", "9月15日"),
    Step("乡镇\n意见", "now", "林书平", "办理中"),
    Step("乡镇\n盖章", "next"),
]


def names_drawn(picture: str) -> list[str]:
    """The nodes' names, their two lines joined."""
    lines = re.findall(r'<text class="name"[^>]*>([^<]+)</text>', picture)
    return [a + b for a, b in zip(lines[::2], lines[1::2], strict=True)]


def test_the_sentence_names_what_is_done_who_has_it_now_and_what_comes() -> None:
    assert sentence(WALK) == (
        "流程：提出申请、村委会意见、村委会盖章已办；现在是乡镇意见，由林书平办理；之后是乡镇盖章。"
    )


def test_a_finished_flow_speaks_of_nobody_waiting() -> None:
    assert sentence([Step("提出\n申请", "done")]) == "流程：提出申请已办。"


def test_the_picture_carries_its_sentence() -> None:
    assert f'role="img" aria-label="{sentence(WALK)}"' in draw(WALK)


def test_of_six_steps_the_five_round_the_present_one_are_drawn() -> None:
    six = [*WALK[:4], Step("名额\n确认", "next"), WALK[4]]
    assert names_drawn(draw(six)) == ["村委会意见", "村委会盖章", "乡镇意见", "名额确认", "乡镇盖章"]


def test_six_steps_not_begun_are_drawn_from_the_first() -> None:
    six = [Step("提出\n申请", "now"), *[Step("乡镇\n意见", "next")] * 5]
    assert names_drawn(draw(six))[0] == "提出申请"


def test_the_way_back_is_drawn_only_where_there_is_something_behind() -> None:
    assert "可退回补正" in draw(WALK, "可退回补正")
    assert "可退回补正" not in draw([Step("提出\n申请", "now"), *WALK[4:]], "可退回补正")


def test_a_long_name_takes_two_lines_of_equal_length() -> None:
    assert Step("乡镇\n盖章", "next", "乡镇印章管理员", "").below == ["乡镇印章", "管理员"]
    assert Step("乡镇\n盖章", "next", "沈静", "9月16日").below == ["沈静", "9月16日"]


def test_names_are_text_and_never_markup() -> None:
    assert "<b>" not in draw([Step("提出\n申请", "now", "<b>", "")])
