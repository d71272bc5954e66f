// With an assembly file, functions without a body can be declared: the one that
// the runtime provides for Environ.
