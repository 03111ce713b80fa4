"""The files that stand at the heads of templates."""

from django.db import models

from core.fields import MomentOfCreation
from core.tenancy import TenantModel


class TemplateFile(TenantModel):
    """A picture, a film or a document that templates show. Never changed; removed after a day in which no template named it.

    `kind` is image, video or document; `digest` the SHA-256, in hexadecimals. The name it came with is not kept.
    """

    kind = models.CharField(max_length=10)
    content_type = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content_sealed = models.BinaryField()
    created_by = models.UUIDField(null=True)
    created_at = MomentOfCreation()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "digest"], name="template_file_once")]
