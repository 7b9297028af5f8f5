"""The code of each method component: one file a component, holding one function of the component's name.

The agent never runs these files. `writing` copies them into a candidate's own files, which is why they import numpy,
scipy, scikit-learn and `images` here, and nothing else. The docstring of each names the method's source.
"""
