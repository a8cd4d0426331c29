package graphql

import (
	"fmt"
	"testing"
)

func TestTheVariantsLastUsedAreKept(t *testing.T) {
	t.Parallel()
	var v variants
	fields := 0
	for i := range maxVariants + 10 {
		fields += v.add(fmt.Sprint(i), &variant{fields: 3})
		v.get("0")
	}

	if len(v.kept) != maxVariants || v.order.Len() != maxVariants {
		t.Errorf("%d are kept, want %d", len(v.kept), maxVariants)
	}
	if fields != 3*maxVariants {
		t.Errorf("%d fields are accounted for, want %d", fields, 3*maxVariants)
	}
	if v.get("0") == nil {
		t.Error("one in use is gone")
	}
	if v.get("1") != nil {
		t.Error("one out of use is kept")
	}
}
