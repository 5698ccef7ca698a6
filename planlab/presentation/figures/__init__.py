"""Figures of a comparison: a file each, its rows worked out once and drawn for the page and for print."""
