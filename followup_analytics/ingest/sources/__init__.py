"""One module per kind of file; a module with a SOURCE is found by being here (see ingest/registry.py)."""
