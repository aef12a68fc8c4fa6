"""Why somebody leaves: each ground with its article, what must be known of it, and whether the person is heard first.

What a ground asks for beyond facts and evidence is told by its labels: the day it happened, what proves it, who
verified it, on which record of a problem it stands. The guards (rules.py) say what each of them must satisfy.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.articles import articles
from workflows.employment.models import EndReason, TenureState
from workflows.employment.tenures.endings import kind_for

KIND_WORDS = {
    TenureState.TERMINATED: "终止",
    TenureState.DISSOLVED: "解除",
    TenureState.WITHDRAWN: "退出",
    TenureState.CANCELLED: "未上岗",
}


@dataclass(frozen=True)
class Ground:
    """`article` is the code of its article (registry/articles.toml); `outside` says what it is when no article knows
    it. The labels are empty for what the ground does not ask."""

    reason: EndReason
    article: str
    outside: str = ""
    heard: bool = True  # told and heard before the decision
    by_itself: bool = False  # it ends of itself: the last day may lie in the past, a late notice changes nothing
    happened: str = ""
    proof: str = ""
    verified: bool = False
    finding: str = ""
    evidence: bool = True

    @property
    def kind(self) -> str:
        """终止, 解除, 退出 or 未上岗."""
        return kind_for(self.reason)

    @property
    def kind_word(self) -> str:
        return KIND_WORDS[TenureState(self.kind)]

    @property
    def done_word(self) -> str:
        """已终止, 已解除, 已退出; who did not start is 未上岗."""
        return self.kind_word if self.kind == TenureState.CANCELLED else f"已{self.kind_word}"

    @property
    def waits_for_notice(self) -> bool:
        """Whether it can take effect only once the person has the notice: the last day moves on with a late one."""
        decided = (EndReason.FAILED_APPRAISAL, EndReason.STATUS_CHANGED)
        return self.kind == TenureState.DISSOLVED or self.reason in decided

    @property
    def basis(self) -> str:
        """《办法》第十一条第4项, as a guard names it."""
        return articles()[self.article].reference

    @property
    def words(self) -> str:
        """第十一条第4项：不服从工作安排…, as the notice quotes it."""
        found = articles()[self.article]
        if self.outside:
            return f"{found.name}（动态管理）：{self.outside}"
        said = found.text.rstrip("；。") if found.within else str(EndReason(self.reason).label)
        return f"{found.name}：{said}"


GROUNDS: dict[str, Ground] = {
    ground.reason: ground
    for ground in (
        Ground(EndReason.EXPIRY, "measures-10", heard=False, by_itself=True, evidence=False),
        Ground(EndReason.AGE, "measures-10", heard=False, by_itself=True, evidence=False),
        Ground(EndReason.FULL_TERM, "measures-10", heard=False, by_itself=True, evidence=False),
        Ground(EndReason.FAILED_APPRAISAL, "measures-9", happened="考核结果备案日期", proof="考核年度和结果"),
        Ground(EndReason.NOT_ELIGIBLE, "measures-11-1", proof="不符合哪一项上岗条件", verified=True),
        Ground(EndReason.UNABLE, "measures-11-2", happened="从哪天起不能坚持工作", proof="不能坚持正常工作的情况"),
        Ground(EndReason.MISCONDUCT, "measures-11-3", happened="事情发生日期", proof="造成的损失或者不良影响"),
        Ground(EndReason.DISOBEDIENCE, "measures-11-4", happened="再次发生日期", finding="pointed_out"),
        Ground(EndReason.UNSUITABLE, "measures-11-5", proof="为什么不适宜继续工作"),
        Ground(EndReason.DISMISSAL, "measures-13", finding="warned"),
        Ground(EndReason.FRAUD, "measures-14", finding="fraud"),
        Ground(EndReason.RESIGNATION, "measures-5", outside="本人自愿退出", happened="本人提出日期", evidence=False),
        Ground(
            EndReason.DEATH,
            "measures-5",
            outside="本人死亡",
            heard=False,
            by_itself=True,
            happened="死亡日期",
            proof="死亡证明（编号、出具单位）",
        ),
        Ground(
            EndReason.EMPLOYED,
            "measures-5",
            outside="本人已在别处就业",
            by_itself=True,
            happened="就业日期",
            proof="就业单位",
            verified=True,
        ),
        Ground(
            EndReason.STATUS_CHANGED,
            "measures-5",
            outside="身份变化，不再是安置对象",
            happened="身份变化日期",
            proof="变成什么身份、依据什么文件",
            verified=True,
        ),
        Ground(
            EndReason.NOT_STARTED,
            "measures-5",
            outside="签订协议后没有上岗",
            proof="为什么没有上岗",
            evidence=False,
        ),
    )
}


def ground_of(reason: str) -> Ground | None:
    """The ground of a reason; None for what nobody may choose."""
    return GROUNDS.get(reason)
