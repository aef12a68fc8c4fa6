"""Which address leads where."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from project import views

handler500 = "project.views.broken_down"

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.Login.as_view(), name="login"),
    # POST only: a link or a picture must not log anybody out.
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.PasswordChange.as_view(), name="password_change"),
    path("", include("evidence.urls")),
    path("", include("workflows.core.urls")),
    path("", include("workflows.applications.urls")),
    path("", include("workflows.administration.urls")),
    path("", include("workflows.appraisals.urls")),
    path("", include("workflows.attendance.urls")),
    path("", include("workflows.employment.urls")),
    path("", include("workflows.terminations.urls")),
    path("", include("workflows.inspections.urls")),
    path("", include("workflows.policies.urls")),
    path("", include("workflows.form_versions.urls")),
    path("", include("workflows.briefings.urls")),
    path("", include("workflows.letters.urls")),
    path("", include("workflows.lists.urls")),
    path("", include("workflows.reporting.urls")),
]
