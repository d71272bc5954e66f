package survey

import (
	"os"
	"slices"
	"strings"
)

const deputiesArea = "deputies"

// A deputy is a daemon that does what it is asked to, outside of the asker's
// sandbox.
type deputy struct {
	name    string
	sockets []string // paths; "" for none
	does    string
}

// deputies returns the daemons that are looked for, by where their sockets are.
func (p *place) deputies() []deputy {
	runtimeDir := func(name string) string {
		if dir := p.getenv("XDG_RUNTIME_DIR"); dir != "" && name != "" {
			return dir + "/" + name
		}
		return ""
	}
	tmux, _, _ := strings.Cut(p.getenv("TMUX"), ",")
	return []deputy{
		{"Docker", []string{"/run/docker.sock", "/var/run/docker.sock", runtimeDir("docker.sock"), unixAddress(p.getenv("DOCKER_HOST"))}, "starts containers with any file of the machine in them"},
		{"Podman", []string{"/run/podman/podman.sock", runtimeDir("podman/podman.sock")}, "starts containers with the files of its user in them"},
		{"containerd", []string{"/run/containerd/containerd.sock"}, "starts containers with any file of the machine in them"},
		{"systemd", []string{"/run/systemd/private", runtimeDir("systemd/private")}, "starts programs: systemd-run"},
		{"the system's D-Bus", []string{"/run/dbus/system_bus_socket", "/var/run/dbus/system_bus_socket"}, "leads to systemd, which starts programs for those it lets"},
		{"the session's D-Bus", []string{unixAddress(p.getenv("DBUS_SESSION_BUS_ADDRESS")), runtimeDir("bus")}, "leads to systemd --user and to the desktop, which start programs: systemd-run --user"},
		{"X11", []string{p.display()}, "lets its clients type into all windows and read them"},
		{"Wayland", []string{p.wayland(runtimeDir)}, "lets its clients reach the desktop"},
		{"tmux", []string{tmux}, "starts programs, and types into all panes"},
		{"an SSH agent", []string{p.getenv("SSH_AUTH_SOCK")}, "logs in elsewhere with the user's keys"},
	}
}

// examineDeputies looks for daemons that a program in a sandbox could ask to do
// what it may not. Nobody is asked: a socket is enough that this process may
// connect to.
func (p *place) examineDeputies() {
	found := false
	for _, d := range p.deputies() {
		i := slices.IndexFunc(d.sockets, p.reachable)
		if i < 0 {
			continue
		}
		found = true
		p.add(Finding{
			Area: deputiesArea, Name: d.name, State: Limited,
			Found:  "within reach at " + d.sockets[i],
			Effect: "it " + d.does + ", for a sandboxed program too",
			Remedy: "hide the path (mount namespace, Landlock, another user), or deny such sockets: -e 'deny socket: domain == AF_UNIX'",
		})
	}
	if !found {
		p.add(Finding{Area: deputiesArea, Name: "known sockets", Found: "none is within reach"})
	}
}

// reachable reports whether a path is a socket that this process may connect
// to.
func (p *place) reachable(path string) bool {
	if path == "" {
		return false
	}
	info, err := os.Stat(p.root + path)
	return err == nil && info.Mode()&os.ModeSocket != 0 && p.writable(path)
}

// unixAddress returns the path in an address as D-Bus and Docker write it:
// unix:path=/run/bus,guid=1 or unix:///run/docker.sock.
func unixAddress(address string) string {
	if path, ok := strings.CutPrefix(address, "unix://"); ok {
		return path
	}
	_, path, ok := strings.Cut(address, "unix:path=")
	if !ok {
		return ""
	}
	path, _, _ = strings.Cut(path, ";")
	path, _, _ = strings.Cut(path, ",")
	return path
}

// display returns the socket of the X server that $DISPLAY names: ":0.0" is
// /tmp/.X11-unix/X0.
func (p *place) display() string {
	number, ok := strings.CutPrefix(strings.TrimPrefix(p.getenv("DISPLAY"), "unix"), ":")
	if !ok {
		return ""
	}
	number, _, _ = strings.Cut(number, ".")
	return "/tmp/.X11-unix/X" + number
}

func (p *place) wayland(runtimeDir func(string) string) string {
	name := p.getenv("WAYLAND_DISPLAY")
	if strings.HasPrefix(name, "/") {
		return name
	}
	return runtimeDir(name)
}
