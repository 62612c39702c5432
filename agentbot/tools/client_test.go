package tools

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// try calls a tool of a loopback server.
func try(t *testing.T, members string, handler http.HandlerFunc) Result {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	return call(t, t.Context(), t.Context(), strings.ReplaceAll(members, "HOST", server.URL))
}

func call(t *testing.T, ctx, stop context.Context, members string) Result {
	t.Helper()
	tool := read(t, one(order+members)).Find("t")
	a, err := tool.Check([]byte(`{"order":"12"}`))
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(ClientOptions{})
	defer c.Close()
	return c.Do(ctx, stop, tool, a)
}

func TestCall(t *testing.T) {
	r := try(t, `"url":"HOST/o/{order}?l=en","headers":{"Authorization":"Bearer ${TOKEN}"}`, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "GET" || r.URL.String() != "/o/12?l=en" || r.Header.Get("Authorization") != "Bearer s3cr3t-token" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"state":"sent","you":%q}`, r.Header.Get("Authorization"))
	})
	if r.Status != OK || r.Code != 200 || r.Err != nil || r.Duration <= 0 || r.Body != `{"state":"sent","you":"Bearer [secret]"}` {
		t.Errorf("%+v", r)
	}
	r = try(t, `"method":"POST","url":"HOST/o"`, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "POST" || string(body) != `{"order":"12"}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s", r.Method, body)
		}
		w.WriteHeader(http.StatusCreated)
	})
	if r.Status != OK || r.Code != 201 {
		t.Errorf("%+v", r)
	}
}

func TestRefusals(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was reached") }))
	defer other.Close()
	for _, test := range []struct {
		name, members, status string
		code                  int
		handler               http.HandlerFunc
	}{
		{"500", `"url":"HOST/"`, Refused, 500, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", 500) }},
		{"elsewhere", `"url":"HOST/"`, Refused, 0, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, 302) }},
		{"round and round", `"url":"HOST/"`, Refused, 0, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", 302) }},
		{"a POST redirected", `"method":"POST","url":"HOST/"`, Refused, 307, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				t.Error("sent again")
			}
			http.Redirect(w, r, "/again", 307)
		}},
		{"slow", `"url":"HOST/","timeout":"100ms"`, Timeout, 0, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"slow POST", `"method":"POST","url":"HOST/","timeout":"100ms"`, Unknown, 0, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}},
		{"cut", `"url":"HOST/"`, Unreachable, 0, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"POST cut", `"method":"POST","url":"HOST/"`, Unknown, 0, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		r := try(t, test.members, test.handler)
		if r.Status != test.status || r.Code != test.code || r.Err == nil {
			t.Errorf("%s: %+v", test.name, r)
		}
		if r.Err != nil && strings.Contains(r.Err.Error(), "127.0.0.1") {
			t.Errorf("%s: the error has the address: %v", test.name, r.Err)
		}
	}
}

func TestSameHostRedirect(t *testing.T) {
	r := try(t, `"url":"HOST/"`, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/there", 301)
			return
		}
		fmt.Fprint(w, "found")
	})
	if r.Status != OK || r.Body != "found" {
		t.Errorf("%+v", r)
	}
}

func TestBigBodyIsCut(t *testing.T) {
	r := try(t, `"url":"HOST/","limit":100`, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("ä", 5000)); err != nil {
				return
			}
		}
	})
	if r.Status != OK || !r.Cut || len(r.Body) != 100 || r.Size != 101 || !strings.Contains(r.Message(), `"cut":true`) {
		t.Errorf("%+v", r)
	}
}

func TestOnlyTextIsPassedOn(t *testing.T) {
	for kind, want := range map[string]string{"image/png": "", "application/problem+json": "a\nb", "text/plain; charset=utf-8": "a\nb", "application/octet-stream": ""} {
		r := try(t, `"url":"HOST/"`, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, "a\n\x00\x1b\u202eb\xff")
		})
		if r.Body != want {
			t.Errorf("%s: %q", kind, r.Body)
		}
	}
}

// A safe call ends with who asked; another goes on.
func TestGivingUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var posts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		if r.Method == "POST" {
			posts.Add(1)
			fmt.Fprint(w, "done")
			return
		}
		<-r.Context().Done()
	}))
	defer server.Close()
	if r := call(t, ctx, t.Context(), `"url":"`+server.URL+`/"`); r.Status != Cancelled {
		t.Errorf("%+v", r)
	}
	if r := call(t, ctx, t.Context(), `"method":"POST","url":"`+server.URL+`/"`); r.Status != OK || posts.Load() != 1 {
		t.Errorf("%+v", r)
	}
	if r := call(t, t.Context(), ctx, `"method":"POST","url":"`+server.URL+`/"`); r.Status != Cancelled || posts.Load() != 1 {
		t.Errorf("not sent at all: %+v", r)
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	for _, method := range []string{"GET", "POST"} {
		r := call(t, t.Context(), t.Context(), `"method":"`+method+`","url":"http://`+addr+`/"`)
		if r.Status != Unreachable || r.Err == nil || strings.Contains(r.Err.Error(), addr) {
			t.Errorf("%s: %+v", method, r)
		}
	}
}

func TestAllow(t *testing.T) {
	for _, test := range []struct {
		resolved, named string
		private, ok     bool
	}{
		{"93.184.216.34", "", false, true},
		{"2606:2800:220:1::1", "", false, true},
		{"127.0.0.1", "", false, false}, {"127.0.0.1", "", true, true}, {"127.0.0.1", "127.0.0.1", false, true},
		{"10.1.2.3", "", false, false}, {"10.1.2.3", "", true, true}, {"10.1.2.3", "10.1.2.3", false, true}, {"192.168.1.1", "", false, false},
		{"100.64.0.1", "", false, false}, {"fd00::1", "", false, false}, {"::1", "", false, false},
		{"169.254.169.254", "", true, false}, {"169.254.169.254", "169.254.169.254", false, true}, {"fe80::1", "", true, false},
		{"0.0.0.0", "", true, false}, {"224.0.0.1", "", true, false},
	} {
		named, _ := netip.ParseAddr(test.named)
		if err := allow(netip.MustParseAddr(test.resolved), named, test.private); (err == nil) != test.ok {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestTimesOutOnce(t *testing.T) {
	var asked atomic.Int32
	start := time.Now()
	r := try(t, `"method":"POST","url":"HOST/","timeout":"200ms"`, func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	if r.Status != Unknown || asked.Load() != 1 || time.Since(start) < 200*time.Millisecond {
		t.Errorf("%+v after %d", r, asked.Load())
	}
}
