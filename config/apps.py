"""Which admin site there is: the operators'."""

from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """Django's admin with the operators' site in place of the default one."""

    default_site = "config.operator_site.OperatorSite"
