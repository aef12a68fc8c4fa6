from django.urls import path

from .checks import views as checks
from .findings import views as findings
from .recoveries import views as recoveries

urlpatterns = [
    path("inspections/", checks.inspections, name="inspections"),
    path("inspections/new/", checks.inspection_new, name="inspection_new"),
    path("findings/", findings.findings, name="findings"),
    path("findings/new/", findings.finding_new, name="finding_new"),
    path("recoveries/", recoveries.recoveries, name="recoveries"),
    path("recoveries/new/<int:pk>/", recoveries.recovery_new, name="recovery_new"),
    path("recoveries/difference/<int:pk>/<int:worker>/", recoveries.recovery_difference, name="recovery_difference"),
]
