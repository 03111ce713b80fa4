"""Forms of signing in and of one's own account that allauth brings, with our words for what is empty or wrong."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as codes
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.conf import settings

from core.form_words import OwnWords


class AddEmailForm(OwnWords, account.AddEmailForm):  # type: ignore[misc]
    """One more address of a person."""


class ChangeEmailForm(OwnWords, account.ChangeEmailForm):  # type: ignore[misc]
    """Another address, before the first is verified."""


class ChangePasswordForm(OwnWords, account.ChangePasswordForm):  # type: ignore[misc]
    """A new password in place of the old one."""


class SetPasswordForm(OwnWords, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ResetPasswordForm(OwnWords, account.ResetPasswordForm):  # type: ignore[misc]
    """The address of somebody who forgot their password."""


class ResetPasswordKeyForm(OwnWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password of somebody who forgot theirs; that of an operator is chosen on the operators' host alone."""

    def clean(self) -> Any:
        if self.user is not None and self.user.is_staff and settings.ROLE != "operator":
            raise forms.ValidationError("Operators choose a new password on the operators’ host.", code="elsewhere")
        return super().clean()


class ReauthenticateForm(OwnWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""


class ConfirmEmailVerificationCodeForm(OwnWords, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that was mailed to a new address."""


class SecondFactorForm(OwnWords, second_factor.AuthenticateForm):  # type: ignore[misc]
    """The code of a second factor."""


class SecondFactorAgainForm(OwnWords, second_factor.ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something that matters."""


class ActivateTOTPForm(OwnWords, codes.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app."""


class AddWebAuthnForm(OwnWords, passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""


class EditWebAuthnForm(OwnWords, passkeys.EditWebAuthnForm):  # type: ignore[misc]
    """The name of a passkey."""
