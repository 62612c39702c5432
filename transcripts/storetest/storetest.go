package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/relevo/relevo/transcripts"
)

// Run runs the suite. open makes an empty store and arranges, by t.Cleanup, for
// what it needs besides Close; the suite closes it.
func Run(t *testing.T, open func(t *testing.T) transcripts.Store) {
	run(t, open, []test{
		{"create", testCreate},
		{"list", testList},
		{"append", testAppend},
		{"idempotent append", testIdempotent},
		{"transition", testTransition},
		{"sealed", testSealed},
		{"refused", testRefused},
		{"context", testContext},
		{"model", testModel},
		{"close", testClose},
	})
	RunConcurrent(t, open)
}

// RunConcurrent runs the part of Run that has many callers, for a store that
// has passed Run and is to pass again with other settings.
func RunConcurrent(t *testing.T, open func(t *testing.T) transcripts.Store) {
	run(t, open, []test{
		{"cursor", testCursor},
		{"concurrent claims", testClaims},
		{"concurrent appends", testConcurrentAppends},
		{"concurrent repetition", testConcurrentRepetition},
		{"bad among good", testBadAmongGood},
	})
}

type test struct {
	name string
	run  func(t *testing.T, s transcripts.Store)
}

func run(t *testing.T, open func(t *testing.T) transcripts.Store, tests []test) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			defer func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}()
			test.run(t, s)
		})
	}
}

var day = time.Date(2031, 5, 17, 9, 30, 0, 123456789, time.UTC)

func create(t *testing.T, s transcripts.Store, id string) {
	t.Helper()
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: id, State: "ai", Created: day}); err != nil {
		t.Fatalf("CreateCall(%q): %v", id, err)
	}
}

func say(call, text string) transcripts.Entry {
	return transcripts.Entry{CallID: call, Kind: transcripts.KindSentence, Start: day, Text: text}
}

func mustAppend(t *testing.T, s transcripts.Store, e transcripts.Entry) transcripts.Entry {
	t.Helper()
	got, err := s.Append(t.Context(), e)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return got
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func testCreate(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	_, err := s.Call(ctx, "nobody")
	wantError(t, "Call of none", err, transcripts.ErrNotFound)

	// Given in another zone, with more than a store keeps or that it decides itself.
	c := transcripts.Call{
		ID: "c'1\"; --", State: "pending", Epoch: math.MaxInt64, Holder: "p-1", Reason: "asked, twice",
		Claim:   transcripts.Claim{UID: "u", Identity: "ann", Name: "Ann 🙂", Avatar: "https://a/b", Mode: 1, Key: "k"},
		Created: day.In(time.FixedZone("x", 3600)), StateAt: day.Add(time.Second), LastSeq: 7,
		Ended: day, Meta: json.RawMessage(`{"a": [1, "ü"]}`),
	}
	if err := s.CreateCall(ctx, c); err != nil {
		t.Fatal(err)
	}
	want := c
	want.Created, want.LastSeq, want.Ended = day, 0, time.Time{}
	got, err := s.Call(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "Call", got, want)

	again := c
	again.State = "ai"
	wantError(t, "second CreateCall", s.CreateCall(ctx, again), transcripts.ErrExists)
	got, _ = s.Call(ctx, c.ID)
	equal(t, "Call after ErrExists", got, want)
}

func testList(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	list, err := s.Calls(ctx, transcripts.Filter{})
	if err != nil || len(list) != 0 {
		t.Fatalf("Calls of an empty store: %v, %v", list, err)
	}
	for i := range 120 {
		c := transcripts.Call{ID: fmt.Sprintf("c%03d", i), State: "ai", Created: day.Add(time.Duration(i/2) * time.Second)}
		if err := s.CreateCall(ctx, c); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			if _, err := s.Transition(ctx, transcripts.Transition{CallID: c.ID, FromState: "ai", ToState: transcripts.StateEnded}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name       string
		filter     transcripts.Filter
		n          int
		first, end string
	}{
		{"default limit", transcripts.Filter{}, 100, "c119", "c020"},
		{"all", transcripts.Filter{Limit: 1000}, 120, "c119", "c000"},
		{"live", transcripts.Filter{Live: true, Limit: 1000}, 80, "c119", "c001"},
		{"two", transcripts.Filter{Limit: 2}, 2, "c119", "c118"},
		{"before", transcripts.Filter{Before: day.Add(5 * time.Second)}, 10, "c009", "c000"},
		{"live before", transcripts.Filter{Before: day.Add(5 * time.Second), Live: true, Limit: 3}, 3, "c008", "c005"},
	}
	for _, test := range tests {
		list, err := s.Calls(ctx, test.filter)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != test.n || list[0].ID != test.first || list[len(list)-1].ID != test.end {
			t.Errorf("%s: got %d calls, %s … %s; want %d, %s … %s", test.name,
				len(list), list[0].ID, list[len(list)-1].ID, test.n, test.first, test.end)
		}
	}
}

func testAppend(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	_, err := s.Append(ctx, say("nobody", "hi"))
	wantError(t, "Append to none", err, transcripts.ErrNotFound)

	create(t, s, "c")
	create(t, s, "other")
	full := transcripts.Entry{
		Seq: 99, CallID: "c", Kind: transcripts.KindSentence, Start: day, End: day.Add(1500 * time.Millisecond), Epoch: 3,
		SpeakerID: "p-2", Role: "agent", Name: "Ada", SentenceID: "s1", Text: "Ünïcode 🙂, 'quotes'\n\x00 and NUL.",
		Cut: true, Unspoken: "never heard", Private: true, Event: "x", Data: json.RawMessage(`{"n":1}`),
	}
	got := mustAppend(t, s, full)
	full.Seq = 1
	equal(t, "first entry", got, full)

	local := say("c", "broken \xff text")
	local.Start = time.Now()
	got = mustAppend(t, s, local)
	want := local
	want.Seq, want.Start, want.Text = 2, local.Start.UTC().Round(0), "broken \uFFFD text"
	equal(t, "normalised entry", got, want)

	empty := mustAppend(t, s, transcripts.Entry{CallID: "c", Kind: transcripts.KindEvent})
	if other := mustAppend(t, s, say("other", "x")); other.Seq != 1 {
		t.Fatalf("each call counts for itself: got %d", other.Seq)
	}
	list, err := s.Entries(ctx, "c", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "Entries", list, []transcripts.Entry{full, want, empty})
	c, err := s.Call(ctx, "c")
	if err != nil || c.LastSeq != 3 {
		t.Fatalf("LastSeq %d, %v; want 3", c.LastSeq, err)
	}
}

func testIdempotent(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	create(t, s, "c")
	create(t, s, "d")
	e := say("c", "one")
	e.SentenceID = "s"
	first := mustAppend(t, s, e)
	e.Text, e.Cut = "another", true
	equal(t, "repeated append", mustAppend(t, s, e), first)

	e.Kind = transcripts.KindMessage
	if got := mustAppend(t, s, e); got.Seq != 2 || got.Text != "another" {
		t.Fatalf("another kind is another entry: %+v", got)
	}
	e.CallID = "d"
	if got := mustAppend(t, s, e); got.Seq != 1 {
		t.Fatalf("another call is another entry: %+v", got)
	}
	for i := range 2 { // no id: nothing to recognise it by
		if got := mustAppend(t, s, say("d", "same")); got.Seq != int64(i+2) {
			t.Fatalf("entry without id: %+v", got)
		}
	}
	if _, err := s.Transition(ctx, transcripts.Transition{CallID: "c", FromState: "ai", ToState: transcripts.StateEnded}); err != nil {
		t.Fatal(err)
	}
	e = say("c", "one")
	e.SentenceID = "s"
	equal(t, "repeated append to a sealed log", mustAppend(t, s, e), first)
}

func testCursor(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	_, err := s.Entries(ctx, "nobody", 0, 0)
	wantError(t, "Entries of none", err, transcripts.ErrNotFound)
	create(t, s, "c")
	if list, err := s.Entries(ctx, "c", 0, 0); err != nil || len(list) != 0 {
		t.Fatalf("Entries of an empty log: %v, %v", list, err)
	}
	const n = 1010
	errs := make(chan error, n)
	for i := range n {
		go func() {
			_, err := s.Append(ctx, say("c", fmt.Sprint(i)))
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		after       int64
		limit       int
		first, last int64 // 0: none
	}{
		{0, 0, 1, 1000}, {0, 1, 1, 1}, {0, 5000, 1, n}, {5, 3, 6, 8}, {1000, 0, 1001, n}, {n - 1, 10, n, n},
		{n, 10, 0, 0}, {n + 5, 10, 0, 0}, {-3, 2, 1, 2},
	}
	for _, test := range tests {
		list, err := s.Entries(ctx, "c", test.after, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		if test.first == 0 {
			if len(list) != 0 {
				t.Errorf("after %d: got %d entries, want none", test.after, len(list))
			}
			continue
		}
		if int64(len(list)) != test.last-test.first+1 {
			t.Fatalf("after %d limit %d: got %d entries", test.after, test.limit, len(list))
		}
		for i, e := range list {
			if e.Seq != test.first+int64(i) {
				t.Fatalf("after %d limit %d: entry %d has seq %d", test.after, test.limit, i, e.Seq)
			}
		}
	}
}

func testTransition(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	move := transcripts.Transition{
		CallID: "c", FromState: "ai", FromEpoch: 0, ToState: "willStart", ToEpoch: 2, Holder: "p-1",
		Claim: transcripts.Claim{UID: "u", Identity: "ann", Name: "Ann", Avatar: "a", Mode: 1, Key: "k"}, Reason: "angry",
		Entry: transcripts.Entry{CallID: "ignored", Start: day, Event: "willStart", Epoch: 2, Data: json.RawMessage(`{}`)},
	}
	_, err := s.Transition(ctx, move)
	wantError(t, "Transition of none", err, transcripts.ErrNotFound)

	create(t, s, "c")
	mustAppend(t, s, say("c", "hello"))
	e, err := s.Transition(ctx, move)
	if err != nil {
		t.Fatal(err)
	}
	wantEntry := move.Entry
	wantEntry.CallID, wantEntry.Kind, wantEntry.Seq = "c", transcripts.KindEvent, 2
	equal(t, "entry", e, wantEntry)
	want := transcripts.Call{
		ID: "c", State: "willStart", Epoch: 2, Holder: "p-1", Claim: move.Claim, Reason: "angry",
		Created: day, StateAt: day, LastSeq: 2,
	}
	got, err := s.Call(ctx, "c")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "call", got, want)

	wrongState, wrongEpoch := move, move
	wrongEpoch.FromState = "willStart"
	for name, late := range map[string]transcripts.Transition{"state": wrongState, "epoch": wrongEpoch} {
		_, err := s.Transition(ctx, late)
		var conflict *transcripts.ConflictError
		if !errors.As(err, &conflict) {
			t.Fatalf("wrong %s: got %v, want a conflict", name, err)
		}
		equal(t, "current call of the conflict", conflict.Current, want)
	}
	list, _ := s.Entries(ctx, "c", 0, 0)
	if len(list) != 2 {
		t.Fatalf("a refused transition left an entry: %+v", list)
	}

	// The entry has the id of one that is there: refused, and the call stays.
	x := say("c", "x")
	x.SentenceID, x.Kind = "once", transcripts.KindEvent
	mustAppend(t, s, x)
	twice := transcripts.Transition{CallID: "c", FromState: "willStart", FromEpoch: 2, ToState: "human", ToEpoch: 3, Entry: x}
	_, err = s.Transition(ctx, twice)
	wantError(t, "entry given twice", err, transcripts.ErrInvalid)
	want.LastSeq = 3
	got, _ = s.Call(ctx, "c")
	equal(t, "call after a refused transition", got, want)
}
