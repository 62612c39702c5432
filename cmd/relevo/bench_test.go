package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot/questions"
)

func bench(t *testing.T, environ []string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), append([]string{"bench"}, args...), env{Environ: environ, Stdout: &stdout, Stderr: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestBench(t *testing.T) {
	for _, test := range []struct {
		args       []string
		code       int
		out, stder string
	}{
		{nil, 2, "", "relevo bench questions"},
		{[]string{"help"}, 0, "relevo bench questions", ""},
		{[]string{"nothing"}, 2, "", `no bench "nothing"`},
		{[]string{"questions", "--help"}, 0, "", "--llm-model"},
		{[]string{"questions", "--odd"}, 1, "", "see relevo bench questions --help"},
		{[]string{"questions", "--set", "other"}, 1, "", "there is no set"},
		{[]string{"questions", "--parallel", "0"}, 1, "", "--parallel"},
		{[]string{"questions", "--llm", "odd"}, 1, "", "odd"},
		{[]string{"questions", "--llm", "openai"}, 1, "", "API key"},
		{[]string{"questions", "--questions", "/nowhere"}, 1, "", "--questions"},
		{[]string{"questions", "--knowledge", "/nowhere"}, 1, "", "--knowledge"},
	} {
		code, out, errs := bench(t, nil, test.args...)
		if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(errs, test.stder) {
			t.Errorf("bench %v: %d\n%s\n%s", test.args, code, out, errs)
		}
	}
}

func TestBenchQuestions(t *testing.T) {
	code, out, errs := bench(t, []string{"RELEVO_SET=dev"}, "questions", "--json")
	var rep questions.Report
	if err := json.Unmarshal([]byte(out), &rep); err != nil || code != 0 || rep.Total.Should.Of < 60 || len(rep.Groups) < 10 {
		t.Errorf("%d, %v, %+v\n%s", code, err, rep.Total, errs)
	}
	code, out, _ = bench(t, nil, "questions", "--set", "heldout", "--verbose")
	if code != 0 || !strings.Contains(out, "targets met") || !strings.Contains(out, "h-human-zh-01") {
		t.Errorf("%d\n%s", code, out)
	}
}

// An endpoint that always says the same misses the targets: one line a failure,
// exit code 1, and it was asked as an agent asks.
func TestBenchEndpoint(t *testing.T) {
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- r.Header.Get("Authorization") + string(body)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"choices":[{"delta":{"content":"We are open from nine to six."}}]}`+"\n\ndata: [DONE]\n\n")
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "mine.jsonl")
	lines := `{"id":"open","class":"answerable","lang":"en","turns":["when are you open"],"expect":"answer","contains":[["nine"]]}
{"id":"pizza","class":"unanswerable","lang":"en","turns":["what are your opening hours"],"expect":"offer"}
`
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := bench(t, []string{"OPENAI_API_KEY=secret"}, "questions", "--llm", "openai", "--openai-base-url", server.URL, "--llm-model", "m", "--questions", file)
	if code != 1 || !strings.Contains(errs, errMissed.Error()) || !strings.Contains(out, "missed: handed over when it should: 0/1") || strings.Count(out, "offered no human") != 1 || strings.Contains(out, "secret") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
	request := <-asked
	for _, want := range []string{"Bearer secret", `"model":"m"`, "request_human", "You answer the phone for a business", "reference"} {
		if !strings.Contains(request, want) {
			t.Errorf("no %s in %s", want, request)
		}
	}
}
