"""The report of a case series, from a `SeriesResult`; nothing is computed here."""

from corduroy.reports.series.write import DOCX_NAME, HTML_NAME, PDF_NAME, write_series_report

__all__ = ["DOCX_NAME", "HTML_NAME", "PDF_NAME", "write_series_report"]
