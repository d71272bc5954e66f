// Package docs has the pages that the command prints.
package docs

import _ "embed" // for the pages

// Errors is errors.md: a section for each code of an error or a warning.
//
//go:embed errors.md
var Errors string
