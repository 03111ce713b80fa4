"""Addresses carriers call."""

from django.urls import path

from messaging.views import calls, template_files, webhooks

app_name = "webhooks"
urlpatterns = [
    path("recording/<str:token>", calls.recording, name="recording"),
    path("template-file/<str:token>", template_files.fetch, name="template_file"),
    path("<slug:name>/status/<str:token>/<uuid:attempt_id>", webhooks.status, name="status"),
    path("<slug:name>/voice/<str:token>/<uuid:attempt_id>", calls.voice, name="voice"),
    path("<slug:name>/inbound/<str:token>", webhooks.inbound, name="inbound"),
]
