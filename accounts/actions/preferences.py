"""What a person may change about themselves."""

from accounts.models import User


def choose_theme(*, user: User, theme: str) -> None:
    """Remember light, dark or the device's choice."""
    user.theme = theme
    user.save(update_fields=["theme"])
