package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
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

// A value is a constant as the C compiler sees it: bits, and whether the
// expression is negative.
type value struct {
	bits     uint64
	negative bool
}

func (v value) String() string {
	if v.negative {
		return strconv.FormatInt(int64(v.bits), 10)
	}
	if v.bits < 10 {
		return strconv.FormatUint(v.bits, 10)
	}
	return fmt.Sprintf("%#x", v.bits)
}

// headerConstants evaluates what one header defines.
func (c compiler) headerConstants(headers, shimDir, header string) (map[string]value, error) {
	flags := append(slices.Clone(c.command[1:]), "-nostdinc", "-w",
		"-isystem", filepath.Join(headers, c.include), "-isystem", headers, "-isystem", shimDir)
	if _, err := os.Stat(filepath.Join(headers, header)); err != nil {
		if _, err := os.Stat(filepath.Join(headers, c.include, header)); err != nil {
			return nil, nil // a header of other architectures
		}
	}
	src := prelude(header)
	run := func(input string, args ...string) ([]byte, []byte, error) {
		cmd := exec.Command(c.command[0], append(slices.Clone(flags), args...)...)
		cmd.Stdin = strings.NewReader(input)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		return stdout.Bytes(), stderr.Bytes(), err
	}
	macros, msg, err := run(src, "-E", "-dM", "-xc", "-")
	if err != nil {
		return nil, fmt.Errorf("%s %s: %v\n%s", c.abi, header, err, msg)
	}
	text, msg, err := run(src, "-E", "-xc", "-")
	if err != nil {
		return nil, fmt.Errorf("%s %s: %v\n%s", c.abi, header, err, msg)
	}
	names := append(macroNames(string(macros)), enumNames(string(text))...)
	slices.Sort(names)
	names = slices.Compact(names)
	// Whatever is no constant expression gives an error on its line; leave
	// those out and try again until the rest compiles.
	var left []string
	for range 40 {
		var b strings.Builder
		b.WriteString(src)
		b.WriteString("struct fact { unsigned long long bits, negative; };\n")
		b.WriteString("const struct fact fact_table[] __attribute__((section(\"facts\"), used)) = {\n#line 1 \"names\"\n")
		for _, n := range names {
			fmt.Fprintf(&b, "{ (unsigned long long)(%s), (%s) < 0 },\n", n, n)
		}
		b.WriteString("};\n")
		object := filepath.Join(os.TempDir(), "facts-"+c.abi+".o")
		_, msg, err := run(b.String(), "-fmax-errors=0", "-c", "-o", object, "-xc", "-")
		if err == nil {
			if len(left) > 0 {
				fmt.Fprintf(os.Stderr, "extract: %s %s: not integers: %s\n", c.abi, header, strings.Join(left, " "))
			}
			return readFacts(object, names)
		}
		bad := badLines(string(msg))
		if len(bad) == 0 {
			return nil, fmt.Errorf("%s %s: %v\n%s", c.abi, header, err, msg)
		}
		var good []string
		for i, n := range names {
			if bad[i+1] {
				left = append(left, n)
			} else {
				good = append(good, n)
			}
		}
		names = good
	}
	return nil, fmt.Errorf("%s %s: no set of names compiles", c.abi, header)
}

var errorLine = regexp.MustCompile(`(?m)^names:(\d+):`)

func badLines(msg string) map[int]bool {
	bad := map[int]bool{}
	for _, m := range errorLine.FindAllStringSubmatch(msg, -1) {
		n, _ := strconv.Atoi(m[1])
		bad[n] = true
	}
	return bad
}

func readFacts(object string, names []string) (map[string]value, error) {
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
	var order binary.ByteOrder = f.ByteOrder
	for i, n := range names {
		v := value{order.Uint64(data[16*i:]), order.Uint64(data[16*i+8:]) != 0}
		if v.negative && int64(v.bits) == math.MinInt32 {
			v = value{bits: 1 << 31} // "1 << 31" of an int means the bit
		}
		all[n] = v
	}
	return all, nil
}

// wanted says whether a name looks like an argument's constant: upper case,
// not an include guard and not private to the headers.
func wanted(name string) bool {
	if name[0] < 'A' || name[0] > 'Z' || strings.HasSuffix(name, "_H") {
		return name == "__WALL" || name == "__WCLONE" || name == "__WNOTHREAD"
	}
	if hasAnyPrefix(name, inMemory) && !hasAnyPrefix(name, inRegister) {
		return false
	}
	upper := strings.ToUpper(name) == name

	return upper || strings.HasPrefix(name, "Q_")
}

var macroLine = regexp.MustCompile(`(?m)^#define (\w+) .`)

func macroNames(text string) []string {
	var names []string
	for _, m := range macroLine.FindAllStringSubmatch(text, -1) {
		if wanted(m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

var (
	lineMark  = regexp.MustCompile(`(?m)^#.*$`)
	enumBody  = regexp.MustCompile(`\benum\b[^{};()]*\{([^{}]*)\}`)
	enumEntry = regexp.MustCompile(`(?:^|,)\s*(\w+)`)
)

func enumNames(text string) []string {
	var names []string
	for _, m := range enumBody.FindAllStringSubmatch(lineMark.ReplaceAllString(text, ""), -1) {
		for _, e := range enumEntry.FindAllStringSubmatch(m[1], -1) {
			if wanted(e[1]) {
				names = append(names, e[1])
			}
		}
	}
	return names
}

// extractConstants writes one line for each name: one value where all ABIs
// agree, or abi=value for each.
func extractConstants(s sources) error {
	shimDir, err := writeShims()
	if err != nil {
		return err
	}
	defer os.RemoveAll(shimDir)
	all := map[string]map[string]value{} // name → ABI → value
	numberings := map[string]map[string]map[string]value{"asm/errno.h": {}, "asm/signal.h": {}}
	for _, c := range compilers {
		for _, h := range headers {
			found, err := c.headerConstants(s.headers, shimDir, h)
			if err != nil {
				fmt.Fprintf(os.Stderr, "extract: left out: %v\n", err)
				continue
			}
			for n, v := range found {
				if into, ok := numberings[h]; ok {
					record(into, n, c.abi, v)
				}
				if unwantedFrom(h, n) {
					continue
				}
				if old := record(all, n, c.abi, v); old != v {
					fmt.Fprintf(os.Stderr, "extract: %s: %s is %v before %s and %v in it\n", c.abi, n, old, h, v)
				}
			}
		}
	}
	if err := writeNumberings(s, numberings["asm/errno.h"], numberings["asm/signal.h"]); err != nil {
		return err
	}
	return writeConstants(filepath.Join(s.facts, "constants.tsv"), all,
		"# Constants for system-call arguments: name, then its value where all nine ABIs agree, or abi=value for each ABI that has it.\n"+
			"# Source: the UAPI headers of Linux 7.2 (Debian linux-libc-dev 7.2.13-1, every architecture's), the headers that extract/headers.go lists,\n"+
			"# evaluated by each architecture's gcc 12 (loongarch64: x86_64's with loongarch's headers and macros).\n"+
			"# Made by arch/gen/extract (constants).\n")
}

// record adds a value that is not there yet and returns the one that counts.
func record(all map[string]map[string]value, name, abi string, v value) value {
	if all[name] == nil {
		all[name] = map[string]value{}
	}
	if old, ok := all[name][abi]; ok {
		return old
	}
	all[name][abi] = v
	return v
}

func writeShims() (string, error) {
	dir, err := os.MkdirTemp("", "shims")
	if err != nil {
		return "", err
	}
	for name, text := range shims {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func valuesText(byABI map[string]value) string {
	var list []string
	same := len(byABI) == len(compilers)
	for _, c := range compilers {
		v, ok := byABI[c.abi]
		if !ok {
			continue
		}
		same = same && v == byABI[compilers[0].abi]
		list = append(list, c.abi+"="+v.String())
	}
	if same {
		return byABI[compilers[0].abi].String()
	}
	return strings.Join(list, "\t")
}

func parseValue(s string) (value, error) {
	if strings.HasPrefix(s, "-") {
		n, err := strconv.ParseInt(s, 0, 64)
		return value{uint64(n), true}, err
	}
	n, err := strconv.ParseUint(s, 0, 64)
	return value{bits: n}, err
}
