//go:build linux && (amd64 || arm64)

package launcher

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// immune leaves behind a process of another user, and one of this user with
// children, which have descriptor 3 open.
const immune = `setpriv --reuid 65534 --regid 65534 --clear-groups sleep 60 3>&- 4>&- & other=$!
until [ "$(stat -c %u /proc/$other)" = 65534 ]; do :; done
(sleep 60 4>&- & sleep 60 4>&- & wait) &
echo $other >&4
exit 4`

// TestImmune: without CAP_KILL, root cannot kill another user's process. That
// keeps no others alive.
func TestImmune(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root has children that it may not kill")
	}
	setpriv := machine.Program(t, "setpriv")
	held, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	ids, theirIDs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer ids.Close()
	args := append([]string{self(t)}, roleArgs(t, "cover", job{Keep: []int{3, 4}}, "/bin/sh", "-c", immune)...)
	cmd := command(t, append([]string{setpriv, "--bounding-set", "-kill", "--inh-caps", "-kill"}, args...)...)
	cmd.ExtraFiles = []*os.File{theirs, theirIDs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		machine.Lacks(t, "no mount namespace is to be had here: %v", err)
	}
	theirs.Close()
	theirIDs.Close()
	line, err := bufio.NewReader(ids).ReadString('\n')
	other, numberErr := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || numberErr != nil {
		t.Fatalf("nothing was left behind: %q, %v", line, err)
	}
	t.Cleanup(func() { _ = unix.Kill(other, unix.SIGKILL) })
	// How long all takes is the machine's business, as long as it happens.
	if err := held.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(held); err != nil {
		t.Errorf("those that can be killed were left: %v", err)
	}
	_ = cmd.Wait()
	if status, want := exitCode(cmd), "cannot end what the program has left behind: operation not permitted"; status != StatusFailed || !strings.Contains(said.String(), want) {
		t.Errorf("status %d, %q; want %d, %q", status, said.String(), StatusFailed, want)
	}
	if err := unix.Kill(other, 0); err != nil {
		t.Errorf("the other user's process: %v, so this test shows nothing", err)
	}
}
