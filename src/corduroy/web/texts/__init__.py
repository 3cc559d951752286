"""All words of the pages, in one file for each language; a page names them by their key."""

from corduroy.web.texts.lookup import LANGUAGE, keys, text

__all__ = ["LANGUAGE", "keys", "text"]
