from tests.page.browser import browser

__all__ = ["browser"]
