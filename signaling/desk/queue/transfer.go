package queue

// reachable says whether a transfer to one person, or a consult, may ring at a.
func reachable(a *worker) error {
	switch {
	case a.Presence != Available && a.Presence != Busy && a.Presence != Ring:
		return ErrPresence
	case a.Offer != "":
		return ErrRinging
	case len(a.Active) >= a.Capacity:
		return ErrCapacity
	}
	return nil
}

// towards checks whom a transfer or a consult is for: one person, who can be
// had now, or skills or languages.
func (d *Desk) towards(by, agent string, skills, languages []Need) (s, l []Need, err error) {
	s, ok1 := needs(skills)
	l, ok2 := needs(languages)
	switch {
	case !ok1 || !ok2 || agent == by || (agent == "") == (len(s)+len(l) == 0):
		return nil, nil, ErrInvalid
	case agent == "":
		return s, l, nil
	}
	a := d.agents[agent]
	if a == nil {
		return nil, nil, ErrAgent
	}
	return nil, nil, reachable(a)
}

func (d *Desk) transfer(h *item, e Transfer) error {
	if _, ok := h.next(hTransfer); !ok {
		return ErrState
	}
	if h.Agent == "" || h.Agent != e.By {
		return ErrNotYours
	}
	skills, languages, err := d.towards(e.By, e.Agent, e.Skills, e.Languages)
	if err != nil {
		return err
	}
	a := d.agents[e.By]
	d.release(h, a, "", "transferred")
	d.part(a, h, true)
	d.endStint(h)
	h.Transfers++
	if e.Agent == "" {
		h.Skills, h.Languages, h.Stage = skills, languages, StageAll
		d.number(h)
	}
	d.again(h, hTransfer)
	h.Requeues-- // it is a transfer
	d.skip(h, e.By)
	if e.Agent != "" {
		h.Target = &Target{e.Agent, d.Now.Add(d.cfg.TargetFor)}
		d.arm(clockTarget, h.ID, h.Target.Until)
	}
	return nil
}

func (d *Desk) startConsult(h *item, e StartConsult) error {
	if _, ok := h.next(hConsult); !ok {
		return ErrState
	}
	if h.Agent == "" || h.Agent != e.By {
		return ErrNotYours
	}
	skills, languages, err := d.towards(e.By, e.Agent, e.Skills, e.Languages)
	if err != nil {
		return err
	}
	c := &Consult{At: d.Now, Skills: skills, Languages: languages}
	a := d.agents[e.Agent]
	if a == nil {
		if a = d.advisor(h.Agent, c); a == nil {
			return ErrNothing
		}
	}
	d.move(h, hConsult)
	h.Consult = c
	d.askAdvice(h, a)
	return nil
}

func (d *Desk) askAdvice(h *item, a *worker) {
	h.Consult.Agent = a.ID
	d.ring(h, a, OfferConsult)
	d.consultChange(h, "asked")
}

// advisor is the best colleague for a consult: with the levels asked for, or
// else at any level.
func (d *Desk) advisor(owner string, c *Consult) *worker {
	wants := d.wanted(c.Skills, c.Languages)
	for _, s := range []Stage{StageRequired, StageAnyLevel} {
		var best *worker
		wishes := 0
		for _, a := range d.roster {
			if a.ID == owner || !a.free() || contains(c.Tried, a.ID) {
				continue
			}
			if w, ok := d.fits(wants, a, s); ok && (best == nil || better(&a.Agent, w, &best.Agent, wishes)) {
				best, wishes = a, w
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// consultNext asks the next colleague, or says that there is none.
func (d *Desk) consultNext(h *item) {
	c := h.Consult
	if h.State != StateConsulting || c == nil || c.Joined || h.Offer != nil {
		return
	}
	if len(c.Skills)+len(c.Languages) > 0 {
		if a := d.advisor(h.Agent, c); a != nil {
			d.askAdvice(h, a)
			return
		}
	}
	d.move(h, hEndConsult)
	d.consultChange(h, "nobody")
	h.Consult = nil
}

func (d *Desk) consultChange(h *item, what string) {
	d.fx.Consults = append(d.fx.Consults, ConsultChange{Handoff: h.ID, Call: h.Call, By: h.Agent, Agent: h.Consult.Agent, What: what})
}

func (d *Desk) handOver(h *item, by string) error {
	if _, ok := h.next(hHandOver); !ok {
		return ErrState
	}
	if h.Agent != by {
		return ErrNotYours
	}
	old := d.agents[by]
	d.release(h, old, h.Consult.Agent, "handedOver")
	d.move(h, hHandOver)
	d.part(old, h, true)
	h.Transfers++
	d.inherit(h)
	return nil
}

// inherit gives h to the colleague who has joined.
func (d *Desk) inherit(h *item) {
	d.consultChange(h, "ended")
	h.Agent, h.Consult, h.ClaimedAt, h.ConnectedAt = h.Consult.Agent, nil, d.Now, d.Now
	d.stint(h)
}

func (d *Desk) endConsult(h *item, by string) error {
	c := h.Consult
	if _, ok := h.next(hEndConsult); !ok {
		return ErrState
	}
	if by != h.Agent && !(c.Joined && by == c.Agent) {
		return ErrNotYours
	}
	d.dismiss(h, "ended")
	return nil
}

// dismiss ends the consult of h, if there is one: what rings is withdrawn, who
// has joined has the call no more. h is connected then.
func (d *Desk) dismiss(h *item, why string) {
	c := h.Consult
	if c == nil {
		return
	}
	asked := c.Agent
	d.withdraw(h, why)
	c.Agent = asked
	if c.Joined {
		d.part(d.agents[c.Agent], h, false)
	}
	d.move(h, hEndConsult)
	d.consultChange(h, "ended")
	h.Consult = nil
}
