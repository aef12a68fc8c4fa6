"""Lists taken in as one act, such as the households of a township's current list.

One act, one event: it names how many there are and keeps a salted digest of the list as it was handed in. A list
with a row that can't be right is refused whole, and every such row is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet

from audit.trail import SubjectStamp
from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError, PhoneError, normalise_phone
from registry.models import Household, Organisation, PersonKey, Worker
from registry.policies import policy_on
from registry.roles import Role

from .actions import Move, register
from .refusals import Refusal, Refused
from .registry_actions import RegistryAction

# Wrong rows told at once: nobody puts right more before handing the list in again.
MOST_TOLD = 20
AT_ONCE = 400  # values of one question to the database
# The columns of a township's list, one row for each person.
LISTED = (
    "village", "head_name", "head_id_number", "category",
    "name", "id_number", "phone", "address", "health", "work_ability", "skills",
)  # fmt: skip


class Faults:
    """What is wrong with a list, row by row as the office counts them: from 1, or by the `lines` of its sheet."""

    def __init__(self, move: Move) -> None:
        self.refusals: list[Refusal] = []
        self.lines: Sequence[int] = move.data.get("lines") or ()

    def tell(self, row: int, message: str) -> None:
        line = self.lines[row - 1] if self.lines else row
        self.refusals.append(Refusal("row", f"第{line}行：{message}"))

    def refuse(self) -> None:
        if self.refusals:
            more = len(self.refusals) - MOST_TOLD
            rest = [Refusal("more_rows", f"另有{more}行也要改，改好以上各行后再看。")] if more > 0 else []
            raise Refused([*self.refusals[:MOST_TOLD], *rest])


class ListAction(RegistryAction):
    """Many rows as one act. Its data has `rows`: mappings of text."""

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not move.data["rows"]:
            return [Refusal("no_rows", "名单里没有一行内容，请选对文件再交。")]
        return ()

    def note(self, move: Move, organisations: Iterable[Organisation], **counts: int) -> None:
        move.fields["list"] = [dict(row) for row in move.data["rows"]]
        move.details |= counts
        move.organisations = list(organisations)

    def stamp(self, move: Move) -> SubjectStamp:
        """The township whose list it is, or the county."""
        if (township := move.data.get("township")) is not None:
            return SubjectStamp(kind="registry.organisation", key=str(township.pk))
        return SubjectStamp(kind="registry.county", key=str(move.county.pk))


def known(rows: QuerySet[Any], column: str, values: Iterable[str]) -> set[str]:
    """Those of the values that some row has already in this column."""
    found: set[str] = set()
    for some in parts(sorted(set(values) - {""})):
        found |= set(rows.filter(**{f"{column}__in": some}).values_list(column, flat=True))
    return found


def parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    """As many values at a time as one question to the database may carry."""
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def by_code(county_id: int, codes: Iterable[str]) -> dict[str, Organisation]:
    """The county's organisations of these codes; a village with its township."""
    wanted = Organisation.objects.select_related("parent").filter(county_id=county_id, code__in=set(codes))
    return {organisation.code: organisation for organisation in wanted}


def too_long(model: type[Model], row: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """The sentence for the first text that is missing or longer than its column; "" when all fit."""
    for name, column in columns.items():
        field: Any = model._meta.get_field(column)
        text = str(row.get(name) or "").strip()
        if not text and not field.blank:
            return f"请填写{field.verbose_name}。"
        if field.max_length and len(text) > field.max_length:
            return f"{field.verbose_name}太长，请控制在{field.max_length}个字以内。"
    return ""


@register
class ImportHouseholds(ListAction):
    """The current list of a township (建档立卡, 边缘户): one row for each person of working age.

    A row has the columns of LISTED; `village` is its code. Rows of the same head are one household.
    """

    code = "registry.import_households"
    label = "导入名单"
    told = "导入名单户"
    roles = (Role.TOWNSHIP_CLERK, Role.POVERTY_OFFICE_OFFICER)

    def make(self, move: Move) -> None:
        rows: Sequence[Mapping[str, str]] = move.data["rows"]
        villages = by_code(move.county.pk, (row["village"] for row in rows))
        read = _ListOfPeople(move, villages).read(rows)
        heads = {row["head_id_number"]: row for row in read}
        households = Household.objects.bulk_create(
            Household(
                county=move.county,
                village=villages[row["village"]],
                head_name=row["head_name"],
                head_id_number=head,
                category=row["category"],
                listed_on=move.data["listed_on"],
            )
            for head, row in heads.items()
        )
        of_head = dict(zip(heads, households, strict=True))
        keys = PersonKey.objects.bulk_create(PersonKey.fresh(move.county) for _ in read)
        Worker.objects.bulk_create(
            _worker(move, row, of_head[row["head_id_number"]], key) for row, key in zip(read, keys, strict=True)
        )
        self.note(move, [move.data["township"], *villages.values()], households=len(households), people=len(read))


def _worker(move: Move, row: Mapping[str, str], household: Household, key: PersonKey) -> Worker:
    number = IdNumber.parse(row["id_number"], move.on)
    return Worker(
        county=move.county,
        household=household,
        village=household.village,
        person_key=key,
        name=row["name"],
        id_number=number.value,
        birth_on=number.birth_on,
        sex=number.sex,
        phone=row["phone"],
        address=row["address"],
        health=row["health"],
        work_ability=row["work_ability"],
        skills=row["skills"],
    )


class _ListOfPeople:
    """Reads the rows of a township's list, or refuses it with everything that is wrong."""

    def __init__(self, move: Move, villages: Mapping[str, Organisation]) -> None:
        self.move = move
        self.villages = villages
        self.township: Organisation = move.data["township"]
        self.categories = {category.code for category in policy_on(move.county, move.on).categories}
        self.faults = Faults(move)

    def read(self, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        read = [self._row(number, row) for number, row in enumerate(rows, 1)]
        self._compare(read)
        self.faults.refuse()
        return read

    def _row(self, number: int, row: Mapping[str, str]) -> dict[str, str]:
        clean = {name: " ".join(str(row.get(name) or "").split()) for name in LISTED}
        for fault in self._faults_of(clean):
            self.faults.tell(number, fault)
        return clean

    def _faults_of(self, row: dict[str, str]) -> Iterator[str]:
        village = self.villages.get(row["village"])
        if village is None or village.parent_id != self.township.pk:
            yield f"{self.township.name}没有代码为“{row['village']}”的村，请核对代码。"
        if row["category"] not in self.categories:
            yield f"不认识的人员类别“{row['category']}”，请对照现行政策的类别。"
        fault = too_long(Household, row, {"head_name": "head_name"}) or too_long(
            Worker, row, {name: name for name in ("name", "address", "work_ability", "skills")}
        )
        if fault:
            yield fault
        for column, whose in (("head_id_number", "户主"), ("id_number", "")):
            try:
                row[column] = IdNumber.parse(row[column], self.move.on).value
            except IdNumberError as error:
                yield f"{whose}{error}"
        if row["phone"]:
            try:
                row["phone"] = normalise_phone(row["phone"])
            except PhoneError as error:
                yield str(error)

    def _compare(self, rows: Sequence[Mapping[str, str]]) -> None:
        """With one another, and with what the county has already."""
        county = self.move.county
        heads = known(
            Household.objects.filter(county=county),
            "head_id_index",
            (blind_index(row["head_id_number"]) for row in rows),
        )
        people = known(
            Worker.objects.filter(county=county), "id_index", (blind_index(row["id_number"]) for row in rows)
        )
        seen: set[str] = set()
        first: dict[str, Mapping[str, str]] = {}
        for number, row in enumerate(rows, 1):
            of_household = first.setdefault(row["head_id_number"], row)
            if blind_index(row["head_id_number"]) in heads:
                self.faults.tell(number, "本县已有这位户主的户，请从名单里删去这一户。")
            elif blind_index(row["id_number"]) in people or row["id_number"] in seen:
                self.faults.tell(number, "本县或本名单已有这个身份证号的劳动者，请核对后删去重复的一行。")
            elif any(of_household[name] != row[name] for name in ("village", "head_name", "category")):
                self.faults.tell(number, "与同一户主的前面一行村、户主姓名或类别不一致，请核对。")
            seen.add(row["id_number"])
