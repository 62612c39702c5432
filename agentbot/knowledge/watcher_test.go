package knowledge

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folder is a folder whose content a test replaces as a whole.
type folder struct{ now atomic.Pointer[fstest.MapFS] }

func (f *folder) Open(name string) (fs.File, error) { return f.now.Load().Open(name) }

func (f *folder) put(files map[string]string) {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644, ModTime: time.Now()}
	}
	f.now.Store(&m)
}

// journal keeps what is logged.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, string(p))
	return len(p), nil
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

func (j *journal) with(text string) (n int) {
	for _, l := range j.all() {
		if strings.Contains(l, text) {
			n++
		}
	}
	return n
}

func watch(t *testing.T, f fs.FS, every time.Duration) (*Watcher, *journal) {
	t.Helper()
	j := new(journal)
	w, err := Watch(WatchConfig{Files: f, Every: every, Log: slog.New(slog.NewTextHandler(j, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return w, j
}

func first(s Source) string { return s.Base().Passages()[0].Text }

// pass lets time go by and all goroutines come to rest.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestWatcherReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := new(folder)
		f.put(map[string]string{"a.md": "# A\nOne."})
		w, j := watch(t, f, time.Second)
		defer w.Close()
		old := w.Base()
		pass(10500 * time.Millisecond)
		if w.Base() != old {
			t.Error("loaded anew without a change")
		}
		f.put(map[string]string{"a.md": "# A\nTwo."})
		pass(time.Second) // one look: it may still be being written
		if first(w) != "One." {
			t.Error("loaded before the folder rested")
		}
		pass(time.Second)
		if first(w) != "Two." || len(j.all()) != 1 || j.with("local speech recognition expects the words it started with") != 1 {
			t.Errorf("%q, log %q", first(w), j.all())
		}
		// While each look finds another folder, nothing is loaded.
		for i := range 5 {
			f.put(map[string]string{"a.md": fmt.Sprintf("# A\nHalf%d", i)})
			pass(time.Second)
		}
		if first(w) != "Two." {
			t.Errorf("half a file is in use: %q", first(w))
		}
		f.put(map[string]string{"a.md": "# A\nTwo.", "b/c.md": "# C\nThree.", ".git/x.md": "# X\nX.", "b/.#c.md": "# Y\nY."})
		pass(3 * time.Second)
		if n := len(w.Base().Passages()); n != 2 {
			t.Errorf("%d passages", n)
		}
	})
}

func TestWatcherKeepsWhatIsGood(t *testing.T) {
	for name, bad := range map[string]map[string]string{
		"no text":   {"a.md": "# only a title"},
		"no file":   {},
		"no UTF-8":  {"a.md": "# A\nb\xc3"},
		"too large": {"a.md": strings.Repeat("x", maxFile+1)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := new(folder)
				f.put(map[string]string{"a.md": "# A\nOne."})
				w, j := watch(t, f, time.Second)
				defer w.Close()
				f.put(bad)
				pass(time.Minute + time.Second/2)
				if first(w) != "One." || len(j.all()) != 1 || j.with("WARN") != 1 {
					t.Errorf("%q, log %q", first(w), j.all())
				}
				f.put(map[string]string{"a.md": "# A\nTwo."})
				pass(3 * time.Second)
				if first(w) != "Two." {
					t.Errorf("%q after it was mended, log %q", first(w), j.all())
				}
				f.put(bad)
				pass(3 * time.Second)
				if j.with("WARN") != 2 {
					t.Errorf("the second time is not logged: %q", j.all())
				}
			})
		})
	}
}

// A real folder, and what mounts and editors do to one: a file replaced by
// renaming, a link that leads elsewhere, the folder gone and back.
func TestWatcherOfAFolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "k")
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		put := func(name, text string) {
			t.Helper()
			must(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
			must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		wants := func(w *Watcher, want string) {
			t.Helper()
			pass(3 * time.Second)
			if got := first(w); got != want {
				t.Errorf("%q in use, want %q", got, want)
			}
		}
		put("..1/a.md", "# A\nOne.")
		put("..2/a.md", "# A\nThe second.")
		must(os.Symlink("..1", filepath.Join(dir, "..data")))
		must(os.Symlink("..data/a.md", filepath.Join(dir, "a.md")))
		w, _ := watch(t, os.DirFS(dir), time.Second)
		defer w.Close()
		wants(w, "One.")
		must(os.Symlink("..2", filepath.Join(dir, "new")))
		must(os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "..data")))
		wants(w, "The second.")
		put("a.md.tmp", "# A\nIt is third.")
		must(os.Rename(filepath.Join(dir, "a.md.tmp"), filepath.Join(dir, "a.md")))
		wants(w, "It is third.")
		must(os.Rename(dir, dir+"x"))
		wants(w, "It is third.")
		put("a.md", "# A\nA folder in its place.")
		wants(w, "A folder in its place.")
	})
}

func TestWatchErrors(t *testing.T) {
	for _, f := range []fs.FS{os.DirFS(filepath.Join(t.TempDir(), "none")), fstest.MapFS{}} {
		if w, err := Watch(WatchConfig{Files: f}); err == nil {
			t.Errorf("%v is watched", f)
			w.Close()
		}
	}
}

// Every search finds what belongs to the base that it asked, while bases come
// and go.
func TestReloadDuringSearches(t *testing.T) {
	const searchers, each = 100, 100
	synctest.Test(t, func(t *testing.T) {
		f := new(folder)
		version := func(n int) map[string]string {
			return map[string]string{
				"a.md": fmt.Sprintf("# Opening hours\nWe open at %d.\n\n# 营业时间\n第%d天营业。\n", n, n),
				"b.md": fmt.Sprintf("---\nnames: Foo%d\n---\n# Returns\nThirty days.\n", n),
			}
		}
		f.put(version(0))
		w, j := watch(t, f, 4*time.Millisecond)
		defer w.Close()
		bases := make([]map[*Base]bool, searchers)
		var wg sync.WaitGroup
		for s := range searchers {
			bases[s] = map[*Base]bool{}
			wg.Go(func() {
				for range each {
					b := w.Base()
					hits := b.Search("what are your opening hours", 1)
					if len(hits) != 1 || hits[0].Passage != b.Passages()[0] {
						t.Errorf("found %+v", hits)
					}
					bases[s][b] = true
					time.Sleep(time.Millisecond)
				}
			})
		}
		wg.Go(func() {
			for n := range 8 {
				time.Sleep(11 * time.Millisecond)
				f.put(version(n + 1))
			}
		})
		wg.Wait()
		if n := j.with("loaded anew"); n < 5 || n != j.with("") || len(bases[0]) < 5 {
			t.Errorf("loaded anew %d times, a searcher saw %d bases; log %q", n, len(bases[0]), j.all())
		}
	})
}
