package diag

// Lints: what a policy says is valid, and probably not what was meant: W01.
