package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// goarch names the ABIs as golang.org/x/sys does.
var goarch = map[string]string{
	"x86_64": "amd64", "i386": "386", "aarch64": "arm64", "arm": "arm", "riscv64": "riscv64",
	"s390x": "s390x", "ppc64le": "ppc64le", "loongarch64": "loong64", "mips64el": "mips64le",
}

// xsysConstants reads the integer constants of one ABI in golang.org/x/sys.
func xsysConstants(dir, abi string) (map[string]value, error) {
	all := map[string]value{}
	for _, name := range []string{"zerrors_linux.go", "zerrors_linux_" + goarch[abi] + ".go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "unix", name), nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, spec := range decl.Specs {
				s := spec.(*ast.ValueSpec)
				for i, v := range s.Values {
					if val, ok := literal(v); ok {
						all[s.Names[i].Name] = val
					}
				}
			}
		}
	}
	return all, nil
}

// literal reads an integer literal, a negated one, or one that is converted
// (syscall.Errno(0xd)).
func literal(e ast.Expr) (value, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		v, ok := constant.Uint64Val(constant.ToInt(constant.MakeFromLiteral(e.Value, e.Kind, 0)))
		return value{bits: v}, ok && e.Kind == token.INT
	case *ast.UnaryExpr:
		v, ok := literal(e.X)
		return value{-v.bits, true}, ok && e.Op == token.SUB
	case *ast.CallExpr:
		return literal(e.Args[0])
	}
	return value{}, false
}

// extractXsys writes the constants that the UAPI headers lack and the ones of
// which the two differ.
func extractXsys(s sources) error {
	headers, err := readConstants(filepath.Join(s.facts, "constants.tsv"))
	if err != nil {
		return err
	}
	more, differ := map[string]map[string]value{}, map[string]map[string]value{}
	for _, c := range compilers {
		all, err := xsysConstants(s.xsys, c.abi)
		if err != nil {
			return err
		}
		for n, v := range all {
			if !wanted(n) {
				continue
			}
			known, ok := headers[n]
			into := more
			if ok {
				if at, here := known[c.abi]; here && at.bits == v.bits {
					continue
				}
				into = differ
			}
			if into[n] == nil {
				into[n] = map[string]value{}
			}
			into[n][c.abi] = v
		}
	}
	if err := writeConstants(filepath.Join(s.facts, "constants_xsys.tsv"), more,
		"# Constants that the UAPI headers of constants.tsv lack, in the same form.\n"+
			"# Source: golang.org/x/sys v0.49.0, unix/zerrors_linux*.go.\n"+
			"# Made by arch/gen/extract (xsys).\n"); err != nil {
		return err
	}
	for _, n := range slices.Sorted(maps.Keys(differ)) {
		fmt.Fprintf(os.Stderr, "extract: x/sys differs: %s\t%s\t(headers: %s)\n", n, valuesText(differ[n]), valuesText(headers[n]))
	}
	return nil
}

func writeConstants(path string, all map[string]map[string]value, head string) error {
	return writeFacts(path, head, func(line func(fields ...string)) {
		for _, n := range slices.Sorted(maps.Keys(all)) {
			line(n, valuesText(all[n]))
		}
	})
}

// readConstants reads a file that writeConstants wrote.
func readConstants(path string) (map[string]map[string]value, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]value{}
	for _, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		byABI := map[string]value{}
		for _, f := range fields[1:] {
			abi, number, scoped := strings.Cut(f, "=")
			if !scoped {
				number = f
			}
			v, err := parseValue(number)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %v", path, fields[0], err)
			}
			for _, c := range compilers {
				if !scoped || c.abi == abi {
					byABI[c.abi] = v
				}
			}
		}
		all[fields[0]] = byABI
	}
	return all, nil
}
