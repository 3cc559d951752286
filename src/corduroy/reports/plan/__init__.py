"""The pages and figures of a surgical plan."""
