"""Domain tools that a workflow step can call. Knows nothing of the agent."""
