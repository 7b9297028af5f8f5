"""Forty megabytes of predictions in one file, and a second file."""

# outputs: predictions.npy more.csv

import numpy

numpy.save("out/predictions.npy", numpy.arange(5_000_000, dtype=float))
numpy.savetxt("out/more.csv", numpy.random.default_rng(0).normal(size=(1000, 10)))
