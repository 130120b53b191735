"""The small parts that readers of foreign files are made of."""
