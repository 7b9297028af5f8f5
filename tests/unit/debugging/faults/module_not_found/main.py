from models import build  # CALLS

build("linear")
