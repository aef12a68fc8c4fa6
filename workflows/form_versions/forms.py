"""What is asked for beside the Word file: shape only."""

from __future__ import annotations

from django import forms

from workflows.core.plain_forms import PlainForm


class UploadForm(PlainForm):
    file = forms.FileField(label="改过的Word文件（.docx）", help_text="在下载的现行模板上改，标记照原样留着。")
    effective_on = forms.DateField(label="从哪一天起用", help_text="从这一天起新开始的事项用新表；办理中的不变。")
    why = forms.CharField(label="依据什么改", max_length=300, help_text="如：上级文件的名称和文号，或者改正了什么。")
