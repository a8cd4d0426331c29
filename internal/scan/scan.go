// Package scan brings in what scanners found. A scan is a scanner's file; its results become locations of findings.
//
// An import has four steps. The file is opened by the sub-package of its format ([sarif.Open]), which refuses what is no
// such file. [NewSurvey] reads it and answers, for each [Scope] (a tool and its automation id on a root), the
// [Observation] of every weakness: a few digests by which it is recognised, and no text, so that memory does not grow with
// the file. [Match] tells which of them ASM knows already, which are new, which came back, and which known locations are
// gone. [Survey.Items] reads the file again for the texts of those that change something.
//
// The [Receipt] accounts for every result of the file. Nothing in these files knows a database: they are values in and
// values out, so that an import cut off can be done again from the kept file with the same answer.
package scan
