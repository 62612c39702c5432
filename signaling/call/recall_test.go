package call

import (
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/transcripts"
)

// What a log says of where its call stands, and since when.
func TestRecall(t *testing.T) {
	created := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		events []string // one a minute from creation on
		state  takeover.State
		since  int // minutes
		queued bool
		wanted int // minutes; 0 never
	}{
		{"new", []string{"created", "joined"}, takeover.AI, 0, false, 0},
		{"asked", []string{"created", "request"}, takeover.Pending, 2, false, 2},
		{"cancelled", []string{"created", "request", "cancel"}, takeover.AI, 3, false, 2},
		{"claimed unasked", []string{"created", "willStart"}, takeover.WillStart, 2, false, 0},
		{"claimed from the line", []string{"request", "willStart"}, takeover.WillStart, 2, true, 1},
		{"failed unasked", []string{"willStart", "failed"}, takeover.AI, 2, false, 0},
		{"failed", []string{"request", "willStart", "failed"}, takeover.Pending, 3, true, 3},
		{"undone", []string{"request", "willStart", "undone"}, takeover.Pending, 3, true, 3},
		{"helped", []string{"request", "willStart", "human", "brief", "email"}, takeover.Human, 3, true, 1},
		{"handed over", []string{"request", "willStart", "human", "handedOver"}, takeover.Human, 3, true, 1},
		{"lost", []string{"willStart", "human", "lost"}, takeover.Pending, 3, false, 3},
		{"returning", []string{"willStart", "human", "returning"}, takeover.Returning, 3, false, 0},
		{"returned", []string{"willStart", "human", "returning", "ai"}, takeover.AI, 4, false, 0},
		{"restarted with a human", []string{"willStart", "human", "restarted willStart"}, takeover.WillStart, 3, true, 0},
		{"restarted in the line", []string{"request", "restarted pending"}, takeover.Pending, 1, false, 1},
		{"restarted and failed", []string{"willStart", "human", "restarted willStart", "failed"}, takeover.Pending, 4, true, 4},
		{"restarted twice", []string{"willStart", "human", "restarted willStart", "restarted willStart"}, takeover.WillStart, 3, true, 0},
		{"garbage", []string{"restarted nowhere", "whatever"}, takeover.AI, 0, false, 0},
	} {
		var log []transcripts.Entry
		for i, event := range tt.events {
			e := transcripts.Entry{Kind: transcripts.KindEvent, Event: event, Start: created.Add(time.Duration(i+1) * time.Minute)}
			if len(event) > 10 && event[:10] == "restarted " {
				e.Event, e.Data = "restarted", raw(restartData{State: event[10:]})
			}
			log = append(log, e)
		}
		p := recall(created, log)
		if since := int(p.since.Sub(created).Minutes()); p.state != tt.state || since != tt.since || p.queued != tt.queued {
			t.Errorf("%s: %v since %d, queued %v; want %v since %d, %v", tt.name, p.state, since, p.queued, tt.state, tt.since, tt.queued)
		}
		if wanted := p.wanted; wanted.IsZero() != (tt.wanted == 0) || tt.wanted > 0 && int(wanted.Sub(created).Minutes()) != tt.wanted {
			t.Errorf("%s: a human is wanted since %v", tt.name, wanted)
		}
	}
	p := recall(created, nil)
	at := created.Add(time.Hour)
	if p.stands(takeover.Pending, at); p.state != takeover.Pending || !p.since.Equal(at) || !p.wanted.Equal(at) {
		t.Errorf("where the store knows more: %+v", p)
	}
}
