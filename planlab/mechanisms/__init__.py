"""What is proposed: one mechanism per file; the folder is the registry."""
