"""Every version of a paper is kept, numbered, encrypted, and never changed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import override_settings

from audit.append_only import AppendOnlyError
from audit.trail import PaperStamp
from forms_templates.coded_paper import with_code
from forms_templates.models import Document, StoredFile
from forms_templates.papers import PaperDamaged, file_paper, read_paper
from forms_templates.values import FormDataError
from registry.models import County, KeyDestroyed, PersonKey
from tests.forms_templates.papers import application_form, pictures, sample

AT = datetime(2020, 9, 17, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def papers(tmp_path: Path) -> Iterator[Path]:
    with override_settings(PAPERS_DIR=tmp_path):
        yield tmp_path


@pytest.fixture
def key(db: None) -> PersonKey:
    return PersonKey.create(County.objects.create(code="130322", name="昌黎县"))


def filed(key: PersonKey, *, subject: str = "17", label: str = "提交后", **changed: object) -> Document:
    return file_paper(
        form=application_form(),
        values=sample(**changed),
        pictures=pictures(),
        county=key.county,
        person_key=key,
        subject_kind="applications.application",
        subject_key=subject,
        case_key="applications:17",
        label=label,
        at=AT,
    )


def test_a_filed_paper_is_the_word_file_that_was_rendered(key: PersonKey) -> None:
    document = filed(key)
    assert read_paper(document) == with_code(application_form().render(sample(), pictures()), document.code.code)
    assert document.size == len(read_paper(document))
    assert document.created_at == AT


def test_each_step_makes_the_next_version(key: PersonKey) -> None:
    first, second = filed(key, township_opinion=""), filed(key, label="村委会盖章后")
    other = filed(key, subject="18")
    assert [first.number, second.number, other.number] == [1, 2, 1]
    assert str(second) == "post_application第2版（村委会盖章后）"
    assert read_paper(first) != read_paper(second)


def test_a_number_is_given_once(key: PersonKey) -> None:
    document = filed(key)
    document.pk, document._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        document.save()


def test_the_trail_gets_both_digests(key: PersonKey) -> None:
    document, form = filed(key), application_form()
    assert document.stamp == PaperStamp(
        form="post_application",
        version=1,
        file_digest=document.file_digest,
        content_digest=form.content_digest(sample()),
    )


def test_the_values_come_back_as_they_were_printed(key: PersonKey) -> None:
    document = filed(key, village_opinion="一\r\n二")
    again = Document.objects.get(pk=document.pk)
    assert again.values == sample(village_opinion="一\n二")
    assert application_form().content_digest(again.values) == document.content_digest


def test_nothing_of_the_person_is_readable_in_the_database(key: PersonKey) -> None:
    document = filed(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM forms_templates_document WHERE id = %s", [document.pk])
        row = b"|".join(
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for value in cursor.fetchone()
        )
    for secret in ("孟照林", "130399196002290019", "13900000458", "榆荫村"):
        assert secret.encode() not in row
        assert json.dumps(secret).encode() not in row


def test_after_the_key_is_destroyed_nobody_reads_the_paper_but_its_row_stands(key: PersonKey) -> None:
    document = filed(key)
    key.destroy(AT)
    again = Document.objects.get(pk=document.pk)
    with pytest.raises(KeyDestroyed):
        read_paper(again)
    with pytest.raises(KeyDestroyed):
        _ = again.values
    assert again.file_digest == document.file_digest


def test_a_lost_file_is_told_and_not_a_traceback(key: PersonKey, papers: Path) -> None:
    document = filed(key)
    next(path for path in papers.rglob(document.file_digest)).unlink()
    with pytest.raises(PaperDamaged, match=f"找不到文件{document.file_digest[:12]}，请从备份恢复"):
        read_paper(document)


def test_bad_values_file_nothing(key: PersonKey, papers: Path) -> None:
    with pytest.raises(FormDataError):
        filed(key, name="王\x00明")
    assert Document.objects.count() == StoredFile.objects.count() == 0
    assert not list(papers.rglob("*"))


def test_a_document_is_written_once(key: PersonKey) -> None:
    document = filed(key)
    with pytest.raises(AppendOnlyError):
        document.save()
    with pytest.raises(AppendOnlyError):
        document.delete()


@pytest.mark.parametrize("statement", ["UPDATE {} SET label = '改'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_a_document(key: PersonKey, statement: str) -> None:
    filed(key)
    with pytest.raises(DatabaseError, match="只增不改"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("forms_templates_document"))
    assert Document.objects.get().label == "提交后"
