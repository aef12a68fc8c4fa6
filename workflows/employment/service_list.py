"""The service of many people from before this system, taken in as one act (《办法》第十条 counts it, too)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from audit.trail import SubjectStamp
from registry.encryption import blind_index
from registry.id_numbers import IdNumber, IdNumberError
from registry.models import Worker
from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.list_actions import Faults, ListAction, parts

from .models import Post, Tenure, TenureState


@dataclass(frozen=True)
class _Row:
    """One stretch of service as the list says it; `end_on` None while it lasts."""

    worker: Worker
    post: Post | None
    start_on: date
    end_on: date | None

    def meets(self, start_on: date, end_on: date | None) -> bool:
        """Whether the two share a day."""
        return start_on <= (self.end_on or date.max) and self.start_on <= (end_on or date.max)


@register
class ImportService(ListAction):
    """A township's people on welfare posts, now and before, as its paper ledger lists them.

    A row: id_number, start_on and end_on (ISO dates; end_on empty while it lasts), post (its key; empty when unknown).
    The people stand in the register already.
    """

    code = "employment.import_service"
    label = "导入在岗经历"
    told = "导入在岗经历名单"
    roles = (Role.TOWNSHIP_REVIEWER, Role.EMPLOYMENT_SERVICE_OFFICER)

    def make(self, move: Move) -> None:
        rows: Sequence[Mapping[str, str]] = move.data["rows"]
        read = _read(move, rows)
        Tenure.objects.bulk_create(
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
        running = sum(row.end_on is None for row in read)
        self.note(move, [move.data["township"]], stretches=len(read), running=running)

    def stamp(self, move: Move) -> SubjectStamp:
        return SubjectStamp(kind="registry.organisation", key=str(move.data["township"].pk))


def _read(move: Move, rows: Sequence[Mapping[str, str]]) -> list[_Row]:
    faults = Faults()
    numbers = [_number_of(row) for row in rows]
    workers = _workers(move.county.pk, numbers)
    posts = {post.pk: post for post in Post.objects.filter(village__parent=move.data["township"])}
    served = _served([worker.pk for worker in workers.values()])
    read: list[_Row] = []
    for at, (row, number) in enumerate(zip(rows, numbers, strict=True), 1):
        stretch = _stretch_of(row, workers.get(number), posts, move.on)
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
        workers = Worker.objects.filter(county_id=county_id, id_index__in=some)
        workers = workers.only("pk", "name", "id_index", "village_id")
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


def _stretch_of(row: Mapping[str, str], worker: Worker | None, posts: Mapping[int, Post], on: date) -> _Row | str:
    """The row as it will be stored, or the sentence that says what to do about it."""
    if worker is None:
        return "名单里没有这个身份证号的劳动者，请先导入名单，再导入在岗经历。"
    try:
        start_on = date.fromisoformat(row["start_on"])
        end_on = date.fromisoformat(row["end_on"]) if row.get("end_on") else None
    except ValueError:
        return "请把起止日期写成2019-07-01的样子；还在岗的，止日空着。"
    if start_on > on or (end_on is not None and end_on > on):
        return "只导入到今天为止的在岗经历；还在岗的，止日空着。"
    if end_on is not None and end_on < start_on:
        return "止日早于起日，请核对。"
    post = posts.get(int(row["post"])) if str(row.get("post") or "").isdigit() else None
    if row.get("post") and post is None:
        return "本乡镇没有这个岗位，请核对。"
    return _Row(worker, post, start_on, end_on)
