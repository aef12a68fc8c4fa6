from django.urls import path

from . import views

urlpatterns = [
    path("forms/", views.forms, name="forms"),
    path("forms/proposals/<int:pk>/", views.proposal_page, name="form_proposal"),
    path("forms/proposals/<int:pk>/word/", views.proposal_word, name="form_proposal_word"),
    path("forms/proposals/<int:pk>/<slug:digest>.css", views.proposal_css, name="form_proposal_css"),
    path(
        "forms/proposals/<int:pk>/pages/<slug:digest>/<int:number>.png",
        views.proposal_proof,
        name="form_proposal_proof",
    ),
    path("forms/<slug:code>/", views.form_page, name="form"),
    path("forms/<slug:code>/<int:version>/word/", views.form_word, name="form_word"),
]
