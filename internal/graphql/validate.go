package graphql

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// maxInvalid is the number of validation errors that are listed; each may cost a search for similar names.
const maxInvalid = 10

// keptRules are the parser's rules (section 5). Three of its own are missing: values (5.6.1) are checked by coercing
// them, and field selection merging (5.3.2) is merge.go's, both in time linear in the document; the depth of
// introspection is bounded by its cost.
func keptRules() []core.Rule {
	return []core.Rule{
		rules.FieldsOnCorrectTypeRule,
		rules.FragmentsOnCompositeTypesRule,
		rules.KnownArgumentNamesRule,
		rules.KnownDirectivesRule,
		rules.KnownFragmentNamesRule,
		rules.KnownRootTypeRule,
		rules.KnownTypeNamesRule,
		rules.LoneAnonymousOperationRule,
		rules.NoFragmentCyclesRule,
		rules.NoUndefinedVariablesRule,
		rules.NoUnusedFragmentsRule,
		rules.NoUnusedVariablesRule,
		rules.PossibleFragmentSpreadsRule,
		rules.ProvidedRequiredArgumentsRule,
		rules.ScalarLeafsRule,
		rules.UniqueArgumentNamesRule,
		rules.UniqueDirectivesPerLocationRule,
		rules.UniqueFragmentNamesRule,
		rules.UniqueInputFieldNamesRule,
		rules.UniqueOperationNamesRule,
		rules.UniqueVariableNamesRule,
		rules.VariablesAreInputTypesRule,
		rules.VariablesInAllowedPositionRule,
	}
}

// enough ends a validation that has found maxInvalid errors.
type enough struct{}

// validate answers what is wrong with a document; it also notes in the document which definitions it refers to.
func (s *Schema) validate(d *ast.QueryDocument) []*Error {
	var invalid []*Error
	add := func(options ...core.ErrorOption) {
		var e gqlerror.Error
		for _, o := range options {
			o(&e)
		}
		found := problem(CodeInvalid, nil, e.Message)
		for _, l := range e.Locations {
			found.Locations = append(found.Locations, Location{l.Line, l.Column})
		}
		if invalid = append(invalid, found); len(invalid) == maxInvalid {
			panic(enough{})
		}
	}
	s.walk(d, add)
	if invalid != nil {
		return invalid
	}
	m := &merging{schema: s, budget: mergeSteps * s.options.Limits.Fields, add: add}
	if refusal := m.check(d); refusal != nil {
		return refusal
	}
	return invalid
}

func (s *Schema) walk(d *ast.QueryDocument, add core.AddErrFunc) {
	defer func() {
		if p := recover(); p != nil {
			if _, ended := p.(enough); !ended {
				panic(p)
			}
		}
	}()
	for _, f := range d.Fragments {
		if len(f.VariableDefinition) > 0 {
			add(core.Message("Fragments have no variables of their own."), core.At(f.Position))
		}
	}
	var events core.Events
	for _, rule := range keptRules() {
		rule.RuleFunc(&events, add)
	}
	s.valuesOfCorrectType(&events, add)
	core.Walk(s.definitions, d, &events)
}

// valuesOfCorrectType coerces every value written in the document (sections 5.6.1 to 5.6.4).
func (s *Schema) valuesOfCorrectType(events *core.Events, add core.AddErrFunc) {
	check := func(what string, t *ast.Type, v *ast.Value) {
		switch _, _, err := s.inputs.literal(t, v, &scope{checking: true}); {
		case isFault(err): // told again, with its place, when the value is decoded
		case err != nil:
			add(core.Message("%s", fmt.Sprintf("%s: %v.", what, err)), core.At(v.Position))
		}
	}
	arguments := func(of string, definitions ast.ArgumentDefinitionList, given ast.ArgumentList) {
		for _, a := range given {
			if definition := definitions.ForName(a.Name); definition != nil {
				check(fmt.Sprintf("Argument %q of %s", a.Name, of), definition.Type, a.Value)
			}
		}
	}
	events.OnField(func(_ *core.Walker, f *ast.Field) {
		if f.Definition != nil && len(f.Arguments) > 0 {
			arguments(f.ObjectDefinition.Name+"."+f.Name, f.Definition.Arguments, f.Arguments)
		}
	})
	events.OnDirective(func(_ *core.Walker, d *ast.Directive) {
		if d.Definition != nil {
			arguments("@"+d.Name, d.Definition.Arguments, d.Arguments)
		}
	})
	events.OnVariable(func(_ *core.Walker, v *ast.VariableDefinition) {
		if v.DefaultValue != nil && v.Definition != nil && v.Definition.IsInputType() {
			check("The default of $"+v.Variable, v.Type, v.DefaultValue)
		}
	})
}
