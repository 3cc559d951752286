"""The steps from frames to a `SeriesResult`, one per file; `corduroy.study.series` puts them together."""
