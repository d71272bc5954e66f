package diag

// Mistakes in a policy file as TOML: E01.

// Mistakes in what a policy says, but for its filters: E02.
