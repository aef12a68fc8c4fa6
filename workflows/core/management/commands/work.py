"""`manage.py work`: the background worker, which first takes up what a killed one left behind."""

import fcntl
import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from forms_templates import libreoffice
from workflows.core.daily_jobs import daily_round
from workflows.core.pdf_jobs import look_again_is_queued, make_waiting_pdfs, waiting

# A job that has killed so many workers is the reason for it.
_LIVES = 4

logger = logging.getLogger("django_tasks_db")


class Command(db_worker.Command):
    help = "做后台任务：核对文书、生成PDF、办理到期的事。先接手上一次中断时没有做完的任务。"

    def handle(self, **options: Any) -> None:
        # Held until this process ends, however it ends. A second worker beside this one takes nothing up.
        with (Path(settings.VAR_DIR) / "worker.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                logger.warning("another worker is running on this machine; it keeps its unfinished jobs")
            else:
                take_up_unfinished()
                libreoffice.sweep()
                if waiting().exists() and not look_again_is_queued():
                    make_waiting_pdfs.enqueue()
                # A machine that was off at night makes up for it now.
                DBTaskResult.objects.filter(status="READY", task_path=daily_round.module_path).delete()
                daily_round.enqueue()
            super().handle(**options)


def take_up_unfinished() -> int:
    """Queue again what was being done when the last worker was killed; returns how many. Every job may run twice."""
    taken = 0
    for job in DBTaskResult.objects.running():
        if len(job.worker_ids) >= _LIVES:
            job.set_failed(RuntimeError("the worker was killed whenever it did this job"))
            continue
        job.status = "READY"
        job.save(update_fields=["status"])
        taken += 1
    return taken
