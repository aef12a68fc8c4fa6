from tests.core.conftest import browser, cast

__all__ = ["browser", "cast"]
