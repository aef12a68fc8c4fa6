from django.urls import path

from . import views

urlpatterns = [
    path("exits/", views.exits, name="exits"),
    path("exits/new/<int:pk>/", views.exit_new, name="exit_new"),
]
