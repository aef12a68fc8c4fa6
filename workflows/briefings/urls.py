from django.urls import path

from . import views

urlpatterns = [
    path("briefings/", views.briefings, name="briefings"),
    path("briefings/<int:pk>/", views.briefing_receipts, name="briefing_receipts"),
    path("briefings/<int:pk>/send/", views.briefing_send, name="briefing_send"),
]
