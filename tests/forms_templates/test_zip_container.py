"""The container: any program opens it, nothing in it depends on when or where it was made."""

import io
import zipfile

import pytest

from forms_templates.zip_container import Member, pack, unpack


def test_python_reads_what_is_packed() -> None:
    contents = {"a.xml": b"<a/>", "文件.xml": "内容".encode() * 1000, "empty": b""}
    members = [Member.stored(name, content) for name, content in contents.items()]
    with zipfile.ZipFile(io.BytesIO(pack(members))) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == contents
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_compressed_member_is_copied_as_it_stands() -> None:
    container = io.BytesIO()
    with zipfile.ZipFile(container, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("styles.xml", "<w/>" * 1000)
    (member,) = unpack(container.getvalue())
    assert member.content() == b"<w/>" * 1000
    assert member.data in pack([member])
    assert len(pack([member])) < 300


def test_packing_what_was_unpacked_gives_the_same_bytes() -> None:
    packed = pack([Member.stored("a", b"1"), Member.stored("b", b"2" * 70_000)])
    assert pack(unpack(packed)) == packed


def test_a_changed_byte_is_noticed() -> None:
    packed = pack([Member.stored("a.xml", b"<a>good</a>")])
    (member,) = unpack(packed.replace(b"good", b"evil"))
    with pytest.raises(zipfile.BadZipFile, match="校验和不符"):
        member.content()


def test_what_is_no_container_is_refused() -> None:
    with pytest.raises(zipfile.BadZipFile):
        unpack(b"%PDF-1.7 this is something else")
