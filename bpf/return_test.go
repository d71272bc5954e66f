package bpf_test

import (
	"testing"

	"sandbox/bpf"
)

func TestReturn(t *testing.T) {
	tests := []struct {
		in        bpf.Return
		action    bpf.Return
		data      uint16
		effective bpf.Return
		text      string
	}{
		{bpf.Allow, bpf.Allow, 0, bpf.Allow, "allow"},
		{bpf.Allow.With(7), bpf.Allow, 7, bpf.Allow, "allow"},
		{bpf.Log.With(7), bpf.Log, 7, bpf.Log, "log"},
		{bpf.UserNotif.With(7), bpf.UserNotif, 7, bpf.UserNotif, "notify"},
		{bpf.Errno.With(1), bpf.Errno, 1, 0x50001, "errno(1)"},
		{bpf.Errno.With(4095), bpf.Errno, 4095, bpf.Errno.With(4095), "errno(4095)"},
		{bpf.Errno.With(4096), bpf.Errno, 4096, bpf.Errno.With(4095), "errno(4095)"},
		{bpf.Errno.With(65535), bpf.Errno, 65535, bpf.Errno.With(4095), "errno(4095)"},
		{bpf.Trap.With(3), bpf.Trap, 3, 0x30003, "trap(3)"},
		{bpf.Trace.With(65535), bpf.Trace, 65535, 0x7ff0ffff, "trace(65535)"},
		{bpf.KillThread, bpf.KillThread, 0, 0, "kill_thread"},
		{bpf.KillThread.With(9), bpf.KillThread, 9, 0, "kill_thread"},
		{bpf.KillProcess, bpf.KillProcess, 0, bpf.KillProcess, "kill_process"},
		{bpf.KillProcess.With(9), bpf.KillProcess, 9, bpf.KillProcess, "kill_process"},
		{0x00060005, bpf.KillProcess, 5, bpf.KillProcess, "kill_process"}, // unknown actions
		{0x7ffe0000, bpf.KillProcess, 0, bpf.KillProcess, "kill_process"},
		{0xffffffff, bpf.KillProcess, 65535, bpf.KillProcess, "kill_process"},
	}
	for _, test := range tests {
		if got := test.in.Action(); got != test.action {
			t.Errorf("0x%x: action 0x%x, want 0x%x", uint32(test.in), uint32(got), uint32(test.action))
		}
		if got := test.in.Data(); got != test.data {
			t.Errorf("0x%x: data %d, want %d", uint32(test.in), got, test.data)
		}
		if got := test.in.Effective(); got != test.effective {
			t.Errorf("0x%x: effective 0x%x, want 0x%x", uint32(test.in), uint32(got), uint32(test.effective))
		}
		if got := test.in.String(); got != test.text {
			t.Errorf("0x%x: %q, want %q", uint32(test.in), got, test.text)
		}
	}
}
