from django.urls import path

from .pay import views as pay
from .sheets import views as sheets

urlpatterns = [
    path("attendance/", sheets.sheets, name="attendance"),
    path("attendance/open/", sheets.open_sheet, name="attendance_open"),
    path("pay/", pay.rosters, name="pay"),
    path("pay/open/", pay.open_roster, name="pay_open"),
    path("pay/<int:pk>/export/", pay.export_roster, name="pay_export"),
]
