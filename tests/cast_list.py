"""Who and what is in the invented county of tests/cast.py, and when its stories happen."""

from datetime import date, datetime, timedelta, timezone

from registry.roles import Role

CHINA = timezone(timedelta(hours=8))
SINCE = date(2019, 6, 20)
MORNING = datetime(2020, 9, 15, 9, 0, tzinfo=CHINA)
AFTERNOON = datetime(2020, 9, 15, 16, 5, tzinfo=CHINA)
"""When the pages are looked at: the stories of that day lie before it."""

DEPARTMENTS = (
    ("bureau", "人力资源和社会保障局"),
    ("employment_service", "就业服务中心"),
    ("audit", "审计局"),
    ("finance", "财政局"),
)
TOWNSHIPS = (("104", "泥井镇"), ("101", "靖安镇"))
VILLAGES = (
    ("104001", "青禾村", "104", False),
    ("104002", "榆荫村", "104", True),  # the clerk holds the seal
    ("101001", "云杉村", "101", False),
    ("101002", "石磨村", "101", False),
)
PEOPLE = (
    ("clerk", "何素琴", Role.VILLAGE_CLERK, "104001"),
    ("head", "秦守义", Role.VILLAGE_HEAD, "104001"),
    ("keeper", "宋敏", Role.VILLAGE_SEAL_KEEPER, "104001"),
    ("clerk_with_seal", "赵秀敏", Role.VILLAGE_CLERK, "104002"),
    ("second_head", "韩继成", Role.VILLAGE_HEAD, "104002"),
    ("township_clerk", "罗晓敏", Role.TOWNSHIP_CLERK, "104"),
    ("reviewer", "林书平", Role.TOWNSHIP_REVIEWER, "104"),
    ("colleague", "苏文静", Role.TOWNSHIP_REVIEWER, "104"),
    ("township_keeper", "沈静", Role.TOWNSHIP_SEAL_KEEPER, "104"),
    ("other_clerk", "孟凡荣", Role.VILLAGE_CLERK, "101001"),
    ("other_head", "郝振国", Role.VILLAGE_HEAD, "101001"),
    ("other_keeper", "唐立", Role.VILLAGE_SEAL_KEEPER, "101001"),
    ("other_reviewer", "段玉洁", Role.TOWNSHIP_REVIEWER, "101"),
    ("other_township_keeper", "乔建新", Role.TOWNSHIP_SEAL_KEEPER, "101"),
    ("officer", "江月明", Role.EMPLOYMENT_SERVICE_OFFICER, "employment_service"),
    ("supervisor", "程远", Role.BUREAU_SUPERVISOR, "bureau"),
    ("auditor", "阎正平", Role.AUDITOR, "audit"),
    ("finance", "杜佳宁", Role.FINANCE_OFFICER, "finance"),
    ("administrator", "柯明", Role.SYSTEM_ADMINISTRATOR, "bureau"),
)
OUTSIDER = "outsider"
POSTS = (("保洁", 3), ("绿化", 1))
POST_SHEET = {
    "type_name": "养路",
    "places": "2",
    "duties": "村道两侧清障、培土。",
    "standard": "路面平整，边沟通畅。",
    "hours": "每天8时至11时。",
    "near": "住在本村一、二组，步行10分钟以内。",
}
VERIFICATION = "9月10日村干部入户核实：要照看老人，不能外出，附近没有合适的岗位。"
