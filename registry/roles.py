"""The roles of the programme, at which kind of organisation each is held, and whose cases it may see."""

from django.db import models


class OrganisationKind(models.TextChoices):
    COUNTY_DEPARTMENT = "county_department", "县直部门"
    TOWNSHIP = "township", "乡镇（区、管委）"
    VILLAGE = "village", "行政村"


class Role(models.TextChoices):
    VILLAGE_CLERK = "village_clerk", "村经办人"
    VILLAGE_HEAD = "village_head", "村支部书记（村委会主任）"
    VILLAGE_COMMITTEE_MEMBER = "village_committee_member", "村两委成员"
    VILLAGE_SEAL_KEEPER = "village_seal_keeper", "村印章管理员"
    TOWNSHIP_CLERK = "township_clerk", "乡镇经办人"
    TOWNSHIP_REVIEWER = "township_reviewer", "乡镇审核人"
    TOWNSHIP_SEAL_KEEPER = "township_seal_keeper", "乡镇印章管理员"
    EMPLOYMENT_SERVICE_OFFICER = "employment_service_officer", "就业服务中心经办人"
    BUREAU_SUPERVISOR = "bureau_supervisor", "人社局监督员"
    POVERTY_OFFICE_OFFICER = "poverty_office_officer", "扶贫办经办人"
    FINANCE_OFFICER = "finance_officer", "财政局工作人员"
    AUDITOR = "auditor", "审计局工作人员"
    REPORTER = "reporter", "就业情况报送人"
    SUPERVISION_MEMBER = "supervision_member", "专项督导组成员"
    LEADING_GROUP_MEMBER = "leading_group_member", "领导小组成员"
    SYSTEM_ADMINISTRATOR = "system_administrator", "系统管理员"


class Sight(models.TextChoices):
    OWN = "own", "本单位及所辖村"
    COUNTY = "county", "全县"
    NOTHING = "nothing", "不看业务数据"


LEVEL: dict[Role, OrganisationKind] = {
    Role.VILLAGE_CLERK: OrganisationKind.VILLAGE,
    Role.VILLAGE_HEAD: OrganisationKind.VILLAGE,
    Role.VILLAGE_COMMITTEE_MEMBER: OrganisationKind.VILLAGE,
    Role.VILLAGE_SEAL_KEEPER: OrganisationKind.VILLAGE,
    Role.TOWNSHIP_CLERK: OrganisationKind.TOWNSHIP,
    Role.TOWNSHIP_REVIEWER: OrganisationKind.TOWNSHIP,
    Role.TOWNSHIP_SEAL_KEEPER: OrganisationKind.TOWNSHIP,
    Role.EMPLOYMENT_SERVICE_OFFICER: OrganisationKind.COUNTY_DEPARTMENT,
    Role.BUREAU_SUPERVISOR: OrganisationKind.COUNTY_DEPARTMENT,
    Role.POVERTY_OFFICE_OFFICER: OrganisationKind.COUNTY_DEPARTMENT,
    Role.FINANCE_OFFICER: OrganisationKind.COUNTY_DEPARTMENT,
    Role.AUDITOR: OrganisationKind.COUNTY_DEPARTMENT,
    Role.REPORTER: OrganisationKind.COUNTY_DEPARTMENT,
    Role.SUPERVISION_MEMBER: OrganisationKind.COUNTY_DEPARTMENT,
    Role.LEADING_GROUP_MEMBER: OrganisationKind.COUNTY_DEPARTMENT,
    Role.SYSTEM_ADMINISTRATOR: OrganisationKind.COUNTY_DEPARTMENT,
}
"""The kind of organisation at which a role is held."""

SEES: dict[Role, Sight] = {
    role: Sight.COUNTY if kind == OrganisationKind.COUNTY_DEPARTMENT else Sight.OWN for role, kind in LEVEL.items()
} | {
    # A reporter's own figures; the leading group reads dashboards, which carry no person.
    Role.REPORTER: Sight.OWN,
    Role.LEADING_GROUP_MEMBER: Sight.NOTHING,
    Role.SYSTEM_ADMINISTRATOR: Sight.NOTHING,
}
"""Whose cases a role may see; a township's own includes its villages'."""
