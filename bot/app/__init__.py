"""The imperative shell: session, sources, the job."""
