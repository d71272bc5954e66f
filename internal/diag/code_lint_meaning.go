package diag

// Lints of sandbox/policy/lint, which rest on the meaning of the whole policy.
const (
	Unreachable    Code = "W0140" // a filter that no call gets to
	EqualsDefault  Code = "W0141" // a filter without which the default decides the same
	ConstantTruth  Code = "W0142" // a predicate that is always true, or never
	EquivalentOpen Code = "W0143" // a call is filtered, and another one does the same
	Clone3Open     Code = "W0144" // clone is filtered, and clone3 does not fail with ENOSYS
	NarrowABI      Code = "W0145" // a 32-bit ABI served without a rule of its own
	ExecRefused    Code = "W0146" // no program can be started
	EndingRefused  Code = "W0147" // a call is refused that programs need to end or to go on
	TakeoverOpen   Code = "W0148" // a program can keep calls from a log, a trace or a supervisor
)
