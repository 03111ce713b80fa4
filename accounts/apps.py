"""Accounts as a Django app: it gives the vault its keys and registers its personal data."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Connects the vault and the register of personal data."""

    name = "accounts"
    #: what the operator role may do on its own; rows of one organisation it changes only inside that organisation's context
    operator_grants = (
        "grant select, update on accounts_organization to app_operator",
        "grant select, insert on accounts_auditevent to app_operator",
        "grant select on accounts_audithead to app_operator",
        "grant select, insert, update on accounts_user to app_operator",
        "grant select, insert, update, delete on django_session, account_emailaddress, account_emailconfirmation,"
        " mfa_authenticator, usersessions_usersession, socialaccount_socialaccount, socialaccount_socialtoken,"
        " socialaccount_socialapp, django_admin_log to app_operator",
        "grant select on django_content_type, auth_permission, django_migrations to app_operator",
    )

    def ready(self) -> None:
        from accounts import checks, personal_data, signals
        from accounts.selectors import wrapped_keys
        from core import vault

        vault.use_key_source(wrapped_keys)
        personal_data.register_fields()
        signals.connect()
        checks.install()
