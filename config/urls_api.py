"""Every address of the REST API, version 1."""

from django.urls import path

from accounts import api as accounts
from billing import api as billing
from campaigns.api import reports
from campaigns.api import views as campaigns
from config import views
from consent.api import batches as consent_batches
from consent.api import engagements, frequency, keywords, rules
from consent.api import proofs as consent_proofs
from consent.api import views as consent
from contacts.api import imports, upserts
from contacts.api import views as contacts
from messaging.api import batches, calls, proofs, registrations, template_files, templates, text_overrides
from messaging.api import views as messaging
from privacy.api import views as privacy

app_name = "api"
urlpatterns = [
    path("schema/", views.schema, name="schema"),
    path("docs/", views.api_docs, name="docs"),
    path("try/", views.api_try, name="try"),
    path("problems/", views.problem_list, name="problems"),
    path("organization/", accounts.organization, name="organization"),
    path("limits/", accounts.limits, name="limits"),
    path("units/", billing.units, name="units"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/batch/", upserts.batch, name="contact_batch"),
    path("contacts/<uuid:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<uuid:contact_id>/erase/", privacy.erase, name="erase"),
    path("contacts/<uuid:contact_id>/proof/", proofs.proof, name="proof"),
    path("lists/", contacts.lists, name="lists"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:import_id>/", imports.one_import, name="import"),
    path("imports/<uuid:import_id>/check/", imports.check, name="check_import"),
    path("imports/<uuid:import_id>/run/", imports.run, name="run_import"),
    path("imports/<uuid:import_id>/cancel/", imports.cancel, name="cancel_import"),
    path("imports/<uuid:import_id>/rows/", imports.rows, name="import_rows"),
    path("imports/<uuid:import_id>/rejected/", imports.rejected, name="rejected_rows"),
    path("purposes/", consent.purposes, name="purposes"),
    path("consents/", consent.consents, name="consents"),
    path("consents/batch/", consent_batches.batch, name="consent_batch"),
    path("consents/search/", consent.consent_search, name="consent_search"),
    path("consents/events/<uuid:event_id>/", consent.consent_event, name="consent_event"),
    path("consents/events/<uuid:event_id>/receipt/", consent_proofs.receipt, name="consent_receipt"),
    path("consents/attachments/", consent_proofs.attachments, name="attachments"),
    path("consents/engagements/", engagements.engagements, name="engagements"),
    path("stops/", consent.stops, name="stops"),
    path("keywords/", keywords.keywords, name="keywords"),
    path("keywords/readings/", keywords.readings, name="keyword_readings"),
    path("frequency/", frequency.frequency, name="frequency"),
    path("rules/", rules.rules, name="rules"),
    path("rules/questions/", rules.questions, name="rule_questions"),
    path("senders/", messaging.senders, name="senders"),
    path("registrations/", registrations.registrations, name="registrations"),
    path("registrations/<uuid:registration_id>/", registrations.registration, name="registration"),
    path("text-overrides/", text_overrides.overrides, name="text_overrides"),
    path("text-overrides/<uuid:text_override_id>/", text_overrides.override, name="text_override"),
    path("decisions/", messaging.decisions, name="decisions"),
    path("messages/", messaging.messages, name="messages"),
    path("messages/batch/", batches.batch, name="message_batch"),
    path("messages/<uuid:message_id>/", messaging.message, name="message"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<uuid:call_id>/", calls.call, name="call"),
    path("inbound/", messaging.inbound, name="inbound"),
    path("templates/", templates.templates, name="templates"),
    path("templates/files/", template_files.template_files, name="template_files"),
    path("templates/bring-in/", templates.sync, name="sync_templates"),
    path("templates/<uuid:provider_template_id>/", templates.template, name="template"),
    path("templates/<uuid:provider_template_id>/submission/", templates.submission, name="submit_template"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/<uuid:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/check/", campaigns.check, name="check"),
    path("campaigns/<uuid:campaign_id>/launch/", campaigns.launch, name="launch"),
    path("reports/compliance/", reports.compliance, name="compliance_report"),
    path("reports/ending/", reports.ending, name="ending_report"),
    path("runs/<uuid:run_id>/", campaigns.run, name="run"),
    path("runs/<uuid:run_id>/pause/", campaigns.pause, name="pause"),
    path("runs/<uuid:run_id>/resume/", campaigns.resume, name="resume"),
    path("runs/<uuid:run_id>/cancel/", campaigns.cancel, name="cancel"),
    path("runs/<uuid:run_id>/undo/", campaigns.undo, name="undo"),
]
