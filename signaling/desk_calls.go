package signaling

import (
	"context"
	"encoding/json"
	"time"

	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/wire"
)

// DeskCalls are the live calls as the desk knows them.
func DeskCalls(h *call.Hub) desk.Calls { return deskCalls{h} }

type deskCalls struct{ hub *call.Hub }

func (d deskCalls) live(id string) (*call.Call, error) {
	if c, ok := d.hub.Get(id); ok && c != nil {
		return c, nil
	}
	return nil, wire.Errorf(wire.KindGone, "the call has ended")
}

func (d deskCalls) Claim(ctx context.Context, id string, by desk.Person) error {
	c, err := d.live(id)
	if err != nil {
		return err
	}
	_, err = c.Claim(ctx, claimant(by))
	return err
}

func (d deskCalls) HandOver(ctx context.Context, id string, to desk.Person) error {
	c, err := d.live(id)
	if err != nil {
		return err
	}
	_, err = c.HandOver(ctx, claimant(to))
	return err
}

func (d deskCalls) Requeue(ctx context.Context, id, from, why string) error {
	c, err := d.live(id)
	if err != nil {
		return err
	}
	return c.Requeue(ctx, from, why)
}

func (d deskCalls) Drop(ctx context.Context, id, why string, w desk.Wait) error {
	c, err := d.live(id)
	if err != nil {
		return err
	}
	return c.Drop(ctx, why, call.Wait(w))
}

func (d deskCalls) Wait(id string, w desk.Wait) { d.hub.Wait(id, call.Wait(w)) }

func (d deskCalls) Live(id string) (string, bool) {
	c, ok := d.hub.Get(id)
	if !ok || c == nil {
		return "", false
	}
	return c.Info().State, true
}

func (d deskCalls) Heard(id, identity string) bool { return d.hub.Heard(id, identity) }

func (d deskCalls) CallerSilence(t time.Duration) { d.hub.CallerSilence(t) }

func claimant(p desk.Person) call.Claimant {
	return call.Claimant{Identity: p.Identity, Name: p.Name, Avatar: p.Avatar, Mode: wire.ModeOwnVoice}
}

// CallsDesk is the desk as calls know it.
func CallsDesk(d *desk.Desk) call.Desk { return callsDesk{d} }

type callsDesk struct{ *desk.Desk }

func (d callsDesk) Request(id string, r call.HumanRequest) {
	d.Desk.Request(id, deskRequest(r))
}

func deskRequest(r call.HumanRequest) desk.Request {
	return desk.Request{No: r.No, Reason: r.Reason, Brief: r.Detail, Caller: r.Caller, Priority: r.Priority, Skill: r.Skill, Language: r.Language,
		Words: r.Words, Meta: json.RawMessage(r.Meta), Skills: queueNeeds(r.Skills), Languages: queueNeeds(r.Languages)}
}

func (d callsDesk) Resumed(id, state string, r call.HumanRequest, by *call.Claimant) {
	var who *desk.Person
	if by != nil {
		who = &desk.Person{Identity: by.Identity, Name: by.Name, Avatar: by.Avatar}
	}
	d.Desk.Resumed(id, state, deskRequest(r), who)
}

func (d callsDesk) Claimed(id string, by call.Claimant) {
	d.Desk.Claimed(id, desk.Person{Identity: by.Identity, Name: by.Name, Avatar: by.Avatar})
}
