package graphql

// Optional is an argument or input field that may be absent, null or a value. The zero value is absent.
type Optional[T any] struct {
	// Value is T's zero value when the argument is absent or null.
	Value T
	// Present says that the argument was given, be it null.
	Present bool
	// Null says that null was given.
	Null bool
}

// Get answers the value, and whether there is one: neither absent nor null.
func (o Optional[T]) Get() (T, bool) { return o.Value, o.Present && !o.Null }

// Or answers the value, or the other when absent or null.
func (o Optional[T]) Or(other T) T {
	if o.Present && !o.Null {
		return o.Value
	}
	return other
}
