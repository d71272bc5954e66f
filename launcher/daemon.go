package launcher

// A Daemon is a process that a command has left behind in a session of its own
// (setsid(2)), by which it meant to stay. What a shell leaves in the background
// is in the shell's session, and none.
type Daemon struct {
	PID  int    // which another process can have by now
	Name string // its comm, any bytes: what it calls itself, up to 15
}
