"""Addresses of campaigns."""

from django.urls import path

from campaigns.views import approving, campaigns, checking, runs, writing

app_name = "campaigns"
urlpatterns = [
    path("", campaigns.campaign_list, name="list"),
    path("new/", writing.new, name="new"),
    path("new/<slug:channel>/", writing.write, name="write"),
    path("counter/", writing.counter, name="counter"),
    path("preview/", writing.show_preview, name="preview"),
    path("<uuid:campaign_id>/", campaigns.campaign_detail, name="detail"),
    path("<uuid:campaign_id>/change/", writing.change, name="change"),
    path("<uuid:campaign_id>/copy/", campaigns.copy, name="copy"),
    path("<uuid:campaign_id>/delete/", campaigns.delete, name="delete"),
    path("<uuid:campaign_id>/test/", campaigns.send_test, name="test"),
    path("<uuid:campaign_id>/tests/", campaigns.test_progress, name="tests"),
    path("<uuid:campaign_id>/check/", checking.check, name="check"),
    path("<uuid:campaign_id>/approval/", approving.ask, name="ask_approval"),
    path("<uuid:campaign_id>/approval/decide/", approving.decide, name="decide_approval"),
    path("<uuid:campaign_id>/words/", approving.ask_about_words, name="ask_about_words"),
    path("<uuid:campaign_id>/launch/", checking.launch, name="launch"),
    path("runs/<uuid:run_id>/", runs.run_detail, name="run"),
    path("runs/<uuid:run_id>/progress/", runs.progress, name="progress"),
    path("runs/<uuid:run_id>/people/", runs.people, name="people"),
    path("runs/<uuid:run_id>/people.csv", runs.export, name="export"),
    path("runs/<uuid:run_id>/undo/", runs.undo, name="undo"),
    path("runs/<uuid:run_id>/pause/", runs.pause, name="pause"),
    path("runs/<uuid:run_id>/resume/", runs.resume, name="resume"),
    path("runs/<uuid:run_id>/cancel/", runs.cancel, name="cancel"),
]
