"""What the people of the demo write: how applicants live, what the offices think of it, why papers return."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Circumstance:
    """Why somebody can't find work elsewhere: the village's visit, its opinion on the form, of whom it can be true."""

    visit: str
    opinion: str
    ages: tuple[int, int] = (16, 65)
    ailing: bool = False


CIRCUMSTANCES = (
    Circumstance(
        "入户看过：家里有八十多岁的老人卧床，要人照看，本人不能外出务工，附近厂子不收半天工。",
        "经入户核实，{name}家中老人卧床需要照料，不能外出务工，本人愿意并能够承担岗位工作，同意推荐。",
    ),
    Circumstance(
        "两次到县人力资源市场求职，用人单位嫌年龄偏大没有录用；农闲时打零工，收入不稳定。",
        "{name}年龄偏大，多次求职未成，家庭没有稳定收入，本人勤快肯干，同意推荐。",
        ages=(50, 65),
    ),
    Circumstance(
        "爱人常年在外治病，两个孩子在村小上学，每天要接送，只能在家门口干活。",
        "情况属实。{name}要照顾上学的孩子，无法离村就业，村里讨论同意推荐。",
        ages=(26, 46),
    ),
    Circumstance(
        "三年前做过腰部手术，不能搬重物，服装厂、冷库都去问过，没有合适的活。",
        "{name}术后不能干重活，力所能及的保洁、看护可以胜任，经村两委商议，同意推荐。",
        ages=(35, 65),
        ailing=True,
    ),
    Circumstance(
        "有高血压，常年服药，不能上高处、不能熬夜，托人在镇上找活没有找到。",
        "{name}患慢性病，轻体力活可以胜任，市场上难找合适工作，同意推荐。",
        ages=(40, 65),
        ailing=True,
    ),
    Circumstance(
        "家里有一名二级残疾人离不开人，本人种五亩地，年收入不高，托人在镇上找活没有找到。",
        "经核实，{name}家有残疾人需要照料，就近安置确有必要，同意推荐。",
    ),
    Circumstance(
        "原在外地工地做小工，去年工地停工后回村，县里招聘会去过三次，都要求有技术证。",
        "{name}外出务工中断，无技术证，市场就业困难，本人表现良好，同意推荐。",
        ages=(30, 58),
    ),
    Circumstance(
        "独自一人供孩子上大学，养的羊去年病死大半，村里帮着联系过扶贫车间，工时不够没有留用。",
        "{name}一人支撑家庭，发展养殖受损，市场就业未成，同意推荐其到公益岗位。",
        ages=(40, 56),
    ),
)


def circumstance_of(dice: random.Random, age: int, *, ailing: bool) -> Circumstance:
    """One that can be true of somebody of this age; an illness only where the form names one."""
    fitting = [each for each in CIRCUMSTANCES if each.ages[0] <= age <= each.ages[1] and (ailing or not each.ailing)]
    return dice.choice(fitting)


TOWNSHIP_AGREES = (
    "情况属实，符合条件，同意安置到{village}{post}岗位。",
    "经审核，身份、年龄和就业情况均符合规定，同意安置。",
    "已电话核实本人意愿，村里意见属实，同意安置到{post}岗位。",
    "与名单核对一致，近处确无其他就业机会，同意。",
    "同意安置。请村里明确上岗时间和带班人，上岗前做好安全教育。",
)
# By the desk at which they are written.
RETURNS = {
    "village_opinion": (
        "家庭住址少写了组别，请补上。",
        "入户核实写得太简单，请写清到哪里找过活、为什么没成。",
        "申请的岗位和本人身体情况不合适，请与本人商量后另选岗位。",
    ),
    "township_opinion": (
        "联系电话打不通，请核对后补正。",
        "入户核实没有写明求职经过，请补充在县人力资源市场登记求职的情况。",
        "健康状况与上次走访记录不一致，请核实后重新填写。",
        "申请岗位的工作时间与接送孩子的时间冲突，请与本人确认能否按时到岗。",
    ),
}
REJECTIONS = {
    "village_opinion": (
        "本人已随子女到市里居住，不能在村上岗。",
        "经两委会议讨论，该户今年已有一人安置，先照顾更困难的户。",
    ),
    "township_opinion": (
        "申请人已在县城企业上班，不符合安置条件。",
        "经核查，本人名下有个体工商户登记并正常经营，不符合兜底安置条件。",
        "本人在企业参保，属于有工作，不符合条件。",
    ),
}
VOIDED = ("本人找到了工作，不再申请。", "身份证号抄错，重新填写后另行申请。", "本人要去外地照顾孙子，自愿放弃。")
DECLINED = ("本人被县城的服装厂录用，不来上岗了。", "家里决定让本人去天津照看孙子，放弃这个岗位。")
SUPPORTS = ("家里确实困难，同意。", "了解这户的情况，同意推荐。")
SUPPLEMENTS_VOIDED = ("核对以后没有漏报，原台账不用补充。",)
BEYOND_QUOTA = (
    "该户两位老人同时卧床，家中只有一名劳动力，确实无法离村就业，边缘户名额虽满，仍请予以安置。",
    "该户上月发生火灾，损失较重，已列入重点监测，申请超名额安置，以防返贫。",
)
QUOTA_CONFIRMED = ("已会同乡镇入户，情况属实，确有必要，同意超名额安置一户。",)
REMARKS = (
    "已电话联系本人，愿意上岗，等村里通知。",
    "原件已核对，复印件存村委会档案柜。",
    "请尽快审核，岗位空着，街道没人清扫。",
)


def said(dice: random.Random, choices: tuple[str, ...], **names: str) -> str:
    return dice.choice(choices).format(**names)


POSTS = (
    ("保洁", "村内主街、公共厕所和垃圾点的清扫保洁。", "路面无垃圾，垃圾日产日清。", "每天7时至10时，每周6天。"),
    ("绿化", "村道两侧树木、花池的浇水修剪。", "缺株及时补，杂草不过膝。", "每天8时至11时，每周5天。"),
    ("养路", "村道路肩、边沟的清理和小坑修补。", "边沟畅通，路肩平整。", "每天8时至11时，每周5天。"),
    (
        "巡逻员",
        "护林防火和治安巡查，发现情况及时报告。",
        "每天巡查两遍，有记录。",
        "每天14时至18时，每周6天。",
    ),
    ("保安", "村委会、学校门前的秩序维护和夜间看护。", "按时到岗，来人登记，无责任事故。", "每天17时至21时，每周6天。"),
    ("食堂工人", "村互助幸福院的做饭、洗菜和餐具消毒。", "一日两餐准时，留样齐全。", "每天8时至12时，每周6天。"),
)
NEAR = (
    "优先安置{village}一组、二组的劳动者，步行十五分钟以内到岗。",
    "面向{village}村内不能外出的劳动者，岗位就在本村主街。",
    "就近安置{village}东头几户，早晚照看家里不耽误。",
)
OF_POSTS = {
    "approve": (
        "{village}确需此岗，职责清楚，同意设置。",
        "经实地查看，岗位符合就近原则，同意核定。",
    ),
    "send_back": ("工作标准写得太笼统，请写明每天清扫几遍、达到什么样子。", "请说明与现有岗位的分工，避免重复设岗。"),
    "reject": ("该路段已由县道养护队负责，不再另设岗位。",),
    "void": ("与邻村合并设岗，本岗位不再申报。",),
    "abolish": ("护林防火期结束，岗位无人在用，撤销。",),
}
POLICY_NOTE = "各乡镇反映边缘户确有困难的增多，拟从明年起增加一户名额。"
LEDGERS_SENT_BACK = (
    "入户抽查发现有一人已不在岗，请核实；补办离岗后重新取数再报。",
    "请逐人核对协议终止日期，有续签没有登记的，补办后重新取数再报。",
)
SUPPLEMENTS = ("报送后发现一名人员的联系电话登记错了，更正后出补充台账。",)
ENTERED = ("变动人员当天已在省系统逐人录入并核对。",)
