"""What every page of the back office is built on; importing it registers the journal's pages."""

from core.admin import journal

__all__ = ["journal"]
