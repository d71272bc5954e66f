package diag

// Mistakes in how a filter is written: E03.
