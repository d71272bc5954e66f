//go:build linux && (amd64 || arm64)

package launcher

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sandbox/internal/machine"
)

func TestResolve(t *testing.T) {
	dir := machine.Dir(t)
	write := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("a/tool", 0o644)
	tool := write("b/tool", 0o755)
	write("b/plain", 0o644)
	if err := os.MkdirAll(filepath.Join(dir, "a/tool2"), 0o755); err != nil {
		t.Fatal(err)
	}
	tool2 := write("c/tool2", 0o755)
	write("here", 0o755)
	a, b, c := dir+"/a", dir+"/b", dir+"/c"
	t.Chdir(dir)
	for _, tt := range []struct {
		title, name, path string
		want              string
		status            int
	}{
		{title: "first hit", name: "tool", path: b + ":" + c, want: tool},
		{title: "past a file without permission", name: "tool", path: a + ":" + b, want: tool},
		{title: "past a directory", name: "tool2", path: a + ":" + c, want: tool2},
		{title: "past entries that are not there", name: "tool", path: "/no/such/dir:" + tool + ":" + b, want: tool},
		{title: "with a slash", name: "b/tool", path: "", want: "b/tool"},
		{title: "with a slash, not in PATH", name: "./tool", path: b, status: StatusNotFound},
		{title: "empty PATH is here", name: "here", path: "", want: "./here"},
		{title: "empty entry is here", name: "here", path: a + "::" + b, want: "./here"},
		{title: "empty last entry is here", name: "here", path: a + ":", want: "./here"},
		{title: "relative entry", name: "tool", path: "b", want: "b/tool"},
		{title: "not found", name: "nothing", path: a + ":" + b, status: StatusNotFound},
		{title: "only without permission", name: "plain", path: a + ":" + b + ":" + c, status: StatusNotExecutable},
		{title: "only a directory", name: "tool2", path: a + ":" + b, status: StatusNotExecutable},
		{title: "empty name", name: "", path: b, status: StatusNotFound},
		{title: "zero byte", name: "to\x00ol", path: b, status: StatusNotFound},
		{title: "a directory", name: a, path: "", status: StatusNotExecutable},
		{title: "a slash at the end", name: tool + "/", path: "", status: StatusNotExecutable},
	} {
		t.Run(tt.title, func(t *testing.T) {
			got, err := Resolve(tt.name, tt.path)
			if tt.status == 0 {
				if err != nil || got != tt.want {
					t.Fatalf("%q, %v; want %q", got, err, tt.want)
				}
				return
			}
			var e *Error
			if got != "" || !errors.As(err, &e) || e.Status != tt.status || e.Text == "" {
				t.Fatalf("%q, %v; want an error of status %d", got, err, tt.status)
			}
		})
	}
}
