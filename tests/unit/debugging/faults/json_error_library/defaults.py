TEXT = "{'rate': 0.1}"
