package diag

// What keeps a policy from starting a program on this machine: E06.
const (
	MachineNotServed Code = "E0601" // the policy kills every program of this machine
	ExecveDenied     Code = "E0602" // the program could not be executed
	NobodyAnswers    Code = "E0603" // notify and trace(n) without anybody to answer
)
