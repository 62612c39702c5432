package call

import (
	"context"
	"errors"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/transcripts"
)

// restarted is why calls end that a restart of the server has cost.
const restarted = "server restarted"

// SealAbandoned ends the calls that the store has as live and this hub has not:
// the server that had them is gone without a goodbye, and so are their media.
// Their logs stay readable, with an end that says why. It is for a server that
// starts; it returns how many there were.
func (h *Hub) SealAbandoned(ctx context.Context) (int, error) {
	sealed := 0
	for {
		calls, err := h.cfg.Store.Calls(ctx, transcripts.Filter{Live: true, Limit: 100})
		if err != nil {
			return sealed, err
		}
		progress := false
		for _, c := range calls {
			if _, live := h.Get(c.ID); live {
				continue
			}
			_, err := h.cfg.Store.Transition(ctx, transcripts.Transition{CallID: c.ID, FromState: c.State, FromEpoch: c.Epoch,
				ToState: takeover.Ended.String(), ToEpoch: c.Epoch, Reason: c.Reason, Entry: transcripts.Entry{CallID: c.ID, Kind: transcripts.KindEvent,
					Start: time.Now(), Epoch: c.Epoch, Event: "ended", Data: raw(map[string]string{"reason": restarted})}})
			var conflict *transcripts.ConflictError
			if err != nil && !errors.As(err, &conflict) {
				return sealed, err
			}
			progress = true
			sealed++
		}
		if !progress {
			return sealed, nil
		}
	}
}
