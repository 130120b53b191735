"""What a file is, found out by a first look at it."""
