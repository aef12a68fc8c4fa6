from django.urls import path

from .sheets import views as sheets

urlpatterns = [
    path("attendance/", sheets.sheets, name="attendance"),
    path("attendance/open/", sheets.open_sheet, name="attendance_open"),
]
