from django.urls import path

from .findings import views as findings

urlpatterns = [
    path("findings/", findings.findings, name="findings"),
    path("findings/new/", findings.finding_new, name="finding_new"),
]
