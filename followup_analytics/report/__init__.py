"""Reports that may be published: from results to an accessible PDF."""
