package sarif

import (
	"strconv"
	"strings"
)

// taxon refers to an entry of a taxonomy, by id or by positions; -1 where there is none.
type taxon struct {
	id, name         string // name of the taxonomy
	component, index int
}

// rule reads a reporting descriptor: a rule, or a taxon of a taxonomy.
func (s *surveyor) rule() (Rule, error) {
	rule := Rule{Rank: -1}
	err := s.object(func(member []byte) (err error) {
		switch string(member) {
		case "id":
			rule.ID, err = s.keep(maxName)
		case "name":
			rule.Name, err = s.keep(maxName)
		case "shortDescription":
			rule.Short, err = s.keepMessage()
		case "fullDescription":
			rule.Full, err = s.keepMessage()
		case "help":
			rule.Help, err = s.keepMessage()
		case "helpUri":
			rule.HelpURI, err = s.keep(maxName)
			rule.weakCWEs = append(rule.weakCWEs, helpCWE(rule.HelpURI))
		case "messageStrings":
			rule.messages, err = s.messageStrings()
		case "defaultConfiguration":
			err = s.configuration(&rule)
		case "relationships":
			err = s.array(func(i int) error { return s.relationship(&rule, i) })
		case "properties":
			err = s.ruleProperties(&rule)
		default:
			err = s.skip()
		}
		return err
	})
	s.kept += 256
	for _, text := range []*string{&rule.Name, &rule.Short, &rule.Full, &rule.Help, &rule.HelpURI} {
		*text = Clean(*text)
	}
	return rule, err
}

func (s *surveyor) configuration(rule *Rule) error {
	return s.object(func(name []byte) (err error) {
		switch string(name) {
		case "level":
			rule.Level, err = s.keep(maxName)
			rule.Level = level(rule.Level)
		case "rank":
			rule.Rank, err = s.number()
		default:
			err = s.skip()
		}
		return err
	})
}

func (s *surveyor) relationship(rule *Rule, i int) error {
	if i >= maxLists {
		return s.skip()
	}
	return s.object(func(name []byte) error {
		if string(name) != "target" {
			return s.skip()
		}
		t, err := s.taxon()
		rule.taxa = append(rule.taxa, t)
		return err
	})
}

// taxon reads a reference to a reporting descriptor.
func (r *reader) taxon() (taxon, error) {
	t := taxon{component: -1, index: -1}
	err := r.object(func(name []byte) (err error) {
		switch string(name) {
		case "id":
			t.id, err = r.text(maxName)
		case "index":
			t.index, err = r.integer(-1)
		case "toolComponent":
			err = r.object(func(name []byte) (err error) {
				switch string(name) {
				case "name":
					t.name, err = r.text(maxName)
				case "index":
					t.component, err = r.integer(-1)
				default:
					err = r.skip()
				}
				return err
			})
		default:
			err = r.skip()
		}
		return err
	})
	return t, err
}

func (s *surveyor) ruleProperties(rule *Rule) error {
	return s.object(func(name []byte) (err error) {
		switch string(name) {
		case "security-severity":
			rule.SecuritySeverity, err = s.scalar(maxName)
		case "cwe", "cwes", "CWE", "tags":
			err = s.texts(maxLists, maxName, func(text string) { rule.weakCWEs = append(rule.weakCWEs, CWE(text)) })
		default:
			err = s.skip()
		}
		return err
	})
}

// messageStrings reads texts by message id.
func (s *surveyor) messageStrings() (map[string]string, error) {
	messages := map[string]string{}
	err := s.object(func(name []byte) error {
		id := string(name)
		if err := s.account(id, nil); err != nil {
			return err
		}
		text, err := s.keepMessage()
		messages[id] = text
		return err
	})
	return messages, err
}

func (s *surveyor) keepMessage() (string, error) {
	message, err := s.message()
	text := message.text
	return text, s.account(text, err)
}

// level answers one of the format's four levels, "" for anything else: the rule's, or the format's default, counts then.
func level(text string) string {
	switch text = strings.ToLower(text); text {
	case "none", "note", "warning", "error":
		return text
	}
	return ""
}

// CWE finds the number of a weakness in a tag or text such as "external/cwe/cwe-079", "CWE-79" or "CWE-79: Improper …";
// 0 when there is none.
func CWE(text string) int {
	lower := strings.ToLower(text)
	for {
		i := strings.Index(lower, "cwe")
		if i < 0 {
			return 0
		}
		begins := i == 0 || !isLetter(lower[i-1])
		lower = lower[i+len("cwe"):]
		if number := cweNumber(strings.TrimLeft(lower, "-_: ")); begins && number > 0 {
			return number
		}
	}
}

// cweNumber reads leading digits, with or without "CWE-" before them.
func cweNumber(text string) int {
	if len(text) > 4 && strings.EqualFold(text[:4], "CWE-") {
		text = text[4:]
	}
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end == 0 || end > 5 {
		return 0
	}
	number, err := strconv.Atoi(text[:end])
	if err != nil {
		return 0
	}
	return number
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

// helpCWE knows the page of a weakness at MITRE, which some tools give as a rule's help; 0 for other pages.
func helpCWE(uri string) int {
	_, page, found := strings.Cut(uri, "cwe.mitre.org/data/definitions/")
	if !found {
		return 0
	}
	return cweNumber(page)
}
