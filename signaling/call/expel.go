package call

// Expel takes those of a login out of all calls whose sockets are lost just
// now, and who would otherwise be heard until it is too late to resume. Those
// who have a socket leave by it.
func (h *Hub) Expel(session string) {
	if session == "" {
		return
	}
	h.mu.Lock()
	calls := make([]*Call, 0, len(h.calls))
	for _, c := range h.calls {
		if c != nil {
			calls = append(calls, c)
		}
	}
	h.mu.Unlock()
	for _, c := range calls {
		c.box.force(func() {
			for _, m := range c.order {
				if m.claims.Session == session && m.out == nil {
					c.drop(m, "left")
					return
				}
			}
		})
	}
}
