"""Every address of the REST API, version 1."""

from django.urls import path

from accounts import api as accounts
from billing import api as billing
from campaigns.api import views as campaigns
from config import views
from consent.api import proofs as consent_proofs
from consent.api import rules
from consent.api import views as consent
from contacts.api import views as contacts
from messaging.api import proofs, templates
from messaging.api import views as messaging

app_name = "api"
urlpatterns = [
    path("schema/", views.schema, name="schema"),
    path("docs/", views.api_docs, name="docs"),
    path("problems/", views.problem_list, name="problems"),
    path("organization/", accounts.organization, name="organization"),
    path("units/", billing.units, name="units"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<uuid:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<uuid:contact_id>/proof/", proofs.proof, name="proof"),
    path("lists/", contacts.lists, name="lists"),
    path("purposes/", consent.purposes, name="purposes"),
    path("consents/", consent.consents, name="consents"),
    path("consents/search/", consent.consent_search, name="consent_search"),
    path("consents/events/<uuid:event_id>/", consent.consent_event, name="consent_event"),
    path("consents/events/<uuid:event_id>/receipt/", consent_proofs.receipt, name="consent_receipt"),
    path("consents/attachments/", consent_proofs.attachments, name="attachments"),
    path("stops/", consent.stops, name="stops"),
    path("rules/", rules.rules, name="rules"),
    path("rules/questions/", rules.questions, name="rule_questions"),
    path("senders/", messaging.senders, name="senders"),
    path("decisions/", messaging.decisions, name="decisions"),
    path("messages/", messaging.messages, name="messages"),
    path("messages/<uuid:message_id>/", messaging.message, name="message"),
    path("inbound/", messaging.inbound, name="inbound"),
    path("templates/", templates.templates, name="templates"),
    path("templates/bring-in/", templates.sync, name="sync_templates"),
    path("templates/<uuid:provider_template_id>/", templates.template, name="template"),
    path("templates/<uuid:provider_template_id>/submission/", templates.submission, name="submit_template"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/<uuid:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/check/", campaigns.check, name="check"),
    path("campaigns/<uuid:campaign_id>/launch/", campaigns.launch, name="launch"),
    path("runs/<uuid:run_id>/", campaigns.run, name="run"),
    path("runs/<uuid:run_id>/pause/", campaigns.pause, name="pause"),
    path("runs/<uuid:run_id>/resume/", campaigns.resume, name="resume"),
    path("runs/<uuid:run_id>/cancel/", campaigns.cancel, name="cancel"),
    path("runs/<uuid:run_id>/undo/", campaigns.undo, name="undo"),
]
