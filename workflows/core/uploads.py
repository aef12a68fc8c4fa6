"""Files people hand in: only kinds an office can open, judged by their content, never by their name alone."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO

from django import forms
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
OFFICE = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
SENTENCE = "请选PDF、图片（JPG、PNG）、Word（docx）或Excel（xlsx）文件。"


@dataclass(frozen=True)
class CleanFile:
    """A checked file: a harmless name, the kind found in its content, its bytes."""

    name: str
    content_type: str
    content: bytes


def clean_attachment(upload: UploadedFile) -> CleanFile:
    """Raises forms.ValidationError with a Chinese sentence; 5 MB at most."""
    if (upload.size or 0) > MAX_BYTES:
        raise forms.ValidationError("附件太大，请控制在5兆以内；照片可以先压缩。")
    content = upload.read()
    if not content:
        raise forms.ValidationError("这个附件是空的，请重新选择。")
    name = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]", "_", upload.name or "附件")[-100:]
    return CleanFile(name=name, content_type=_kind_of(content), content=content)


def _kind_of(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                names = set(archive.namelist())
        except zipfile.BadZipFile as error:
            raise forms.ValidationError("这个文件打不开，请重新保存以后再选。") from error
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise forms.ValidationError("文件里带有宏，请另存为不带宏的文件再选。")
        for member, content_type in OFFICE.values():
            if member in names:
                return content_type
        raise forms.ValidationError(SENTENCE)
    try:
        with Image.open(BytesIO(content)) as image:
            kind = image.format
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise forms.ValidationError(SENTENCE) from error
    if kind not in ("JPEG", "PNG"):
        raise forms.ValidationError(SENTENCE)
    return f"image/{kind.lower()}"
