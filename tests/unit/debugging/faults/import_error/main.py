from pipeline import run  # CALLS

run()
