from django.urls import path

from .ledgers import views as ledgers
from .progress_view import county_progress

urlpatterns = [
    path("county-month/", county_progress, name="county_month"),
    path("ledgers/", ledgers.ledgers, name="ledgers"),
    path("ledgers/<int:pk>/xlsx/", ledgers.ledger_xlsx, name="ledger_xlsx"),
    path("ledgers/changes/", ledgers.ledger_changes, name="ledger_changes"),
]
