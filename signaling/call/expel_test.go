package call_test

import (
	"testing"
	"testing/synctest"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
)

// deaf is an outbox that nobody reads.
type deaf struct{ closed *string }

func (d deaf) Notify(string, any)  {}
func (d deaf) Close(reason string) { *d.closed = reason }

// Who is logged out while their socket is lost is not heard until it is too late
// to resume, and does not come back. Others are not concerned.
func TestExpel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.close()
		c := w.create(call.Spec{})
		join := func(session string, lost bool) (call.JoinRequest, *call.Member, string) {
			t.Helper()
			r := call.JoinRequest{Claims: auth.Claims{Identity: "of " + session, Desk: true, Session: session}, Out: deaf{new(string)}}
			m, result, err := c.Join(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if m.Claims().Session != session {
				t.Fatalf("admitted with %+v", m.Claims())
			}
			if lost {
				m.SocketLost(r.Out)
			}
			return r, m, result.ResumeToken
		}
		_, _, gone := join("s1", true)
		_, there, _ := join("s2", false)
		_, _, other := join("s3", true)
		synctest.Wait()
		w.hub.Expel("")
		w.hub.Expel("s1")
		w.hub.Expel("s2") // leaves by its socket
		synctest.Wait()
		resume := func(token string) (*call.Member, error) {
			m, _, err := c.Join(t.Context(), call.JoinRequest{Resume: token, Out: deaf{new(string)}})
			return m, err
		}
		if _, err := resume(gone); wire.AsError(err).Kind != wire.KindUnauthorized {
			t.Errorf("resumed after logging out: %v", err)
		}
		if m, err := resume(other); err != nil || m.Claims().Session != "s3" {
			t.Errorf("somebody else: %v", err)
		}
		if err := there.Leave(t.Context()); err != nil {
			t.Errorf("who has a socket is out before it is told so: %v", err)
		}
	})
}
