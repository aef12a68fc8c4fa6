"""Coming in, going out, one's own password; and what is said when a form's time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.urls import reverse_lazy
from django.utils.safestring import SafeString

from forms_templates import library
from forms_templates.sheet import Fill, sheet_html
from forms_templates.values import Mark
from project.demo import OTHER_LOGIN, demo_logins
from project.forms import LoginForm, OwnPasswordForm
from registry.models import County
from registry.policies import POLICY_2019
from workflows.core.desk_view import sheet_css_url

LOGIN_SHEET = ("post_application", 1)
_BLANK_DATE = "　　年　　月　　日"


@dataclass(frozen=True)
class DemoLogin:
    """A login of the demo county that anybody may use."""

    username: str
    password: str
    title: str


def shown_logins() -> Sequence[DemoLogin]:
    """The demo county's logins; none outside a demo."""
    return [DemoLogin(*login) for login in demo_logins()] if settings.DEMO else ()


def empty_sheet() -> SafeString:
    """The form as the county printed it, nobody's data in it."""
    form = library.form(*LOGIN_SHEET)
    slots: dict[str, Fill] = dict.fromkeys(form.fields, "")
    slots["county"] = County.objects.values_list("name", flat=True).first() or ""
    slots |= {name: _BLANK_DATE for name, spec in form.fields.items() if spec.kind == "date"}
    slots["category"] = [Mark(label=each.name, chosen=False) for each in POLICY_2019.categories]
    return sheet_html(form, slots, {})


class Login(LoginView):
    """The empty form 附件5 at the left, name and password at the right."""

    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_form(self, form_class: Any = None) -> AuthenticationForm:
        form = super().get_form(form_class)
        login = self._chosen_demo_login()
        if login is not None and not form.is_bound and isinstance(form, LoginForm):
            form.prefill(login.username, login.password)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self._chosen_demo_login()
        return super().get_context_data(
            demo_logins=shown_logins(),
            other_login=OTHER_LOGIN,
            prefilled=chosen.username if chosen else "",
            sheet=empty_sheet(),
            sheet_css_url=sheet_css_url(*LOGIN_SHEET),
            **kwargs,
        )

    def _chosen_demo_login(self) -> DemoLogin | None:
        wanted = self.request.GET.get("as", "")
        return next((login for login in shown_logins() if login.username == wanted), None)


class PasswordChange(PasswordChangeView):
    """One's own password; after it the initial one is forgotten."""

    template_name = "registration/password_change.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password_change")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rules=password_rules(), **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        # Saved by the form together with the password: an initial password is gone once one's own is set.
        if form.user.must_change_password:
            self.success_url = reverse_lazy("home")  # what they came for
        form.user.must_change_password = False
        response = super().form_valid(form)
        messages.success(self.request, "密码已修改，下次请用新密码登录。")
        return response


def password_rules() -> list[str]:
    """What a password must be, one sentence per rule, in the desk's words: without Django's 你的 and its blanks."""
    return [text.replace("你的", "").replace(" ", "") for text in password_validators_help_texts()]


def broken_down(request: HttpRequest) -> HttpResponse:
    """Something went wrong: a page that asks neither the database nor who is there. Status 500."""
    text = loader.render_to_string("500.html", {"demo": settings.DEMO})
    return HttpResponseServerError(text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page stood open too long, or somebody else logged in meanwhile: nothing was done. Status 403."""
    return render(request, "csrf.html", status=403)
