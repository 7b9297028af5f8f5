import sys

import numpy as np
from model import read

folder, out, seed = sys.argv[1:]
inputs = np.load(f"{folder}/inputs.npz")
values = read(inputs["X"], int(seed))
with open(f"{out}/predictions.csv", "w") as file:
    file.write("id,prediction\n")
    for row, value in zip(inputs["ids"], values, strict=True):
        file.write(f"{row},{int(value > 0)}\n")
