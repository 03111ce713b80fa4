"""Addresses of messaging."""

from django.urls import path

from messaging.views import (
    conversations,
    preference_centre,
    preference_settings,
    proving,
    recordings,
    replies,
    senders,
    templates,
    unsubscribing,
)

app_name = "messaging"
urlpatterns = [
    path("u/<str:token>", unsubscribing.stop_mail, name="stop_mail"),
    path("p/<str:token>", preference_centre.preferences, name="preferences"),
    path("preference-page/", preference_settings.preference_page_settings, name="preference_page"),
    path("preference-page/end-links/", preference_settings.end_links, name="end_preference_links"),
    path("preference-page/<str:language>/", preference_settings.preview, name="preview_preferences"),
    path("senders/", senders.sender_list, name="senders"),
    path("senders/connect/", senders.connect, name="connect"),
    path("senders/practice/", senders.practice, name="practice"),
    path("senders/add/", senders.add_sender, name="add_sender"),
    path("senders/<uuid:sender_id>/pause/", senders.pause_sender, name="pause_sender"),
    path("senders/<uuid:sender_id>/resume/", senders.resume_sender, name="resume_sender"),
    path("replies/", replies.reply_list, name="replies"),
    path("replies/news/", replies.news, name="news"),
    path("replies/<uuid:reply_id>/stop/", replies.opt_out, name="opt_out"),
    path("replies/<uuid:reply_id>/confirm-stop/", replies.confirm_stop, name="confirm_stop"),
    path("replies/<uuid:reply_id>/not-a-stop/", replies.deny_stop, name="deny_stop"),
    path("replies/<uuid:reply_id>/read/", replies.mark_read, name="mark_read"),
    path("conversations/<uuid:point_id>/", conversations.talk, name="conversation"),
    path("conversations/<uuid:point_id>/log/", conversations.log, name="log"),
    path("conversations/with/<uuid:contact_id>/", conversations.timeline, name="timeline"),
    path("proof/<uuid:contact_id>/", proving.take_proof, name="take_proof"),
    path("messages/", conversations.find, name="find"),
    path("messages/<uuid:message_id>/why/", conversations.why, name="why"),
    path("recordings/<uuid:announcement_audio_id>/", recordings.hear, name="hear"),
    path("templates/", templates.template_list, name="templates"),
    path("templates/new/", templates.new_template, name="new_template"),
    path("templates/bring-in/", templates.sync_templates, name="sync_templates"),
    path("templates/<uuid:provider_template_id>/", templates.template, name="template"),
    path("templates/<uuid:provider_template_id>/change/", templates.change_template, name="change_template"),
    path("templates/<uuid:provider_template_id>/submit/", templates.submit_template, name="submit_template"),
    path("templates/<uuid:provider_template_id>/delete/", templates.delete_template, name="delete_template"),
    path("templates/<uuid:provider_template_id>/use/", templates.use_template, name="use_template"),
]
