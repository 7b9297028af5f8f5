"""Discovery from data: objectives, workflows of tool steps, hypotheses whose every number can be traced."""
