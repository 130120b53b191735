"""What could not be used: rejects, review files, and how they come back."""
