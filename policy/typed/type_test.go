package typed

import "testing"

// A long sum is asked for its type at each operator. If that went through all
// that is to the left of it, this test would take minutes.
func TestTypeOfLongSum(t *testing.T) {
	sum := Int(&Value{Of: U32})
	for range 1 << 18 {
		sum = &Binary{Op: Add, X: sum, Y: &Value{Of: U32, Bits: 1}}
		if sum.Type() != U32 {
			t.Fatalf("the sum is %v", sum.Type())
		}
	}
}
