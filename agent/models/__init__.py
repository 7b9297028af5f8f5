"""Who answers the agent's questions: typed requests, and the models that answer them."""
