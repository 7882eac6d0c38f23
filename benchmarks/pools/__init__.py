"""Pools of swaps beside kep_solver: ``python -m benchmarks pools``, see docs/benchmark.md."""
