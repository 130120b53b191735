"""Estimators of other kinds, for tests: pooled sequential trials, clones in continuous time, clustered errors."""
