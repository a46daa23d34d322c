// Package features holds what a bot must do, in Russian, by business area. The files are
// embedded so that the command needs nothing beside itself.
package features

import "embed"

// Files are all feature files.
//
//go:embed *.feature
var Files embed.FS
