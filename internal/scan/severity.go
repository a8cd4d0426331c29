package scan

import (
	"math"
	"sort"
	"strconv"
	"strings"
)

// Severity is what a location is worth: a CVSS 3.1 vector of the fixed table, and what the scanner itself said.
type Severity struct {
	Vector string
	Tenths int    // base score of the vector in tenths, 16 to 100
	Origin string // where the scanner's own value stood: OriginSecuritySeverity, OriginRank or OriginLevel
	Own    string // the scanner's own value as written, such as "9.8", "95" or "error"
}

// Where a scanner's own value may stand, in the order in which it counts.
const (
	OriginSecuritySeverity = "security-severity"
	OriginRank             = "rank"
	OriginLevel            = "level"
)

// SeverityOf chooses the vector whose score is nearest to what the scanner said; of two as near, the higher one.
//
// The scanner's word is security-severity (0 to 10), else rank / 10, else the level: error 7.5, warning 5.3, note and none
// 3.1. A security-severity that is no number from 0 to 10 counts as not given. So does a rank of at most 1: the format's
// ranks go to 100, but some tools write fractions, and what is meant cannot be told; either reading of it would be wrong for
// someone by a factor of a hundred, where the level is right for both.
func SeverityOf(securitySeverity string, rank float64, level string) Severity {
	if score, err := strconv.ParseFloat(strings.TrimSpace(securitySeverity), 64); err == nil && score >= 0 && score <= 10 {
		return nearest(score*10, OriginSecuritySeverity, strings.TrimSpace(securitySeverity))
	}
	if rank > 1 && rank <= 100 {
		return nearest(rank, OriginRank, strconv.FormatFloat(rank, 'f', -1, 64))
	}
	switch level {
	case "error":
		return nearest(75, OriginLevel, level)
	case "note", "none":
		return nearest(31, OriginLevel, level)
	default:
		return nearest(53, OriginLevel, "warning")
	}
}

// nearest finds the rung of the ladder for a score in tenths.
func nearest(tenths float64, origin, own string) Severity {
	above := sort.Search(len(ladder), func(i int) bool { return float64(ladder[i].tenths) >= tenths })
	above = min(above, len(ladder)-1)
	rung := ladder[above]
	if above > 0 && math.Abs(tenths-float64(ladder[above-1].tenths)) < math.Abs(tenths-float64(rung.tenths)) {
		rung = ladder[above-1]
	}
	return Severity{Vector: rung.vector(), Tenths: rung.tenths, Origin: origin, Own: own}
}

// rung is one step of the ladder.
type rung struct {
	tenths  int
	metrics string // AV AC PR UI S C I A, one letter each
}

func (r rung) vector() string {
	const names = "AV AC PR UI S C I A"
	var b strings.Builder
	b.WriteString("CVSS:3.1")
	for i, name := range strings.Fields(names) {
		b.WriteString("/" + name + ":" + r.metrics[i:i+1])
	}
	return b.String()
}

// ladder has one vector for every base score that CVSS 3.1 can give above zero, rising. Of the many vectors of a score it
// holds the most ordinary: over the network, without conditions, privileges or help of a user, scope unchanged, loss of
// confidentiality before the others, as far as the score allows.
var ladder = []rung{
	{16, "PHHNULNN"},
	{17, "PHLRULNN"},
	{18, "LHHRULNN"},
	{19, "LHHNULNN"},
	{20, "NHHRULNN"},
	{21, "PLNRULNN"},
	{22, "NHHNULNN"},
	{23, "LLHNULNN"},
	{24, "NLHRULNN"},
	{25, "LHNRULNN"},
	{26, "NHLRULNN"},
	{27, "NLHNULNN"},
	{28, "LLLRULNN"},
	{29, "LHNNULNN"},
	{30, "NHLRCLNN"},
	{31, "NHNRULNN"},
	{32, "LHNNCLNN"},
	{33, "LLNRULNN"},
	{34, "NHNRCLNN"},
	{35, "NLLRULNN"},
	{36, "LLNRCLNN"},
	{37, "NHNNULNN"},
	{38, "NLHNULLN"},
	{39, "LLLRULLN"},
	{40, "LLNNULNN"},
	{41, "NLLRCLNN"},
	{42, "NHNRULLN"},
	{43, "NLNRULNN"},
	{44, "LLNRULLN"},
	{45, "NLHRUHNN"},
	{46, "NLLRULLN"},
	{47, "NLNRCLNN"},
	{48, "NHNNULLN"},
	{49, "NLHNUHNN"},
	{50, "NHNRULLL"},
	{51, "LLNNULLN"},
	{52, "NLHRUHLN"},
	{53, "NLNNULNN"},
	{54, "NLNRULLN"},
	{55, "NLLRULLL"},
	{56, "NHNNULLL"},
	{57, "NLLRUHNN"},
	{58, "NLNNCLNN"},
	{59, "NHNNUHNN"},
	{60, "NLHNUHLL"},
	{61, "NLNRCLLN"},
	{62, "LLNNUHNN"},
	{63, "NLNRULLL"},
	{64, "NLLNCLLN"},
	{65, "NLNNULLN"},
	{66, "LLNRUHLL"},
	{67, "NLHNUHHL"},
	{68, "NLLRUHLL"},
	{69, "NHNRCHLN"},
	{70, "NHNNUHLL"},
	{71, "NLNRUHLN"},
	{72, "NLNNCLLN"},
	{73, "NLNNULLL"},
	{74, "NHNNUHHN"},
	{75, "NLNNUHNN"},
	{76, "NLNRUHLL"},
	{77, "NHNNUHHL"},
	{78, "LLNRUHHH"},
	{79, "LLNNCHLN"},
	{80, "NLLRUHHH"},
	{81, "NLNRUHHN"},
	{82, "NLNNUHLN"},
	{83, "NLNRUHHL"},
	{84, "LLNNUHHH"},
	{85, "NLLNCHLN"},
	{86, "NLNNUHLL"},
	{87, "NHNNCHHN"},
	{88, "NLNRUHHH"},
	{89, "NHNNCHHL"},
	{90, "NHNNCHHH"},
	{91, "NLNNUHHN"},
	{92, "LLNNCHHL"},
	{93, "NLNNCHLN"},
	{94, "NLNNUHHL"},
	{96, "NLNRCHHH"},
	{98, "NLNNUHHH"},
	{99, "NLNNCHLL"},
	{100, "NLNNCHHH"},
}
