"""Makes empty files in /tmp without end."""

# expect: ok|output_limit
# limits: wall_s=20

from probe import attempt


def files():
    for number in range(400_000):
        open(f"/tmp/{number}", "w").close()


attempt("files", files)
