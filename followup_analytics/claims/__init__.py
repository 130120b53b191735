"""Claims: each piece of advice as a declared trial, its gates and its verdict."""
