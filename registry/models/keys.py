"""A key per person: once destroyed, nothing encrypted with it can be read; the trail stays whole."""

from datetime import datetime

from django.db import models

from registry.encryption import WrappedKeyField, decrypt_bytes, encrypt_bytes, new_wrapped_key
from registry.models.organisations import County


class KeyDestroyed(Exception):
    """The person's data was deleted as the law demanded; the message is a Chinese sentence."""


class PersonKey(models.Model):
    county = models.ForeignKey(County, on_delete=models.PROTECT, verbose_name="县")
    wrapped_key = WrappedKeyField("封装的密钥")
    destroyed_at = models.DateTimeField("销毁时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人密钥"

    def __str__(self) -> str:
        return f"个人密钥{self.pk}"

    @classmethod
    def fresh(cls, county: County) -> "PersonKey":
        """A fresh key wrapped by the master keys, not stored yet."""
        return PersonKey(county=county, wrapped_key=new_wrapped_key())

    @classmethod
    def create(cls, county: County) -> "PersonKey":
        """A fresh key, stored wrapped by the master keys."""
        key = cls.fresh(county)
        key.save()
        return key

    def encrypt(self, data: bytes) -> bytes:
        """Raises KeyDestroyed, DecryptionError."""
        return encrypt_bytes(self._present_key(), data)

    def decrypt(self, token: bytes) -> bytes:
        """Raises KeyDestroyed, DecryptionError."""
        return decrypt_bytes(self._present_key(), token)

    def destroy(self, at: datetime) -> None:
        """Forget the key for ever; a second time changes nothing. Backups keep it until they are replaced."""
        if self.destroyed_at is not None:
            return
        self.wrapped_key, self.destroyed_at = b"", at
        self.save(update_fields=["wrapped_key", "destroyed_at"])

    def _present_key(self) -> bytes:
        if self.destroyed_at is not None:
            raise KeyDestroyed("此人的资料已依法删除，内容不能再读出。")
        return bytes(self.wrapped_key)
