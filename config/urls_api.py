"""Every address of the REST API, version 1."""

from django.urls import path

from accounts import api as accounts
from config import views

app_name = "api"
urlpatterns = [
    path("schema/", views.schema, name="schema"),
    path("problems/", views.problem_list, name="problems"),
    path("organization/", accounts.organization, name="organization"),
]
