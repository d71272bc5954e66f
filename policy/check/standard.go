package check

import (
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// standard are the functions that every filter can use, in the language itself.
// docs/language.md lists them.
var standard = [...]struct{ signature, body string }{
	{"only(x, mask)", "x & ~mask == 0"},
	{"has(x, bits)", "x & bits == bits"},

	// A command of ioctl, by its parts (include/uapi/asm-generic/ioctl.h, and
	// asm/ioctl.h where that differs).
	{"ioc_type(cmd)", "cmd >> 8 & 0xff"},
	{"ioc_nr(cmd)", "cmd & 0xff"},
	{"ioc_size(cmd)", "(cmd & IOCSIZE_MASK) >> IOCSIZE_SHIFT"},

	// A device as mknod takes it (new_decode_dev in include/linux/kdev_t.h).
	{"makedev(major, minor)", "minor & 0xff | (major & 0xfff) << 8 | (minor & 0xfff00) << 12"},
	{"dev_major(dev)", "dev >> 8 & 0xfff"},
	{"dev_minor(dev)", "dev & 0xff | dev >> 12 & 0xfff00"},

	// The type of a socket without SOCK_CLOEXEC and SOCK_NONBLOCK
	// (SOCK_TYPE_MASK in include/linux/net.h).
	{"sock_type(type)", "type & 0xf"},
}

// standardName returns the name of a standard function by its place.
func standardName(i int) string {
	name, _, _ := strings.Cut(standard[i].signature, "(")
	return name
}

func isStandard(name string) bool {
	if name == onceName {
		return true
	}
	for i := range standard {
		if standardName(i) == name {
			return true
		}
	}
	return false
}

// standardFunction returns a standard function, or nil.
func (c *checker) standardFunction(name string) *definition {
	if d, ok := c.shipped[name]; ok {
		return d
	}
	for i := range standard {
		if standardName(i) != name {
			continue
		}
		source := &diag.Source{Name: "standard function", Text: standard[i].signature + " = " + standard[i].body}
		at := len(standard[i].signature)
		signature, _ := filter.ParseSignature(diag.Text{Source: source, String: source.Text[:at]})
		at += len(" = ")
		body, _ := filter.ParseBody(diag.Text{Source: source, String: source.Text[at:], Base: at})
		if c.shipped == nil {
			c.shipped = make(map[string]*definition)
		}
		c.shipped[name] = &definition{
			kind: aFunction, name: name, at: signature.At, standard: true, value: body, params: signature.Params,
		}
		return c.shipped[name]
	}
	return nil
}
