"""System check: no encrypted column may stand in a row that key rotation could not rewrite."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from audit.append_only import append_only_models
from registry.encryption import EncryptedTextField, WrappedKeyField


@register()
def encrypted_columns_can_rotate(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{model._meta.label}.{field.name} 是加密列，但表只增不改，换密钥时改写不了。",
            hint="用本人的密钥（PersonKey.encrypt）加密到 BinaryField，或列入 reencrypted_fields。",
            obj=model,
            id="registry.E001",
        )
        for model in append_only_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, (EncryptedTextField, WrappedKeyField)) and field.name not in model.reencrypted_fields
    ]
