"""Keeps personal numbers out of the log, wherever an exception or a message brings them in."""

import logging

from audit.personal_numbers import mask_numbers


class MaskingFormatter(logging.Formatter):
    """Formats as usual, traceback included, and masks identity, mobile and account numbers."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_numbers(super().format(record))
