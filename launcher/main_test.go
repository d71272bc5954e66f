//go:build linux && (amd64 || arm64)

package launcher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/inherited"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A filter is installed for good, so every test that launches does it in a
// child: the test binary itself, with a role as its first argument.

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && strings.HasPrefix(os.Args[1], "role=") {
		var j job
		if err := json.Unmarshal([]byte(os.Args[2]), &j); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		j.play(strings.TrimPrefix(os.Args[1], "role="), os.Args[3:])
	}
	os.Exit(m.Run())
}

// A job is what a role is to do with the command that follows it.
type job struct {
	Deny    []deny // the policy: these, and everything else is allowed
	Other   bool   // allow all calls of the machine's other ABI, too
	IP      bool   // allow only the launcher's own instruction to make calls
	Keep    []int
	Log     bool
	Forward bool
	Keeps   bool // running, when the command stops
	Listen  bool
	Guard   bool // deny seccomp() a listener, as run does
	Tried   bool // find children by trying every id
	Deaf    bool // close the listener at once
	Session bool
	Limits  []Limit
	Die     bool     // with the parent
	Orphan  bool     // its parent is another than it was
	Times   int      // how often to start the command
	Stress  bool     // collect garbage and preempt all the while
	Env     []string // the environment, if it is another
	Pad     int      // the length of one more argument
	Thread  bool     // call Exec on a thread that is not the main one
	Unknown bool     // act as if nothing were known of what was inherited
	State   state
}

type deny struct {
	Nr     uint32
	Return bpf.Return
}

func (j job) play(role string, args []string) {
	switch role {
	case "exec":
		j.stress()
		if j.Thread {
			// This goroutine has the main thread, so another gets another.
			runtime.LockOSThread()
			errs := make(chan error)
			go func() { errs <- Exec(j.program(), j.command(args), j.options()) }()
			j.fail(<-errs)
		}
		j.fail(Exec(j.program(), j.command(args), j.options()))
	case "start":
		j.stress()
		for range j.Times + 1 {
			p, err := Start(j.program(), j.command(args), j.options())
			j.fail(err)
			status, err := p.Wait()
			j.fail(err)
			if j.Times == 0 || status.ExitCode() != payloadStatus {
				os.Exit(status.ExitCode())
			}
		}
		os.Exit(payloadStatus)
	case "listen":
		j.listen(args)
	case "supervise":
		j.supervise(args)
	case "fault":
		j.fault(args)
	case "leave":
		j.leave(args)
	case "end":
		j.end(args)
	case "expire":
		j.expire(args)
	case "cover":
		j.cover(args)
	case "keep":
		j.keep(args)
	case "overflow":
		j.overflow(args)
	case "spare":
		j.spare()
	case "tell":
		tell()
	case "prepare":
		j.fail(j.State.prepare(args))
	}
	os.Exit(1)
}

// fail ends a role as a command would.
func (j job) fail(err error) {
	var e *Error
	switch {
	case errors.As(err, &e):
		fmt.Fprintln(os.Stderr, "error:", e.Text)
		if errors.Is(err, ErrNoListener) {
			fmt.Fprintln(os.Stderr, "no listener")
		}
		os.Exit(e.Status)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (j job) command(args []string) Command {
	env := inherited.Environ()
	path, err := Resolve(args[0], os.Getenv("PATH"))
	j.fail(err)
	if j.Env != nil {
		env = j.Env
	}
	if j.Pad > 0 {
		args = append(slices.Clone(args), strings.Repeat("x", j.Pad))
	}
	c := Command{Path: path, Args: args, Env: env, Keep: j.Keep, Limits: j.Limits}
	if !j.Unknown {
		c.Inherited = Inherited(inherited.Read())
	}
	return c
}

func (j job) options() Options {
	o := Options{Log: j.Log, Forward: j.Forward, KeepRunning: j.Keeps, Listen: j.Listen, NewSession: j.Session, DieWithParent: j.Die, Parent: os.Getppid()}
	if j.Orphan {
		o.Parent++
	}
	return o
}

// stress keeps the scheduler, the garbage collector and SIGURG preemption busy
// until the process is replaced or ends.
func (j job) stress() {
	if !j.Stress {
		return
	}
	for range 2 {
		go func() {
			for i := 0; ; i++ {
			}
		}()
		go func() {
			for {
				runtime.GC()
			}
		}()
	}
}

// program allows all but what the job denies.
func (j job) program() prove.Proved {
	abi, _ := arch.ForGOARCH(runtime.GOARCH)
	all := []typed.NumberRange{{First: 0, Last: ^uint32(0)}}
	section := typed.Section{ABI: abi}
	add := func(numbers []typed.NumberRange, when typed.Bool, action typed.Action) {
		section.Filters = append(section.Filters, typed.Filter{Numbers: numbers, When: when, Rule: &typed.Rule{Action: action}})
	}
	if j.IP {
		ip := &typed.Load{Low: typed.WordIPLow, High: typed.WordIPHigh, Wide: true}
		gate := &typed.Value{Of: typed.U64, Bits: uint64(gateReturn())}
		add(all, &typed.Compare{Op: typed.Ne, X: ip, Y: gate}, typed.Action{Kind: typed.Errno, Data: uint16(syscall.EPERM)})
	}
	if j.Guard {
		flags := &typed.Binary{Op: typed.BitAnd, X: &typed.Load{Low: typed.ArgLow(1)}, Y: &typed.Value{Of: typed.U32, Bits: unix.SECCOMP_FILTER_FLAG_NEW_LISTENER}}
		opens := &typed.Compare{Op: typed.Ne, X: flags, Y: &typed.Value{Of: typed.U32}}
		add([]typed.NumberRange{{First: unix.SYS_SECCOMP, Last: unix.SYS_SECCOMP}}, opens, typed.Action{Kind: typed.Notify})
	}
	for _, d := range j.Deny {
		add([]typed.NumberRange{{First: d.Nr, Last: d.Nr}}, nil, actionOf[d.Return.Action()](d.Return.Data()))
	}
	add(all, nil, typed.Action{Kind: typed.Allow})
	sections := []typed.Section{section}
	if j.Other {
		rule := &typed.Rule{Action: typed.Action{Kind: typed.Allow}}
		sections = append(sections, typed.Section{ABI: otherABI(), Filters: []typed.Filter{{Numbers: all, Rule: rule}}})
	}
	p := &typed.Policy{Layers: []typed.Layer{{
		ABIs:     sections,
		Unserved: &typed.Rule{Action: typed.Action{Kind: typed.KillProcess}},
	}}}
	compiled, err := compiler.Compile(p)
	j.fail(err)
	proved, err := prove.Prove(p, compiled.Program)
	j.fail(err)
	return proved
}

// otherABI returns the 32-bit ABI of this machine.
func otherABI() arch.ABI {
	if runtime.GOARCH == "arm64" {
		return arch.ARM
	}
	return arch.I386
}

// actionOf has the actions that jobs use.
var actionOf = map[bpf.Return]func(data uint16) typed.Action{
	bpf.Allow:       func(uint16) typed.Action { return typed.Action{Kind: typed.Allow} },
	bpf.UserNotif:   func(uint16) typed.Action { return typed.Action{Kind: typed.Notify} },
	bpf.Errno:       func(data uint16) typed.Action { return typed.Action{Kind: typed.Errno, Data: data} },
	bpf.Trap:        func(data uint16) typed.Action { return typed.Action{Kind: typed.Trap, Data: data} },
	bpf.KillThread:  func(uint16) typed.Action { return typed.Action{Kind: typed.KillThread} },
	bpf.KillProcess: func(uint16) typed.Action { return typed.Action{Kind: typed.KillProcess} },
}

// role returns the command that plays a role with a job.
func role(t testing.TB, name string, j job, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, append([]string{self(t)}, roleArgs(t, name, j, args...)...)...)
}

// command returns a command that is killed if it hangs, as a process does
// whose main thread kill_thread has ended.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.WaitDelay = time.Second // its descendants may hold the pipe
	return cmd
}

func roleArgs(t testing.TB, name string, j job, args ...string) []string {
	t.Helper()
	b, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"role=" + name, string(b)}, args...)
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// result runs a command and returns its output, both kinds together, and its
// exit status, 128+n for signal n.
func result(t testing.TB, cmd *exec.Cmd) (output string, status int) {
	t.Helper()
	b, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", cmd.Path, err)
	}
	return string(b), newStatus(unix.WaitStatus(cmd.ProcessState.Sys().(syscall.WaitStatus))).ExitCode()
}
