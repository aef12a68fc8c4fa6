from django.urls import path

from .ledgers import views as ledgers

urlpatterns = [
    path("ledgers/", ledgers.ledgers, name="ledgers"),
    path("ledgers/<int:pk>/xlsx/", ledgers.ledger_xlsx, name="ledger_xlsx"),
    path("ledgers/changes/", ledgers.ledger_changes, name="ledger_changes"),
]
