from django.urls import path

from . import views

urlpatterns = [
    path("policies/", views.policies, name="policies"),
    path("policies/new/", views.policy_new, name="policy_new"),
    path("policies/<int:pk>/", views.policy_set, name="policy_set"),
    path("policies/proposals/<int:pk>/", views.policy_proposal, name="policy_proposal"),
]
