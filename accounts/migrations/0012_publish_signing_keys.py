"""The public half of a key that signs lies beside the wrapped one, so that showing it opens no private key."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, migrations, models

from accounts.contracts import PLATFORM_ORGANIZATION
from core import vault

_TABLE = "accounts_organizationkey"


def publish(*_: object) -> None:
    """Take the public half of every key that was made before out of its private half, once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select id, version, purpose, wrapped, kek_id from {_TABLE} where purpose = 'signing' and public is null"
        )
        for row_id, version, purpose, wrapped, kek_id in cursor.fetchall():
            held = vault.WrappedKey(version, purpose, bytes(wrapped), kek_id)
            private = Ed25519PrivateKey.from_private_bytes(vault.unwrap(PLATFORM_ORGANIZATION, held))
            public = private.public_key().public_bytes_raw()
            cursor.execute(f"update {_TABLE} set public = %s where id = %s", [public, row_id])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_show_whole_domains_of_guests")]
    operations = [
        migrations.AddField("organizationkey", "public", models.BinaryField(max_length=32, null=True)),
        # whoever migrates is in no organisation, so row-level security lets them see no key
        migrations.RunSQL(f"alter table {_TABLE} no force row level security", migrations.RunSQL.noop),
        migrations.RunPython(publish, migrations.RunPython.noop),
        migrations.RunSQL(f"alter table {_TABLE} force row level security", migrations.RunSQL.noop),
    ]
