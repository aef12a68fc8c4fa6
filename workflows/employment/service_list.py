"""The service of many people from before this system, taken in as one act (《办法》第十条 counts it, too).

Whoever is still on a post comes with the agreement that runs on paper: attendance, pay and renewal stand on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError
from registry.models import Organisation, Worker
from registry.policies import Policy, PolicyError, policy_on
from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.list_actions import Faults, ListAction, parts

from .models import SETTLED, Agreement, AgreementState, Post, Tenure, TenureState
from .service import Stretch, months_after


@dataclass(frozen=True)
class _Row:
    """One stretch of service as the list says it; `end_on` None while it lasts."""

    worker: Worker
    post: Post | None
    start_on: date
    end_on: date | None
    agreed: Stretch | None = None

    def meets(self, start_on: date, end_on: date | None) -> bool:
        """Whether the two share a day."""
        return start_on <= (self.end_on or date.max) and self.start_on <= (end_on or date.max)


@register
class ImportService(ListAction):
    """A township's people on welfare posts, now and before, as its paper ledger lists them.

    A row: id_number, start_on and end_on (ISO dates; end_on empty while it lasts), post (its key, or its name in the
    person's village; empty when unknown), and of who is still there agreed_from and agreed_until: the dates of the
    agreement on paper, without which no attendance sheet has them. Beside the rows `kept_from`, the day from which on
    attendance is kept here (the first of this month when it is not said). The people stand in the register already.
    """

    code = "employment.import_service"
    label = "导入在岗经历"
    told = "导入在岗经历名单"
    roles = (Role.TOWNSHIP_REVIEWER, Role.EMPLOYMENT_SERVICE_OFFICER)

    def make(self, move: Move) -> None:
        rows: Sequence[Mapping[str, str]] = move.data["rows"]
        policy = policy_on(move.county, move.on)
        read = _read(move, rows, policy)
        tenures = Tenure.objects.bulk_create(
            Tenure(
                county=move.county,
                township=move.data["township"],
                village_id=row.post.village_id if row.post is not None else row.worker.village_id,
                worker=row.worker,
                post=row.post,
                start_on=row.start_on,
                end_on=row.end_on,
                state=TenureState.WORKING if row.end_on is None else TenureState.ENDED,
            )
            for row in read
        )
        kept_from = move.data.get("kept_from") or move.on.replace(day=1)
        agreed = [
            _agreement(tenure, row.post, row.agreed, policy, kept_from)
            for tenure, row in zip(tenures, read, strict=True)
            if row.post is not None and row.agreed is not None
        ]
        Agreement.objects.bulk_create(agreed)
        running = sum(row.end_on is None for row in read)
        self.note(move, [move.data["township"]], stretches=len(read), running=running, agreements=len(agreed))


def _agreement(tenure: Tenure, post: Post, agreed: Stretch, policy: Policy, kept_from: date) -> Agreement:
    if agreed.last is None:
        raise LookupError("an agreement on paper has a last day")
    category = tenure.worker.household.category
    try:
        rate = policy.stipend(category, agreed.first)
    except PolicyError:  # signed before the first row of the table
        rate = policy.stipend(category, policy.effective_on)
    return Agreement(
        county_id=tenure.county_id,
        village_id=tenure.village_id,
        township=tenure.township,
        tenure=tenure,
        worker=tenure.worker,
        post=post,
        category=category,
        party_a_id=tenure.village_id if policy.party_a == "village" else tenure.township_id,
        workplace=post.village.name,
        start_on=agreed.first,
        end_on=agreed.last,
        yuan_per_month=rate,
        state=AgreementState.CONCLUDED,
        kept_from=kept_from,
    )


def _read(move: Move, rows: Sequence[Mapping[str, str]], policy: Policy) -> list[_Row]:
    faults = Faults(move)
    numbers = [_number_of(row) for row in rows]
    workers = _workers(move.county.pk, numbers)
    posts = _Posts(move.data["township"])
    served = _served([worker.pk for worker in workers.values()])
    read: list[_Row] = []
    for at, (row, number) in enumerate(zip(rows, numbers, strict=True), 1):
        stretch = _stretch_of(row, workers.get(number), posts, policy, move.on)
        if isinstance(stretch, str):
            faults.tell(at, stretch)
            continue
        others = served.setdefault(stretch.worker.pk, [])
        if any(stretch.meets(*other) for other in others):
            faults.tell(at, f"{stretch.worker.name}已有同一时间的在岗经历，请核对起止日期。")
        others.append((stretch.start_on, stretch.end_on))
        read.append(stretch)
    faults.refuse()
    return read


def _number_of(row: Mapping[str, str]) -> str:
    try:
        return IdNumber.parse(row["id_number"]).value
    except IdNumberError:
        return ""


def _workers(county_id: int, numbers: Iterable[str]) -> dict[str, Worker]:
    indexes = {blind_index(number): number for number in numbers if number}
    found: dict[str, Worker] = {}
    for some in parts(indexes):
        workers = Worker.objects.filter(county_id=county_id, id_index__in=some).select_related("household", "village")
        workers = workers.only(
            "pk", "name", "id_index", "village_id", "village__name", "village__parent_id", "household__category"
        )
        found |= {indexes[worker.id_index]: worker for worker in workers}
    return found


def _served(workers: Iterable[int]) -> dict[int, list[tuple[date, date | None]]]:
    found: dict[int, list[tuple[date, date | None]]] = {}
    for some in parts(workers):
        for worker, start_on, end_on in Tenure.objects.filter(worker__in=some).values_list(
            "worker_id", "start_on", "end_on"
        ):
            found.setdefault(worker, []).append((start_on, end_on))
    return found


class _Posts:
    """The settled posts of a township's villages, by key and by village and name."""

    def __init__(self, township: Organisation) -> None:
        found = Post.objects.filter(village__parent=township, state__in=SETTLED).select_related("village")
        self._by_key: dict[str, Post] = {}
        self._by_name: dict[tuple[int, str], Post] = {}
        for post in found.order_by("pk"):
            self._by_key[str(post.pk)] = post
            self._by_name.setdefault((post.village_id, post.type_name), post)

    def find(self, said: str, worker: Worker) -> Post | None:
        return self._by_name.get((worker.village_id, said)) or self._by_key.get(said)


def _stretch_of(row: Mapping[str, str], worker: Worker | None, posts: _Posts, policy: Policy, on: date) -> _Row | str:
    """The row as it will be stored, or the sentence that says what to do about it."""
    if worker is None:
        return "名单里没有这个身份证号的劳动者，请先导入名单，再导入在岗经历。"
    try:
        start_on = date.fromisoformat(row["start_on"])
        end_on, agreed_from, agreed_until = (_day(row.get(name)) for name in ("end_on", "agreed_from", "agreed_until"))
    except ValueError:
        return "请把日期写成2019-07-01的样子；还在岗的，止日空着。"
    if start_on > on or (end_on is not None and end_on > on):
        return "只导入到今天为止的在岗经历；还在岗的，止日空着。"
    if end_on is not None and end_on < start_on:
        return "止日早于起日，请核对。"
    said = str(row.get("post") or "").strip()
    post = posts.find(said, worker) if said else None
    if said and post is None:
        return f"{worker.village.name}没有“{said}”这个核定的岗位，请核对；还没有的，先在“岗位”里申报、核定。"
    if agreed_from is None and agreed_until is None:
        return _Row(worker, post, start_on, end_on)
    if agreed_from is None or agreed_until is None:
        return "现行用工协议的起止日期请写全；没有协议的都空着。"
    if fault := _fault_of_agreement(Stretch(agreed_from, agreed_until), start_on, end_on, policy, on):
        return fault
    if post is None:
        return "写了用工协议的，请写上岗位。"
    return _Row(worker, post, start_on, end_on, Stretch(agreed_from, agreed_until))


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _fault_of_agreement(agreed: Stretch, start_on: date, end_on: date | None, policy: Policy, on: date) -> str:
    """What is wrong with the agreement on paper; "" when nothing is."""
    last = agreed.last or agreed.first
    if end_on is not None:
        return "已经离岗的，不写现行用工协议的日期。"
    if agreed.first < start_on or agreed.first > on:
        return "现行用工协议的开始日期应在上岗那天到今天之间，请核对。"
    if last < on:
        return "现行用工协议已经到期：续签过的写续签后的日期，离岗的写止日。"
    if last >= months_after(agreed.first, policy.agreement_max_months):
        return f"一份用工协议最长{policy.agreement_max_months}个月，请核对起止日期。"
    return ""
