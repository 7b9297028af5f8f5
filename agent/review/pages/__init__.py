"""The pages that `echolocate review` opens: a run as it goes, its ideas, what waits for a verdict."""
