package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A compiler evaluates the constants of one ABI.
type compiler struct {
	abi     string
	command []string
	include string // the directory of the ABI's asm headers below usr/include
}

// Debian has no cross compiler for loongarch64. Its UAPI headers see an LP64
// little-endian compiler like x86_64's, with loongarch's own macros.
var compilers = []compiler{
	{"x86_64", []string{"gcc-12"}, "x86_64-linux-gnu"},
	{"i386", []string{"gcc-12", "-m32"}, "i386-linux-gnu"},
	{"aarch64", []string{"aarch64-linux-gnu-gcc-12"}, "aarch64-linux-gnu"},
	{"arm", []string{"arm-linux-gnueabihf-gcc-12"}, "arm-linux-gnueabihf"},
	{"riscv64", []string{"riscv64-linux-gnu-gcc-12"}, "riscv64-linux-gnu"},
	{"s390x", []string{"s390x-linux-gnu-gcc-12"}, "s390x-linux-gnu"},
	{"ppc64le", []string{"powerpc64le-linux-gnu-gcc-12"}, "powerpc64le-linux-gnu"},
	{"loongarch64", []string{
		"gcc-12", "-U__x86_64__", "-U__x86_64", "-D__loongarch__", "-D__loongarch64", "-D__loongarch_lp64", "-D__loongarch_grlen=64",
	}, "loongarch64-linux-gnu"},
	{"mips64el", []string{"mips64el-linux-gnuabi64-gcc-12"}, "mips64el-linux-gnuabi64"},
}

// run compiles C text from stdin with the ABI's headers, and no others but the
// shims.
func (c compiler) run(dirs headerDirs, text string, args ...string) (string, error) {
	flags := append(slices.Clone(c.command[1:]), "-nostdinc", "-w",
		"-isystem", filepath.Join(dirs.headers, c.include), "-isystem", dirs.headers, "-isystem", dirs.shims, "-xc", "-")
	cmd := exec.Command(c.command[0], append(flags, args...)...)
	cmd.Stdin = strings.NewReader(text)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", &compileError{err, stderr.String()}
	}
	return stdout.String(), nil
}

// headerDirs are the directories that headers come from.
type headerDirs struct {
	headers string // usr/include of linux-libc-dev
	shims   string
}

// has reports whether the ABI has a header: some are other architectures'.
func (c compiler) has(dirs headerDirs, header string) bool {
	for _, dir := range []string{dirs.headers, filepath.Join(dirs.headers, c.include)} {
		if _, err := os.Stat(filepath.Join(dir, header)); err == nil {
			return true
		}
	}
	return false
}

// A compileError has what the compiler said.
type compileError struct {
	err    error
	output string
}

func (e *compileError) Error() string { return e.err.Error() + "\n" + e.output }

var errorLine = regexp.MustCompile(`(?m)^names:(\d+):`)

// badNames are the names whose line the compiler complained about, by index.
func (e *compileError) badNames() map[int]bool {
	bad := map[int]bool{}
	for _, m := range errorLine.FindAllStringSubmatch(e.output, -1) {
		n, _ := strconv.Atoi(m[1])
		bad[n-1] = true
	}
	return bad
}

// headerConstants evaluates what one header defines, and returns the names
// that are no integer constants too.
func (c compiler) headerConstants(dirs headerDirs, header string) (all map[string]value, left []string, err error) {
	if !c.has(dirs, header) {
		return nil, nil, nil
	}
	src := prelude(header)
	macros, err := c.run(dirs, src, "-E", "-dM")
	if err != nil {
		return nil, nil, err
	}
	text, err := c.run(dirs, src, "-E")
	if err != nil {
		return nil, nil, err
	}
	names := append(macroNames(macros), enumNames(text)...)
	slices.Sort(names)
	names = slices.Compact(names)
	object, err := os.CreateTemp("", "facts-*.o")
	if err != nil {
		return nil, nil, err
	}
	object.Close()
	defer os.Remove(object.Name())
	// Whatever is no constant expression gives an error on its line. An
	// undeclared name is reported only where it stands first, so it takes
	// several rounds until the rest compiles.
	for {
		_, err := c.run(dirs, src+factTable(names), "-fmax-errors=0", "-c", "-o", object.Name())
		if err == nil {
			all, err = readTable16(object.Name(), names)
			return all, left, err
		}
		failed, ok := err.(*compileError)
		if !ok || len(failed.badNames()) == 0 {
			return nil, nil, err
		}
		bad := failed.badNames()
		var good []string
		for i, n := range names {
			if bad[i] {
				left = append(left, n)
			} else {
				good = append(good, n)
			}
		}
		names = good
	}
}

// factTable is C text that lets the compiler write each name's value, and
// whether it is negative, into a section of its own. The line number of an
// error in it is that of the name.
func factTable(names []string) string {
	var b strings.Builder
	b.WriteString("struct fact { unsigned long long bits, negative; };\n")
	b.WriteString("const struct fact fact_table[] __attribute__((section(\"facts\"), used)) = {\n#line 1 \"names\"\n")
	for _, n := range names {
		fmt.Fprintf(&b, "{ (unsigned long long)(%s), (%s) < 0 },\n", n, n)
	}
	b.WriteString("};\n")
	return b.String()
}

// readTable16 reads the section that factTable describes: 16 bytes a name, in
// the object's byte order.
func readTable16(object string, names []string) (map[string]value, error) {
	f, err := elf.Open(object)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := map[string]value{}
	if len(names) == 0 {
		return all, nil
	}
	data, err := f.Section("facts").Data()
	if err != nil {
		return nil, err
	}
	if len(data) != 16*len(names) {
		return nil, fmt.Errorf("%d bytes for %d names", len(data), len(names))
	}
	for i, n := range names {
		v := value{f.ByteOrder.Uint64(data[16*i:]), f.ByteOrder.Uint64(data[16*i+8:]) != 0}
		if v.negative && int64(v.bits) == math.MinInt32 {
			v = value{bits: 1 << 31} // "1 << 31" of an int means the bit
		}
		all[n] = v
	}
	return all, nil
}
