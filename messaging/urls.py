"""Addresses of messaging."""

from django.urls import path

from messaging.views import replies, senders

app_name = "messaging"
urlpatterns = [
    path("senders/", senders.sender_list, name="senders"),
    path("senders/connect/", senders.connect, name="connect"),
    path("senders/practice/", senders.practice, name="practice"),
    path("senders/add/", senders.add_sender, name="add_sender"),
    path("senders/<uuid:sender_id>/pause/", senders.pause_sender, name="pause_sender"),
    path("senders/<uuid:sender_id>/resume/", senders.resume_sender, name="resume_sender"),
    path("replies/", replies.reply_list, name="replies"),
    path("replies/<uuid:reply_id>/stop/", replies.opt_out, name="opt_out"),
    path("replies/<uuid:reply_id>/confirm-stop/", replies.confirm_stop, name="confirm_stop"),
    path("replies/<uuid:reply_id>/not-a-stop/", replies.deny_stop, name="deny_stop"),
    path("replies/<uuid:reply_id>/read/", replies.mark_read, name="mark_read"),
]
