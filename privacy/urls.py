"""Addresses of privacy."""

from django.urls import path

from privacy.views import erasures

app_name = "privacy"
urlpatterns = [
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<uuid:erasure_id>/", erasures.erasure, name="erasure"),
    path("people/<uuid:contact_id>/erase/", erasures.erase, name="erase"),
]
