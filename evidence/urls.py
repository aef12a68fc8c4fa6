"""Addresses of the public check. A code is printed on the paper itself; it is no personal data."""

from django.urls import path

from . import articles_view, overview_view, views

urlpatterns = [
    path("overview/", overview_view.overview, name="overview"),
    path("articles/", articles_view.articles, name="articles"),
    path("c/", views.check, name="check"),
    path("c/<str:code>", views.checked, name="checked"),
]
