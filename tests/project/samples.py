"""One invented content for every page of the desk, in the words of the templates."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from forms_templates.library import form
from forms_templates.sheet import Slot, sheet_html

Content = dict[str, Any]

AT = datetime(2020, 9, 15, 8, 5, tzinfo=UTC)
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUAAXpeqz8AAAAASUVORK5CYII="
DESK = SimpleNamespace(name="昌黎县扶贫专岗", county="昌黎县", demo=True)
AROUND: Content = {
    "desk": DESK,
    "me": SimpleNamespace(name="林书平", title="泥井镇乡镇审核人"),
    "nav": [
        SimpleNamespace(label="待办", url="/inbox/", current=True, count=12, behind=()),
        SimpleNamespace(
            label="考核督查",
            url="",
            current=False,
            count=1,
            behind=(SimpleNamespace(label="考核", url="/appraisals/", current=False, count=1),),
        ),
    ],
    "messages": ["草稿已保存。"],
}
CHECKS = [
    {"kind": "ok", "title": "年龄", "text": "52周岁。", "basis": "《办法》第二条", "url": ""},
    {"kind": "warn", "title": "边缘户名额", "text": "本件是第5户。", "basis": "《方案》三（二）4", "url": "/articles/"},
    {"kind": "stop", "title": "累计不超过3年", "text": "已满3年。", "basis": "《办法》第十条", "url": "/articles/"},
]
STEPS = [
    {"name": "提出\n申请", "status": "done", "who": "何素琴", "when": date(2020, 9, 14)},
    {"name": "乡镇\n意见", "status": "now", "who": "林书平", "when": "办理中"},
    {"name": "乡镇\n盖章", "status": "next", "who": "乡镇印章管理员", "when": ""},
]
TIMELINE = [
    {"kind": "now", "before": "等待", "who": "林书平", "text": "签署乡镇意见", "when": "", "note": "今天收到"},
    {"kind": "sealed", "who": "宋敏", "text": "加盖村委会印章", "when": AT, "note": "用印登记第17号"},
    {"kind": "plain", "who": "何素琴", "text": "重新提交", "when": AT, "url": "/case/", "url_label": "看改了什么"},
]
PAPERS = [{"title": "申请审批表", "note": "第4版", "view_url": "/p/", "word_url": "/w/", "print_url": "/r/"}]
FIELDS = [
    {"id": "f-is_willing", "name": "is_willing", "label": "本人愿意上岗", "kind": "checkbox", "value": "on"},
    {
        "id": "f-has_job",
        "name": "has_job",
        "label": "目前就业",
        "kind": "radio",
        "choices": [("no", "没有工作"), ("yes", "有工作")],
        "value": "no",
        "hint": "以入户时为准。",
    },
    {
        "id": "f-market",
        "name": "market",
        "label": "核实情况",
        "kind": "textarea",
        "required": True,
        "value": "",
        "error": "请填写入户核实情况。",
    },
    {"id": "f-since", "name": "since", "label": "日期", "kind": "date", "value": "2020-09-14"},
    {"id": "f-file", "name": "file", "label": "照片", "kind": "file", "accept": "image/png"},
    {"id": "f-who", "name": "who", "label": "谁入户", "kind": "select", "choices": [(1, "何素琴")], "value": "1"},
]
BUTTONS = [
    {"value": "a.agree", "label": "同意并签字", "weight": "primary", "needs_reason": False},
    {
        "value": "a.send_back",
        "label": "退回补正",
        "weight": "plain",
        "needs_reason": True,
        "open": True,
        "error": "请写明原因，收到的人照着办。",
    },
    {"value": "a.reject", "label": "不同意", "weight": "final", "needs_reason": True},
]
ROW = {
    "url": "/tasks/1/",
    "who": "周桂兰",
    "where": "青禾村，保洁",
    "what": "扶贫专岗申请，乡镇意见",
    "mark": {"kind": "warn", "text": "边缘户第5户"},
    "waited": "2天",
    "due": "2020-104-0031",
    "due_kind": "",
    "taken_by": "",
}
STATES = ("", "mine", "done", "back", "ended")
FILTERS = [
    {"name": "number", "label": "编号", "kind": "search", "value": ""},
    {"name": "action", "label": "事项", "kind": "select", "value": "", "choices": [("", "全部")]},
]


def sheet(*, filling: bool = False) -> SafeString:
    """附件5, to be read with masked numbers or to be filled in."""
    official = form("post_application", 1)
    slots: Content = dict.fromkeys(official.fields, "")
    slots["category"] = [{"label": word, "chosen": word == "边缘户"} for word in ("已脱贫", "未脱贫", "边缘户")]
    slots["village_opinion"] = "情况属实，同意推荐。"
    slots["phone"] = mark_safe(
        render_to_string(
            "desk/_masked.html",
            {"value": "138****2716", "field": "phone", "label": "联系电话", "reasons": ["核对纸质证件"]},
        )
    )
    if filling:
        error = '<p class="error" id="e-phone">少1位，请填11位手机号。</p>'
        slots["name"] = live('<input class="input" id="f-name" name="name" value="田玉福">', "f-name")
        slots["phone"] = live(
            f'<input class="input" id="f-phone" name="phone" aria-invalid="true" aria-describedby="e-phone">{error}',
            "f-phone",
            "wrong",
        )
        slots["health"] = live(
            '<select class="input" id="f-health" name="health"><option>请选择</option></select>', "f-health", "missing"
        )
        slots["township_opinion"] = live(
            '<textarea class="input input--opinion" id="f-o" name="opinion"></textarea>'
            '<div class="quick" role="group" aria-label="常用意见"><button type="button">同意安置。</button></div>',
            "f-o",
        )
    return sheet_html(official, slots, {})


def blank() -> SafeString:
    """附件5 with nothing in it, as on the login page."""
    official = form("post_application", 1)
    return sheet_html(official, dict.fromkeys(official.fields, "") | {"category": []}, {})


def live(html: str, label_for: str, *states: str) -> Slot:
    return Slot(mark_safe(html), classes=("live", *states), label_for=label_for)


def task() -> Content:
    return {
        "title": "周桂兰的扶贫专岗申请",
        "state": {"kind": "mine", "label": "待您签署乡镇意见"},
        "sheet": sheet(filling=True),
        "sheet_css_url": "/sheet.css",
        "seen": "1.2.3",
        "action_url": "/tasks/1/",
        "refusals": [{"message": "请填11位手机号。", "basis": "《办法》第二条", "anchor": "f-phone"}],
        "conflict": {"text": "罗晓敏在14:07已签署这一件。", "url": "/cases/1/"},
        "steps": STEPS,
        "return_arc": "可退回补正",
        "since_text": "在您这里2天",
        "checks": CHECKS,
        "checks_summary": "1项符合，1项提醒，1项不符合",
        "side_panels": [{"id": "visit", "title": "入户核实情况", "hint": "提交前要入户。", "fields": FIELDS}],
        "timeline": TIMELINE,
        "papers": PAPERS,
        "attachments": [{"name": "证明.jpg", "url": "/f/", "who": "何素琴", "when": AT, "size": 345_678}],
        "buttons": BUTTONS,
        "say_title": "请先在表上手写签字",
        "say_text": "同意后转印章管理员盖章。",
        "pager": {"text": "第3件，共12件", "prev_url": "/tasks/2/", "next_url": "/tasks/3/"},
        "take": {"label": "领取", "value": "desk.take"},
        "comment": {"url": "/comment/", "can": True, "error": "请写留言。"},
        "case_url": "/cases/1/",
        "check_url": "/check/",
        "unmask_url": "/unmask/",
    }


def case() -> Content:
    return task() | {
        "sheet": sheet(),
        "refusals": [],
        "side_panels": [],
        "paper_note": "第4版，与留存件一致",
        "word_url": "/w/",
        "print_url": "/p/",
        "take_back": {
            "url": "/t/",
            "value": "desk.take_back",
            "label": "撤回",
            "seen": "3",
            "text": "您刚才签署了意见，现在可以撤回。",
        },
    }


def pages() -> dict[str, Content]:
    """Every page by its template."""
    event = {
        "sequence": 7,
        "facts": [{"label": "办理人", "value": "宋敏"}, {"label": "办件", "value": "0031", "url": "/cases/1/"}],
        "papers": [
            {
                "title": "申请审批表",
                "note": "第4版，加盖村委会印章",
                "url": "/papers/1/",
                "file_digest": DIGEST,
                "content_digest": DIGEST,
            }
        ],
        "signatures": [
            {
                "digest": DIGEST,
                "who": "秦守义",
                "as": "青禾村村支部书记（村委会主任）",
                "method": "屏幕手写",
                "at": AT,
                "picture": PIXEL,
                "revoked": "已作废：重新签署",
                "verified": {"kind": "ok", "text": "笔迹、内容与摘要一致。"},
            }
        ],
        "seals": [
            {
                "number": "2020年第17号",
                "seal": "青禾村公章（演示）",
                "keeper": "宋敏",
                "approved_by": "秦守义",
                "copies": 1,
                "picture": PIXEL,
                "revoked": "",
            }
        ],
        "fields": [{"label": "村委会意见", "value": DIGEST}],
        "hash": DIGEST,
        "previous_hash": "",
        "canonical": "{}",
        "verified": {"kind": "ok", "text": "摘要与原文一致。"},
    }
    trail_row = {
        "at": AT,
        "actor": "宋敏",
        "organisation": "青禾村",
        "action": "退回补正",
        "subject": "2020-104-0031",
        "subject_url": "/cases/1/",
        "change": "待村审 → 退回补正",
        "reason": "电话打不通",
        "sequence": 7,
        "url": "/trail/7/",
    }
    use = {
        "number": "2020年第17号",
        "at": AT,
        "seal": "青禾村村民委员会",
        "subject": "周桂兰",
        "subject_url": "/cases/1/",
        "copies": 1,
        "requested_by": "何素琴",
        "approved_by": "秦守义",
        "keeper": "宋敏",
        "by_clerk": True,
        "revoked": "已作废：撤回",
    }
    listed = {"url": "/cases/1/", "who": "周桂兰", "where": "青禾村", "what": "扶贫专岗申请", "at": date(2020, 9, 4)}
    tab = {"label": "我的待办", "url": "/inbox/", "current": True, "count": 12}
    refusal = {"message": "请先登记印章。", "basis": "", "anchor": ""}
    home = {"greeting": "林书平，您好", "can_apply": True, "apply_url": "/new/", "waiting": [ROW]}
    return {
        "desk/home.html": home
        | {
            "pile": 12,
            "notices": [{"text": "周桂兰：退回补正", "url": "/cases/1/", "at": AT}],
        },
        "desk/inbox.html": {
            "tabs": [tab],
            "tab": "mine",
            "rows": [ROW, ROW | {"taken_by": "罗晓敏"}],
            "next_url": "/n/",
        },
        "desk/task.html": task(),
        "desk/case.html": case(),
        "desk/paper.html": case(),
        "desk/print.html": {"title": "申请审批表", "sheet": sheet(), "back_url": "/cases/1/"},
        "desk/cases.html": {
            "rows": [listed | {"state": {"kind": kind, "label": "状态"}} for kind in STATES],
        },
        "desk/trail.html": {
            "rows": [trail_row],
            "filters": FILTERS,
            "next_url": "/n/",
            "people_url": "/trail/people/",
            "chosen": [{"label": "办理人：宋敏", "without_url": "/trail/"}],
            "slips": ["没有找到“无此村”，请填写单位的名称、全称或代码。"],
        },
        "desk/trail_people.html": {
            "typed": "宋",
            "people_url": "/trail/people/",
            "back_url": "/trail/",
            "people": [{"kind": "办理人", "name": "宋敏", "what": "青禾村村印章管理员", "url": "/trail/?actor=1"}],
        },
        "desk/event.html": {"event": event, "back_url": "/trail/"},
        "desk/seal_register.html": {"rows": [use]},
        "desk/conflict.html": {"text": "罗晓敏在14:07已签署这一件。", "url": "/cases/1/"},
        "desk/refused.html": {"refusals": [refusal]},
        "registration/locked.html": {},
        "400.html": {},
        "403.html": {},
        "404.html": {},
        "500.html": {},
        "csrf.html": {},
    }
