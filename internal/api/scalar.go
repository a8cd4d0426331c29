package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/scan"
)

// payload is the answer of a mutation that has nothing else to tell; it is only made when there was no error.
type payload struct{}

func bindScalars(b *graphql.Binder) {
	graphql.Scalar(b, "DateTime", parseDateTime, appendDateTime)
	graphql.Scalar(b, "JSONString", parseJSONString, appendJSONString)
	graphql.Scalar(b, "GenericScalar", parseAnything, appendAnything)
	graphql.Upload[*scan.Upload](b, "Upload")
	graphql.Enum[order](b, "OrderSort", ascending, descending)

	simple := graphql.Object[payload](b, "SimplePayload")
	graphql.Value(simple, "success", succeeded[payload])

	graphql.Abstract[any](b, "Payload")
	graphql.Abstract[any](b, "Edge")

	bindPage(b)
}

// succeeded answers the field success: an error would have taken the payload's place.
func succeeded[T any](*T) bool { return true }

// order is the direction of a sort.
type order string

const (
	ascending  order = "ASC"
	descending order = "DESC"
)

// dateTimes are the forms that a DateTime is understood in, the complete ones first. Without an offset UTC is meant.
var dateTimes = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
}

// parseDateTime reads a moment; an empty text means none, as existing clients send it.
func parseDateTime(raw any) (time.Time, error) {
	text, ok := raw.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("a text like 2026-11-25T14:00:00Z is expected")
	}
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range dateTimes {
		if moment, err := time.Parse(form, text); err == nil {
			return moment.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date; write it like 2026-11-25T14:00:00Z or 2026-11-25", text)
}

// dateTimeForm has the offset in numbers, as existing clients read it.
const dateTimeForm = "2006-01-02T15:04:05-07:00"

// appendDateTime writes a moment; the zero time is null.
func appendDateTime(buffer []byte, moment time.Time) ([]byte, error) {
	if moment.IsZero() {
		return buffer, nil
	}
	buffer = append(buffer, '"')
	buffer = moment.UTC().AppendFormat(buffer, dateTimeForm)
	return append(buffer, '"'), nil
}

// textTime writes a moment of a String field; the zero time is null.
func textTime(moment time.Time) *string {
	if moment.IsZero() {
		return nil
	}
	text := moment.UTC().Format(time.DateTime)
	return &text
}

// jsonText is JSON that travels inside a string.
type jsonText string

func parseJSONString(raw any) (jsonText, error) {
	text, ok := raw.(string)
	if !ok || !json.Valid([]byte(text)) {
		return "", errors.New("a string that holds JSON is expected")
	}
	return jsonText(text), nil
}

func appendJSONString(buffer []byte, text jsonText) ([]byte, error) {
	return graphql.AppendString(buffer, string(text)), nil
}

// anything is any JSON value, as package json makes it.
type anything struct{ value any }

func parseAnything(raw any) (anything, error) { return anything{raw}, nil }

func appendAnything(buffer []byte, a anything) ([]byte, error) {
	text, err := json.Marshal(a.value)
	return append(buffer, text...), err
}

// textOrNull answers null for an empty text.
func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// score turns tenths into the number with one decimal that they stand for.
func score(tenths int64) float64 { return float64(tenths) / 10 }

// emptyNotNil keeps a list that existing clients never saw as null from becoming it.
func emptyNotNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// neverNil does so for the lists of a level.
func neverNil[T any](lists [][]T, err error) ([][]T, error) {
	for i, list := range lists {
		lists[i] = emptyNotNil(list)
	}
	return lists, err
}

// sortedKeys answers the words of a table, for telling what is allowed.
func sortedKeys[V any](table map[string]V) []string {
	return slices.Sorted(maps.Keys(table))
}
