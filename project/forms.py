"""Login and password, in the desk's words and looks."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm


class LoginForm(AuthenticationForm):
    """One sentence for every failure: whether an account exists is nobody's business."""

    error_messages = {
        "invalid_login": "账号或密码不对，请核对后再试。",
        "inactive": "账号或密码不对，请核对后再试。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = "请填写账号。"
        self.fields["password"].error_messages["required"] = "请填写密码。"
        for field, autocomplete in (("username", "username"), ("password", "current-password")):
            self.fields[field].widget.attrs |= {
                "class": "input input--tel",
                "autocomplete": autocomplete,
                "autocapitalize": "none",
                "spellcheck": "false",
            }

    def prefill(self, username: str, password: str) -> None:
        """A demo account in both fields: Django never renders a password by itself."""
        widget = self.fields["password"].widget
        assert isinstance(widget, forms.PasswordInput)
        widget.render_value = True
        self.initial.update(username=username, password=password)


class OwnPasswordForm(PasswordChangeForm):
    """The person's own new password."""

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "现在的密码不对，请重新填写。",
        "password_mismatch": "两次填写的新密码不一样，请重新填写。",
    }
    labels = {"old_password": "现在的密码", "new_password1": "新密码", "new_password2": "再填一次新密码"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            field = self.fields[name]
            field.label, field.help_text = label, ""
            field.error_messages["required"] = f"请填写{label}。" if name != "new_password2" else "请再填一次新密码。"
            field.widget.attrs["class"] = "input"

    def clean_new_password1(self) -> str:
        password: str = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise forms.ValidationError("新密码和现在的一样，请换一个。")
        return password
