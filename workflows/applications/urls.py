from django.urls import path

from . import views

urlpatterns = [
    path("applications/", views.applications, name="applications"),
    path("applications/new/", views.apply, name="apply"),
    path("applications/check/", views.eligibility, name="eligibility"),
]
