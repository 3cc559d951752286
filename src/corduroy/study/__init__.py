"""From records to an honest case series: exact statistics, and checks of published numbers."""
