"""CUDA sources, compiled at run time by ``numeric.cuda``; this package holds data only."""
