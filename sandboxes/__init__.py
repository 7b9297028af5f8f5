"""Where code that nobody has read runs. Knows nothing of the agent."""
