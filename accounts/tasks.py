"""Tasks of accounts: what the API remembers is forgotten in time, and owners are mailed what operators decided."""

import uuid

from django.db import connection

from accounts.actions import answers
from accounts.actions.request_log import KEPT_DAYS
from accounts.mail import send_review_answer
from accounts.roles import Role
from accounts.selectors import members
from core.jobs import enqueue, platform_task, tenant_task


@platform_task("accounts.keep_api_records")
def keep_api_records() -> None:
    """Make the next days' partitions of the request log, drop those past keeping, and have old answers forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("select accounts_keep_request_log(3, %s)", [KEPT_DAYS])
        cursor.execute("select organization_id from app_orgs_with_old_answers()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("accounts.forget_answers", organization_id=organization_id)


@tenant_task("accounts.mail_review_answer")
def mail_review_answer(*, organization_id: uuid.UUID) -> None:
    """Mail the owners how the review ended. The operators' host cannot: whose mailboxes they are is not theirs to read."""
    owners = [member.user for member in members() if member.role == Role.OWNER]
    send_review_answer(owners)


@tenant_task("accounts.forget_answers")
def forget_answers(*, organization_id: uuid.UUID) -> int:
    """Remove remembered answers older than a day."""
    return answers.forget_answers()
