"""Four ways to learn the same thing, a table; each fitted estimator is converted and forgotten.

Every learner is `fit(x: Matrix, y, weight, specs, settings, config_digest) -> Model`: y is 0/1
(int), weight float64 or None, specs in the order of x's columns. The model comes back measured
against x (unweighted) as its background, without calibration.
"""
