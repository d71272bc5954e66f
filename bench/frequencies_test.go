package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// TestFrequencies holds the copy of the compiler's table to the original.
func TestFrequencies(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../compiler/weights.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var original []callWeight
	for node := range ast.Preorder(file) {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "frequencies" {
			continue
		}
		for _, row := range spec.Values[0].(*ast.CompositeLit).Elts {
			cells := row.(*ast.CompositeLit).Elts
			name, err := strconv.Unquote(cells[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			weight, err := strconv.ParseFloat(cells[1].(*ast.BasicLit).Value, 64)
			if err != nil {
				t.Fatal(err)
			}
			original = append(original, callWeight{name, weight})
		}
	}
	if !slices.Equal(frequencies[:], original) {
		t.Errorf("the copy is\n%v\nand compiler/weights.go has\n%v", frequencies, original)
	}
}
