"""Every surface that a person touches; decides nothing."""
