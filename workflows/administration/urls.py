"""The administrator's addresses."""

from django.urls import path

from . import act_view, rights_view, views

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/new/", act_view.organisation_new, name="organisation_new"),
    path("organisations/rights/", rights_view.rights, name="rights"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
    path("organisations/<int:pk>/<slug:slug>/", act_view.organisation_act, name="organisation_act"),
    path("officials/", views.officials, name="officials"),
    path("officials/new/", act_view.official_new, name="official_new"),
    path("officials/<int:pk>/", views.official, name="official"),
    path("officials/<int:pk>/<slug:slug>/", act_view.official_act, name="official_act"),
    path("appointments/<int:pk>/<slug:slug>/", act_view.appointment_act, name="appointment_act"),
    path("certificates/<int:pk>/<slug:slug>/", act_view.certificate_act, name="certificate_act"),
    path("kept-seals/", views.seals, name="seals"),
    path("kept-seals/<int:pk>/<slug:slug>/", act_view.seal_act, name="seal_act"),
]
