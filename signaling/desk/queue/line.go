package queue

import (
	"cmp"
	"slices"
	"time"
)

// order is who comes first: who lost their human or is being transferred, then
// by rank (the priority, raised by waiting), then by age.
func order(a, b *item) int {
	if a.Front != b.Front {
		if a.Front {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Seq, b.Seq))
}

// join puts h into the line. Nothing that its place depends on may change while
// it is there.
func (d *Desk) join(h *item) {
	i, _ := slices.BinarySearchFunc(d.line, h, order)
	d.line = slices.Insert(d.line, i, h)
	d.stirred = true
	d.noticeSoon()
}

// leave takes h out of the line, if it is there.
func (d *Desk) leave(h *item) {
	if i, ok := slices.BinarySearchFunc(d.line, h, order); ok && d.line[i] == h {
		d.line = slices.Delete(d.line, i, i+1)
		d.noticeSoon()
	}
}

// position is h's place in the line, 1 = next, 0 = it is not there.
func (d *Desk) position(h *item) int {
	if i, ok := slices.BinarySearchFunc(d.line, h, order); ok && d.line[i] == h {
		return i + 1
	}
	return 0
}

// rankAt is when h has aged by one priority more.
func (d *Desk) rankAt(h *Handoff) time.Time {
	if h.Rank <= P1 || !h.State.InLine() {
		return time.Time{}
	}
	return after(d.Now, d.cfg.AgeEvery)
}

// all is every handoff, by age.
func (d *Desk) all() []*item {
	out := make([]*item, 0, len(d.handoffs))
	for _, h := range d.handoffs {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b *item) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}
