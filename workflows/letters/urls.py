"""Addresses of requests for a seal."""

from django.urls import path

from . import views

urlpatterns = [
    path("letters/", views.letters, name="letters"),
    path("letters/new/", views.new_letter, name="new_letter"),
]
