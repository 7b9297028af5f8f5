"""Ten thousand lines of a training log, and a progress bar."""

# log: epoch 0 .*epoch 9999

import sys

for epoch in range(10_000):
    print(f"epoch {epoch} loss {1 / (epoch + 1):.6f}")
for step in range(100):
    sys.stderr.write(f"\r{step}%")
