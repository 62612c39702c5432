package sfu

import "errors"

// The errors of the package's methods. An offer's are [*OfferError].
var (
	ErrEngineClosed = errors.New("sfu: the engine is closed")
	ErrRoomClosed   = errors.New("sfu: the room is closed")
	ErrDuplicate    = errors.New("sfu: the room has a participant of this id")
	ErrRole         = errors.New("sfu: not a role")
	ErrLeft         = errors.New("sfu: the participant has left")
	ErrStaleEpoch   = errors.New("sfu: the epoch is over")
	ErrTrackEnded   = errors.New("sfu: the track has ended")
	ErrSource       = errors.New("sfu: not a source for this")
	ErrNoChannel    = errors.New("sfu: no data channel is open")
	ErrBusy         = errors.New("sfu: the data channel's buffer is full")
	ErrTooLong      = errors.New("sfu: the message is too long")
	ErrCandidate    = errors.New("sfu: not an acceptable ICE candidate")
	ErrFrame        = errors.New("sfu: not an Opus frame")
)

// OfferError says why an offer is refused. Message is a plain sentence for
// the one who offered; the cause, where there is one, is for the log.
type OfferError struct {
	Message string
	Cause   error
}

func (e *OfferError) Error() string {
	if e.Cause != nil {
		return "sfu: offer: " + e.Message + " (" + e.Cause.Error() + ")"
	}
	return "sfu: offer: " + e.Message
}

func (e *OfferError) Unwrap() error { return e.Cause }
