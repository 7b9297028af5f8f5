"""What an experiment starts from and how its history is kept. Knows nothing of the agent."""
