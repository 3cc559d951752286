"""The interface for programs: REST below ``/api/v1``."""

from corduroy.web.api.assemble import add_api

__all__ = ["add_api"]
