package finding

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// Weakness is an entry of the catalogue: a type of weakness that findings are titled by. Its texts are templates for the
// finding's own.
type Weakness struct {
	// Code has three digits, from 001. 000 is no entry: it stands before titles of imported rules that fit none.
	Code  string
	Title string
	// CWE lists the types of the Common Weakness Enumeration that this entry answers for, the most typical first. No type
	// stands in two entries.
	CWE []int
	// Requirements are the ids, sorted, of what a system with this weakness does not fulfil; at least one.
	Requirements []string
	// Vector is a CVSS v3.1 base vector for the usual case; its score is above zero.
	Vector string
	// Description, Threat and Recommendation keep within 1,000, 650 and 500 characters, the least that a finding takes.
	Description    string
	Threat         string
	Recommendation string
}

// FullTitle is the title that a finding of this weakness bears: "001. SQL injection".
func (w Weakness) FullTitle() string {
	return w.Code + ". " + w.Title
}

// Requirement is something that a secure system fulfils; findings name those that are not.
type Requirement struct {
	ID          string // R and three digits: a spreadsheet leaves it alone
	Title       string
	Description string
}

//go:embed catalogue.json
var catalogueJSON []byte

//go:embed requirements.json
var requirementsJSON []byte

// Catalogue answers all weaknesses by ascending code. The slice and what it holds are shared: callers must not change them.
func Catalogue() []Weakness {
	return catalogue().weaknesses
}

// Requirements answers all requirements by ascending id. The slice is shared: callers must not change it.
func Requirements() []Requirement {
	return catalogue().requirements
}

// ByTitle answers the weakness with exactly this full title, code included.
func ByTitle(fullTitle string) (Weakness, bool) {
	c := catalogue()
	i, ok := c.byTitle[fullTitle]
	if !ok {
		return Weakness{}, false
	}
	return c.weaknesses[i], true
}

// ByCWE answers the weakness that stands for a type of the Common Weakness Enumeration, or for the nearest more general
// type that the catalogue lists. Most types of hardware, and numbers that are none, have no answer.
func ByCWE(cwe int) (Weakness, bool) {
	c := catalogue()
	for {
		if i, ok := c.byCWE[cwe]; ok {
			return c.weaknesses[i], true
		}
		general, ok := c.moreGeneral[cwe]
		if !ok {
			return Weakness{}, false
		}
		cwe = general
	}
}

// RequirementByID answers the requirement with this id.
func RequirementByID(id string) (Requirement, bool) {
	c := catalogue()
	i, ok := c.byID[id]
	if !ok {
		return Requirement{}, false
	}
	return c.requirements[i], true
}

// index is the catalogue with the ways to find its entries; numbers are positions.
type index struct {
	weaknesses   []Weakness
	requirements []Requirement
	byTitle      map[string]int
	byCWE        map[int]int
	byID         map[string]int
	moreGeneral  map[int]int
}

// catalogue parses the embedded files at first use. That they parse is proven by the tests, so that failing is a panic.
var catalogue = sync.OnceValue(func() index {
	c := index{byTitle: map[string]int{}, byCWE: map[int]int{}, byID: map[string]int{}, moreGeneral: map[int]int{}}
	if err := json.Unmarshal(catalogueJSON, &c.weaknesses); err != nil {
		panic(fmt.Errorf("parse catalogue.json: %w", err))
	}
	if err := json.Unmarshal(requirementsJSON, &c.requirements); err != nil {
		panic(fmt.Errorf("parse requirements.json: %w", err))
	}
	for i, w := range c.weaknesses {
		c.byTitle[w.FullTitle()] = i
		for _, cwe := range w.CWE {
			c.byCWE[cwe] = i
		}
	}
	for i, r := range c.requirements {
		c.byID[r.ID] = i
	}
	for _, family := range moreSpecific {
		for _, specific := range family.specific {
			c.moreGeneral[specific] = family.general
		}
	}
	return c
})

// moreSpecific leads from types that scanners name but the catalogue does not list to the type above them: the parent in
// the research view of the Common Weakness Enumeration (cwe.mitre.org, view 1000), save where another ancestor says
// better what a developer has to do, and the nearest type for old categories (255, 720, 818, 1216).
var moreSpecific = []struct {
	general  int
	specific []int
}{
	// Access, authentication, sessions
	{284, []int{282, 286, 923}},
	{282, []int{283, 708}},
	{286, []int{842}},
	{266, []int{9, 520, 556}},
	{269, []int{267, 268, 270, 274, 648}},
	{267, []int{623}},
	{285, []int{1230}},
	{287, []int{645, 1391}},
	{290, []int{291, 293}},
	{307, []int{1216}},
	{522, []int{255}},
	{863, []int{551, 647}},
	{1390, []int{289, 303, 305, 593, 836}},
	{294, []int{301}},
	{303, []int{304}},
	{1391, []int{1392}},
	{1392, []int{1393, 1394}},

	// Injection and input
	{20, []int{100, 179, 606}},
	{77, []int{624}},
	{75, []int{76}},
	{79, []int{81, 84, 85, 86}},
	{83, []int{82}},
	{96, []int{97}},
	{138, []int{140, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 162, 163, 164, 165, 166, 167, 168, 790}},
	{140, []int{141, 142, 143, 144, 145, 146}},
	{158, []int{626}},
	{159, []int{161}},
	{179, []int{180, 181}},
	{790, []int{791, 792, 793, 794, 795, 796, 797}},
	{914, []int{621, 627}},
	{1173, []int{102, 103, 104, 105, 106, 107, 108, 109, 110, 112}},

	// Files and paths
	{23, []int{24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35}},
	{36, []int{37, 38, 39, 40}},
	{59, []int{62, 64, 65, 1386}},
	{706, []int{41, 178}},
	{41, []int{42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58}},
	{552, []int{220, 527, 528, 529, 553}},

	// Information
	{200, []int{213, 1295, 612}},
	{203, []int{205}},
	{205, []int{206, 207}},
	{211, []int{535, 536}},
	{497, []int{214}},
	{514, []int{515}},
	{385, []int{514}},
	{540, []int{531}},
	{668, []int{8, 402, 488, 491, 492, 493, 495, 496, 582, 583, 608, 669, 767, 1229}},
	{402, []int{403, 619}},
	{493, []int{500}},
	{226, []int{1342}},
	{1230, []int{202}},

	// Cryptography and integrity
	{319, []int{720, 818}},
	{327, []int{1240}},
	{330, []int{334, 344, 1241}},
	{331, []int{332, 333}},
	{334, []int{6}},
	{335, []int{339}},
	{340, []int{341, 342, 343}},
	{345, []int{348, 351, 360, 646, 649, 924}},
	{506, []int{507, 510, 511, 512}},
	{507, []int{508, 509}},

	// Resources, concurrency
	{362, []int{364, 365, 368, 421, 689}},
	{367, []int{363}},
	{400, []int{405, 410, 1235}},
	{405, []int{406, 407, 408, 1050, 1176}},
	{404, []int{459, 763}},
	{459, []int{460}},
	{763, []int{761, 762}},
	{762, []int{590}},
	{662, []int{663, 558}},
	{667, []int{412, 413, 414, 609, 764, 765, 832}},
	{413, []int{591}},
	{770, []int{774, 789, 1325}},
	{772, []int{773}},
	{820, []int{543, 567}},
	{821, []int{572}},
	{834, []int{1322}},

	// Memory and numbers
	{119, []int{466, 822, 823}},
	{805, []int{806}},
	{665, []int{454, 455, 456, 1419}},
	{681, []int{192, 194, 195, 196}},
	{682, []int{128, 135, 467, 468, 469, 1335, 1339}},
	{704, []int{1389}},

	// Errors
	{703, []int{228, 392, 393, 544}},
	{228, []int{229, 233, 237, 240, 241}},
	{229, []int{230, 231, 232}},
	{233, []int{234, 236}},
	{237, []int{238, 239}},
	{240, []int{130}},
	{248, []int{600}},
	{754, []int{394}},

	// Configuration, design, interface
	{756, []int{7, 12}},
	{693, []int{357, 424, 1039}},
	{357, []int{450}},
	{451, []int{1007}},
	{657, []int{638, 671}},
	{778, []int{221, 222, 224}},
	{749, []int{618, 782}},
	{1188, []int{1051, 1052}},

	// Code
	{573, []int{475, 577, 578, 579, 675, 695}},
	{675, []int{1341}},
	{664, []int{666}},
	{610, []int{673}},
	{670, []int{483, 617, 698}},
	{691, []int{430, 431, 696, 768, 1265}},
	{697, []int{1023, 1024, 1025}},
	{1023, []int{187, 478, 839}},
	{1025, []int{486}},
	{710, []int{446, 474, 684, 758, 1041, 1044, 1048, 1059, 1061, 1065, 1066, 1068, 1092, 1093, 1101, 1126, 1127, 1177}},
	{474, []int{589}},
	{684, []int{440}},
	{446, []int{447, 448, 449}},
	{758, []int{562, 587, 733}},
	{1061, []int{766, 1054, 1057, 1062, 1083, 1087, 1090, 1100}},
	{1076, []int{546, 547, 586, 594, 1078, 1079, 1082, 1091}},
	{1078, []int{1085, 1099, 1106, 1107, 1108, 1109, 1110, 1111, 1112, 1113, 1114, 1115, 1116, 1117}},
	{1120, []int{1047, 1056, 1060, 1064, 1074, 1075, 1080, 1086, 1095, 1119, 1121, 1122, 1123, 1124, 1125}},
	{1164, []int{1089}},
	{1071, []int{585, 1069}},
}
