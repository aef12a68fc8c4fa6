"""Shapes that desks of every flow share: a reason, a signature, an opinion with its signature."""

from __future__ import annotations

from typing import Any

from django import forms

from signatures.scans import ScanError
from signatures.scans import clean as clean_scan
from signatures.strokes import StrokeError
from signatures.strokes import parse as parse_strokes


class ReasonForm(forms.Form):
    """A written reason, for whoever must put it right."""

    reason = forms.CharField(
        label="原因",
        min_length=2,
        max_length=300,
        error_messages={
            "required": "请写明原因，收到的人照着办。",
            "min_length": "请把原因写清楚一些。",
            "max_length": "原因太长，请控制在300个字以内。",
        },
    )


class SignatureForm(forms.Form):
    """A signature drawn on the pad, a scan of one (also without script), or the signed page that came back (纸签)."""

    strokes = forms.CharField(required=False, max_length=400_000)
    scan = forms.FileField(required=False)
    on_paper = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        scan = data.get("scan")
        data["scan_picture"] = None
        data["parsed_strokes"] = None
        if data.get("on_paper"):
            if scan is not None or str(data.get("strokes") or "").strip():
                self.add_error("strokes", "电子签和纸签只能选一样：用纸签扫描件的，请点“重签”清空签字框。")
            return data
        if scan is not None:
            try:
                data["scan_picture"] = clean_scan(scan.read())
            except ScanError as error:
                self.add_error("scan", str(error))
            return data
        try:
            data["parsed_strokes"] = parse_strokes(data.get("strokes") or "")
        except StrokeError as error:
            self.add_error("strokes", str(error))
        return data


class OpinionForm(SignatureForm):
    """The opinion in the office's cell, signed."""

    opinion = forms.CharField(
        label="意见",
        min_length=2,
        max_length=1000,
        error_messages={
            "required": "请写明意见，也可以点选常用意见。",
            "min_length": "请把意见写完整。",
            "max_length": "意见太长，请控制在1000个字以内。",
        },
    )


class RejectionForm(SignatureForm, ReasonForm):
    """不同意 stands on the paper with its reason, signed."""
