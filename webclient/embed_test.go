package webclient

import (
	"io/fs"
	"regexp"
	"testing"
)

// Inline code and foreign addresses are forbidden by the policy the pages are
// served with; a page that has them would be blank.
func TestPagesKeepThePolicy(t *testing.T) {
	if !Built() {
		t.Skip("no web build: run npm run build in webclient")
	}
	forbidden := regexp.MustCompile(`<style|<script>|<script [^>]*>[^<]|\son\w+=|(src|href)="(https?:)?//`)
	for _, page := range []string{"index.html", "console/index.html"} {
		b, err := fs.ReadFile(FS(), page)
		if err != nil {
			t.Fatal(err)
		}
		if m := forbidden.Find(b); m != nil {
			t.Errorf("%s has %q", page, m)
		}
	}
	if _, err := fs.Stat(FS(), "sdk/relevo-sdk.js"); err != nil {
		t.Error(err)
	}
}

func TestDistIsEmbeddedWithoutABuild(t *testing.T) {
	if _, err := fs.Stat(FS(), ".keep"); err != nil {
		t.Fatal(err)
	}
}
