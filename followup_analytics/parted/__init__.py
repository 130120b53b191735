"""A log in parts of some applicants each, on this machine's disk or on a Spark cluster: one function for every part."""
