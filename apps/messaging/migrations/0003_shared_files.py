import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files of templates are rows of the outbox's own attachments. There were no such files before: made anew."""

    dependencies = [
        ("messaging", "0002_email_templates"),
        ("post_office", "0014_alter_email_recipient_delivery_status_and_more"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="TemplateAttachment"),
        migrations.CreateModel(
            name="TemplateAttachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                ("content_type", models.CharField(max_length=80)),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "stored",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="template",
                        to="post_office.attachment",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="messaging.emailtemplate",
                        verbose_name="e-mail template",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment of an e-mail template",
                "verbose_name_plural": "attachments of e-mail templates",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("template", "name"), name="messaging_attachment_name_once")
                ],
            },
        ),
    ]
