package database

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"asm.example/asm/internal/problem"
)

// plainArguments answers the arguments as nil, bool, int, int64, float64, string, []byte, []string and []int64, which
// both databases take alike: pointers followed, named types as what they are made of, an array of bytes as a slice.
// It copies only where something changes, and refuses what one of the databases would refuse or bend: text that is
// not UTF-8 or holds a NUL, not-a-number (SQLite would store NULL), a time.Time (times are microseconds).
func plainArguments(arguments []any) ([]any, error) {
	plain := arguments
	for i, argument := range arguments {
		value, changed, err := plainArgument(argument)
		if err != nil {
			return nil, fmt.Errorf("argument $%d: %w", i+1, err)
		}
		if !changed {
			continue
		}
		if &plain[0] == &arguments[0] {
			plain = append([]any(nil), arguments...)
		}
		plain[i] = value
	}
	return plain, nil
}

// errText is a problem, not a fault: rooms judge texts that they keep, and what is only searched for arrives here. The
// contract fixes its words.
var errText = problem.Invalid("", "Exception - Invalid characters").With("allowed", "UTF-8 without NUL")

var errFloat = errors.New("not a number")

func plainArgument(argument any) (value any, changed bool, err error) {
	switch v := argument.(type) {
	case nil, bool, int, int64, []byte:
		return argument, false, nil
	case string:
		return argument, false, checkText(v)
	case float64:
		if math.IsNaN(v) {
			return nil, false, errFloat
		}
		return argument, false, nil
	case []string:
		if v == nil { // an array that is NULL would match nothing on one database and fail on the other
			return []string{}, true, nil
		}
		for _, text := range v {
			if err := checkText(text); err != nil {
				return nil, false, err
			}
		}
		return argument, false, nil
	case []int64:
		if v == nil {
			return []int64{}, true, nil
		}
		return argument, false, nil
	}
	value, err = reflectArgument(reflect.ValueOf(argument))
	if err != nil {
		return nil, false, err
	}
	value, _, err = plainArgument(value)
	return value, true, err
}

// reflectArgument takes a value of a type that is made of the plain ones apart.
func reflectArgument(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return v.Elem().Interface(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return nil, fmt.Errorf("%d is more than a BIGINT holds", v.Uint())
		}
		return int64(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.String:
		return v.String(), nil
	case reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			bytes := make([]byte, v.Len())
			reflect.Copy(reflect.ValueOf(bytes), v)
			return bytes, nil
		}
	case reflect.Slice:
		return reflectSlice(v)
	}
	return nil, fmt.Errorf("the type %s has no place in a database", v.Type())
}

func reflectSlice(v reflect.Value) (any, error) {
	switch v.Type().Elem().Kind() {
	case reflect.Uint8:
		return v.Bytes(), nil
	case reflect.String:
		texts := make([]string, v.Len())
		for i := range texts {
			texts[i] = v.Index(i).String()
		}
		return texts, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		numbers := make([]int64, v.Len())
		for i := range numbers {
			numbers[i] = v.Index(i).Int()
		}
		return numbers, nil
	}
	return nil, fmt.Errorf("the type %s has no place in a database", v.Type())
}

func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return errText
	}
	return nil
}
