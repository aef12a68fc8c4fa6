"""Every desk of an exit, a review and a finding shows its own paper, and a refusal keeps what was typed."""

import pytest
from time_machine import travel

from tests.cast import AFTERNOON, Cast, browser_of
from tests.terminations import papers_of_exits
from tests.terminations.steps import on_post
from workflows.core.models import Case, DeskTask

pytestmark = pytest.mark.django_db
# Which desk, whose, and what stands on the paper there.
DESKS = [
    ("terminations.propose", "clerk", "离岗审定表"),
    ("terminations.confirm", "reviewer", "离岗审定表"),
    ("terminations.hear", "clerk", "听取陈述笔录"),
    ("terminations.decide", "reviewer", "离岗审定表"),
    ("terminations.seal", "township_keeper", "终止（解除）用工协议通知书"),
    ("terminations.deliver", "clerk", "送达回执"),
    ("exit_reviews.submit_objection", "clerk", "复核决定书"),
    ("exit_reviews.propose_correction", "reviewer", "复核决定书"),
    ("exit_reviews.revoke", "reviewer", "复核决定书"),
    ("exit_reviews.seal", "township_keeper", "复核决定书"),
    ("findings.deliver", "clerk", "送达回执"),
    ("findings.refuse", "clerk", "督查记录"),
    ("findings.warn", "reviewer", "警告决定书"),
    ("findings.deliver_warning", "clerk", "送达回执"),
    ("findings.find_serious", "clerk", "督查记录"),
    ("findings.establish", "reviewer", "督查记录"),
    ("findings.hand_over", "reviewer", "督查记录"),
]


@pytest.mark.parametrize(("code", "part", "paper"), DESKS)
def test_each_desk_shows_its_paper_and_keeps_what_was_typed(cast: Cast, code: str, part: str, paper: str) -> None:
    task: DeskTask = papers_of_exits.subject_of(code, cast)
    with travel(AFTERNOON, tick=False):
        client = browser_of(cast.people[part])
        page = client.get(f"/tasks/{task.pk}/")
        assert page.status_code == 200
        assert paper in page.content.decode()
        assert client.get(f"/cases/{task.process_id}/").status_code == 200
        assert client.get(f"/cases/{task.process_id}/flow/").status_code == 200
        if "seal" in code:
            return
        typed = {"action": code, "statement": "本人说请过假", "place": "村委会院里", "facts": "写到一半的事实"}
        refused = client.post(f"/tasks/{task.pk}/", typed | {"claim": "写到一半的理由", "opinion": "写到一半的意见"})
        assert refused.status_code == 422
        assert any(word in refused.content.decode() for word in ("请过假", "院里", "写到一半"))


def test_an_exit_begins_on_the_persons_page(cast: Cast) -> None:
    tenure = on_post(cast)
    with travel(AFTERNOON, tick=False):
        client = browser_of(cast.clerk)
        person = client.get(f"/workers/{tenure.worker_id}/").content.decode()
        assert f"/exits/new/{tenure.pk}/" in person
        assert f"/findings/new/?worker={tenure.worker_id}" in person
        page = client.get(f"/exits/new/{tenure.pk}/")
        assert "不服从工作安排或岗位管理，经指出后仍不改正的" in page.content.decode()
        refused = client.post(f"/exits/new/{tenure.pk}/", {"opening_key": "one"})
        assert refused.status_code == 422
        assert "请选择离岗原因" in refused.content.decode()
        opened = client.post(f"/exits/new/{tenure.pk}/", {"opening_key": "one", "reason": "resignation"})
        assert opened.status_code == 303
        assert client.get(opened["Location"]).status_code == 200
        assert client.get(f"/exits/new/{tenure.pk}/").status_code == 302  # it is under way
        assert "孟照林" in client.get("/exits/").content.decode()
        assert browser_of(cast.other_clerk).get(f"/exits/new/{tenure.pk}/").status_code == 404


def test_a_finding_is_recorded_with_photos(cast: Cast) -> None:
    from io import BytesIO

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    from signatures.demo_strokes import demo_signature

    tenure = on_post(cast)
    png = BytesIO()
    Image.new("RGB", (8, 8), "white").save(png, "PNG")
    photos = [SimpleUploadedFile(f"{n}.png", png.getvalue(), content_type="image/png") for n in (1, 2)]
    data = {
        "about": "worker", "worker": str(tenure.worker_id), "village": str(cast.village.pk), "weight": "ordinary",
        "found_on": "2020-09-15", "problem": "连续三日未清扫二组街道，没有请假。", "demand": "当日补扫。",
        "deadline_on": "2020-09-22", "strokes": demo_signature("何素琴"), "opening_key": "photo", "photos": photos,
    }  # fmt: skip
    with travel(AFTERNOON, tick=False):
        client = browser_of(cast.clerk)
        assert client.get(f"/findings/new/?worker={tenure.worker_id}").status_code == 200
        assert client.get("/findings/new/").status_code == 200
        refused = client.post("/findings/new/", {**data, "demand": "", "photos": []})
        assert refused.status_code == 422
        assert "连续三日未清扫" in refused.content.decode()
        saved = client.post("/findings/new/", data)
        assert saved.status_code == 303
        case = Case.objects.latest("pk")
        assert sum(comment.attachments.count() for comment in case.comments.all()) == 2
        assert "2.png" in client.get(saved["Location"]).content.decode()
        assert case.number in client.get("/findings/").content.decode()
