from work import fit, score

STEPS = {"fit": fit, "score": score}


def run_all(jobs):
    errors = []
    for name, argument in jobs:
        try:
            STEPS[name](argument)  # CALLS
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("some jobs failed", errors)  # RAISES
