package webclient

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS is the built web client: index.html, console/index.html, assets with
// hashed names, and sdk/relevo-sdk.js. Without a web build it has no
// index.html; see Built.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: it is the one embedded above
	}
	return sub
}

// Built tells whether the pages were built before the binary was.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
