package supervisor

import (
	"net/netip"
	"strings"
	"testing"

	"sandbox/arch/decode"
)

func TestSocketAddress(t *testing.T) {
	for _, tt := range []struct {
		bytes        string
		family, text string
	}{
		{"\x02\x00\x00\x50\x7f\x00\x00\x01" + "\x00\x00\x00\x00\x00\x00\x00\x00", "AF_INET", "127.0.0.1:80"},
		{"\x02\x00\xff\xff\xff\xff\xff\xff" + "\x00\x00\x00\x00\x00\x00\x00\x00", "AF_INET", "255.255.255.255:65535"},
		{"\x02\x00\x00\x50\x7f\x00\x00\x01", "AF_INET", ""},
		{"\x0a\x00\x01\xbb\x00\x00\x00\x00" + strings.Repeat("\x00", 16), "AF_INET6", "[::]:443"},
		{"\x0a\x00\x01\xbb\x00\x00\x00\x00" + strings.Repeat("\x00", 15), "AF_INET6", ""},
		{"\x01\x00/run/dbus", "AF_UNIX", "/run/dbus"},
		{"\x01\x00/run\x00/dbus", "AF_UNIX", "/run"},
		{"\x01\x00\x00run\x00\x1b", "AF_UNIX", "@run\x00\x1b"},
		{"\x01\x00", "AF_UNIX", ""},
		{"\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "AF_NETLINK", ""},
		{"\xff\xff", "65535", ""},
		{"\x00\x00", "AF_UNSPEC", ""},
		{"\x02", "", ""},
		{"", "", ""},
	} {
		o := Object{Kind: decode.SocketAddress}
		o.socketAddress([]byte(tt.bytes))
		if o.Family != tt.family || o.Text() != tt.text {
			t.Errorf("%q is %q %q, want %q %q", tt.bytes, o.Family, o.Text(), tt.family, tt.text)
		}
	}
}

// FuzzSocketAddress compares the texts of addresses with those of the standard
// library, and is content with no panic for other families.
func FuzzSocketAddress(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x50\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	for _, address := range []string{"::", "::1", "1::", "1:0:0:2::3", "1:0:0:2:3:0:0:4", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "1:0:2:3:4:5:6:7", "fe80::1"} {
		a := netip.MustParseAddr(address).As16()
		f.Add(append([]byte("\x0a\x00\x01\xbb\x00\x00\x00\x00"), a[:]...))
	}
	f.Add([]byte("\x01\x00\x00a"))
	f.Fuzz(func(t *testing.T, b []byte) {
		o := Object{Kind: decode.SocketAddress}
		o.socketAddress(b)
		want := ""
		switch {
		case o.Family == "AF_INET" && len(b) >= 16:
			want = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), uint16(b[2])<<8|uint16(b[3])).String()
		case o.Family == "AF_INET6" && len(b) >= 24:
			want = netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), uint16(b[2])<<8|uint16(b[3])).String()
		case o.Family == "AF_UNIX":
			return
		}
		if got := o.Text(); got != want {
			t.Errorf("% x is %s, want %s", b, got, want)
		}
	})
}
