package sfu

import "slices"

// assign distributes wanted tracks over slots. wanted is in the order of
// preference, current is what the slots hold. The first len(current) of wanted
// get a slot; who has one already keeps it, so a stream does not hop.
func assign(current, wanted []*Track) []*Track {
	if len(wanted) > len(current) {
		wanted = wanted[:len(current)]
	}
	next := make([]*Track, len(current))
	var homeless []*Track
	for _, t := range wanted {
		if i := slices.Index(current, t); i >= 0 {
			next[i] = t
		} else {
			homeless = append(homeless, t)
		}
	}
	for i := range next {
		if next[i] == nil && len(homeless) > 0 {
			next[i], homeless = homeless[0], homeless[1:]
		}
	}
	return next
}

// reconcileLocked makes the slots and the packet path's snapshots what the
// participants, audiences, subscriptions, mutes and the floor ask for. It is
// called after every change of these; nothing else changes a slot's source.
func (r *Room) reconcileLocked() {
	for _, p := range r.order {
		p.assignLocked()
	}
	for _, p := range r.order {
		for _, s := range p.slots {
			s.bindLocked()
		}
	}
	for _, p := range r.order {
		for _, t := range p.tracks {
			t.publishLocked()
		}
	}
}

// assignLocked decides what the slots of p stand for.
func (p *Participant) assignLocked() {
	if len(p.slots) == 0 {
		return
	}
	for _, kind := range []Kind{Audio, Video} {
		var slots []*Slot
		var current []*Track
		for _, s := range p.slots {
			switch {
			case s.floor:
				s.assigned = p.floorForLocked()
			case s.kind == kind:
				slots = append(slots, s)
				current = append(current, s.assigned)
			}
		}
		for i, t := range assign(current, p.wantedLocked(kind)) {
			slots[i].assigned = t
		}
	}
	infos := p.slotInfosLocked()
	if !slices.Equal(infos, p.told) {
		p.told = infos
		p.room.box.put(SlotsChanged{P: p, Slots: infos})
	}
}

// floorForLocked is the floor's track as far as p may hear it.
func (p *Participant) floorForLocked() *Track {
	t := p.room.floor
	if t == nil || t.owner == p || !t.owner.audience.Has(p.role) {
		return nil
	}
	return t
}

// wantedLocked lists the tracks of one kind that p is to receive outside of
// the floor, best first: by who has been there longest, screens before cameras.
func (p *Participant) wantedLocked(kind Kind) []*Track {
	var wanted []*Track
	for _, o := range p.room.order {
		if o == p || !o.audience.Has(p.role) || !p.subscription.wants(o.id, kind) {
			continue
		}
		for _, t := range o.tracks {
			if t.kind == kind && p.takesLocked(t) {
				wanted = append(wanted, t)
			}
		}
	}
	slices.SortStableFunc(wanted, func(a, b *Track) int { return preference(a.source) - preference(b.source) })
	return wanted
}

func preference(s Source) int {
	if s == Screen {
		return 0
	}
	return 1
}

// takesLocked says whether a track may occupy one of p's slots. Audio does so
// from its publication on. Video needs to flow: a client offers the m-lines of
// its camera and screen long before it turns them on. What a caller hears of
// an agent comes by the floor or not at all.
func (p *Participant) takesLocked(t *Track) bool {
	if t.kind == Video {
		return t.live && !t.muted.Load()
	}
	return p.role != Caller || t != p.room.floor && t.owner.role != Agent
}

func (p *Participant) slotInfosLocked() []SlotInfo {
	infos := make([]SlotInfo, 0, len(p.slots))
	for _, s := range p.slots {
		info := SlotInfo{MID: s.mid, Kind: s.kind, Floor: s.floor}
		if s.assigned != nil {
			info.ParticipantID, info.Source = s.assigned.owner.id, s.assigned.source
		}
		infos = append(infos, info)
	}
	return infos
}

// bindLocked makes the slot forward what it stands for. A muted track is
// unbound, so that its return is a switch and not a loss of all it did not send.
func (s *Slot) bindLocked() {
	t := s.assigned
	if t != nil && (t.ended || t.muted.Load() || !s.owner.ready) {
		t = nil
	}
	switch {
	case t == nil && s.bound == nil, t != nil && s.bound != nil && s.bound.track == t:
		return
	case t == nil:
		s.bound = nil
	default:
		s.bound = newBinding(t, s)
		if t.kind == Video {
			t.keys.ask()
		}
	}
	s.switchTo(s.bound)
}

// publishLocked replaces the packet path's snapshot of who receives t.
func (t *Track) publishLocked() {
	next := &sinks{}
	for _, p := range t.owner.room.order {
		for _, s := range p.slots {
			if s.bound != nil && s.bound.track == t {
				next.bindings = append(next.bindings, s.bound)
			}
		}
	}
	next.taps = t.taps
	now := t.sinks.Load()
	if slices.Equal(now.bindings, next.bindings) && slices.Equal(now.taps, next.taps) {
		return
	}
	next.taps = slices.Clone(next.taps)
	t.sinks.Store(next)
}
