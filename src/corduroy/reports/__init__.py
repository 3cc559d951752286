"""Case reports: figures, one self-contained web page, and a PDF. `corduroy.reports.case.write_case_report` writes all.

Nothing is imported here, so that the words of the reports can be used without loading what draws them.
"""
