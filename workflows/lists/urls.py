"""The addresses of the lists."""

from django.urls import path

from . import views

urlpatterns = [
    path("lists/", views.lists, name="lists"),
    path("lists/<slug:slug>/", views.one_list, name="list"),
    path("lists/<slug:slug>/blank.xlsx", views.blank, name="list_blank"),
]
