// Package hours knows when the desk is open. It is pure: a schedule is data,
// time is passed in, and nothing here waits or reads a clock.
//
//	Schedule (form, store) ──Check──► Problems, a field each
//	      │ Compile
//	      ▼
//	    Hours ──► Open, NextOpen, NextChange, Windows, Status
//
// # Which rules hold
//
// Up to ten periods, each weekly (days of the week) or on one date, from one
// time to another by the clocks of the operator's time zone. For a natural day
// all rules of that day count, weekly ones and those for its date alike, and no
// others; those that overlap or touch act as the widest window, those that do
// not all hold:
//
//	09:00–12:00  10:00–12:00  13:00–18:00  15:00–17:00
//	   └────────────┴──► 09:00–12:00          └──► 13:00–18:00
//
// So a period on a date adds to the weekly ones. A date that is marked closed
// takes the weekly periods of that day away, a public holiday; periods for that
// date still hold. Without any period it is always open.
//
// # Midnight
//
// A period whose end is not after its beginning ends on the next day, and
// belongs to the day it begins on: Friday 22:00–06:00 is open on Saturday at
// five, whatever Saturday's own rules are, closed or not. 00:00–24:00 is a whole
// day.
//
// # Daylight saving
//
// Windows are stretches of real time between two moments that clocks show. A
// time that clocks show twice is meant widely: a window begins at the first and
// ends at the last, and does not close and open again in between. A time that
// they skip is the moment they skip it, so a window that lies wholly in the
// skipped hour does not exist that day.
//
// # Service status
//
// notConfigured: nobody could take a call, since there is no account for it.
// unavailable: outside the hours (with the preset reply and the next opening),
// nobody signed in, or the desk broken. available: otherwise. Nobody signed in
// is told, but a request is still taken: somebody may come.
//
// Time zones are those of the operating system, or of the program where it
// embeds time/tzdata.
package hours
