"""What a session costs, beside other ways to solve its first stage: ``python -m benchmarks``, see docs/benchmark.md."""
