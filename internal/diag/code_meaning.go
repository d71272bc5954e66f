package diag

// Mistakes in the names of a filter.
const (
	UnknownSyscall Code = "E0401" // no ABI has a system call of this name
)
