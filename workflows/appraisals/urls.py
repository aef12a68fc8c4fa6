from django.urls import path

from . import views

urlpatterns = [
    path("appraisals/", views.appraisals, name="appraisals"),
    path("appraisals/scheme/", views.open_scheme, name="appraisal_scheme_open"),
    path("appraisals/summary/", views.open_summary, name="appraisal_summary_open"),
    path("appraisals/begin/", views.open_appraisals, name="appraisals_open"),
    path("appraisals/records/", views.records, name="appraisal_records"),
    path("appraisals/records/<int:pk>/strike/", views.strike_record, name="appraisal_record_strike"),
]
