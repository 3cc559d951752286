"""The report of a surgical plan. `corduroy.reports.plan.write.write_plan_report` writes all of it."""
