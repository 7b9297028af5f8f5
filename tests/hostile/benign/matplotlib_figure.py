"""A figure as PNG and SVG."""

# outputs: figure.png figure.svg

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
plt.savefig("out/figure.png")
plt.savefig("out/figure.svg")
