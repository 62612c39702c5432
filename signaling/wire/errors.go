package wire

import (
	"errors"
	"fmt"
	"net/http"
)

// ErrorKind is what a peer may know of an error; the cause stays in the log.
type ErrorKind string

// The kinds of error.
const (
	KindBadRequest   ErrorKind = "badRequest"   // the message makes no sense
	KindUnauthorized ErrorKind = "unauthorized" // no, a wrong, an expired or a used token
	KindForbidden    ErrorKind = "forbidden"    // this role may not do that
	KindNotFound     ErrorKind = "notFound"     // no such call, participant, method
	KindConflict     ErrorKind = "conflict"     // the call is in another state, or another human has it
	KindGone         ErrorKind = "gone"         // the call has ended
	KindTooLarge     ErrorKind = "tooLarge"
	KindRateLimited  ErrorKind = "rateLimited"
	KindTimeout      ErrorKind = "timeout"
	KindUnavailable  ErrorKind = "unavailable" // full, shutting down
	KindStorage      ErrorKind = "storage"     // the disk is full or the database away
	KindInternal     ErrorKind = "internal"
)

// Error is an error with a kind for the peer and a cause for the log.
type Error struct {
	Kind    ErrorKind
	Message string // one sentence a person can act on
	Data    any    // e.g. the name of the human who has the call
	Cause   error  // never sent
}

// Errorf makes an error of a kind.
func Errorf(kind ErrorKind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind with a cause for the log.
func Wrap(kind ErrorKind, cause error, message string) *Error {
	return &Error{Kind: kind, Message: message, Cause: cause}
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// AsError is err as an *Error; one that is none becomes internal, its text a
// cause that is never sent.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: KindInternal, Message: "internal error", Cause: err}
}

var errorTable = map[ErrorKind]struct{ rpc, http int }{
	KindBadRequest:   {-32602, http.StatusBadRequest},
	KindUnauthorized: {-32001, http.StatusUnauthorized},
	KindForbidden:    {-32003, http.StatusForbidden},
	KindNotFound:     {-32004, http.StatusNotFound},
	KindConflict:     {-32009, http.StatusConflict},
	KindGone:         {-32010, http.StatusGone},
	KindTooLarge:     {-32013, http.StatusRequestEntityTooLarge},
	KindRateLimited:  {-32029, http.StatusTooManyRequests},
	KindTimeout:      {-32008, http.StatusGatewayTimeout},
	KindUnavailable:  {-32053, http.StatusServiceUnavailable},
	KindStorage:      {-32054, http.StatusInsufficientStorage},
	KindInternal:     {-32603, http.StatusInternalServerError},
}

// RPCCode is the JSON-RPC 2.0 error code of the kind.
func (k ErrorKind) RPCCode() int { return errorTable[k].rpc }

// HTTPStatus is the HTTP status of the kind.
func (k ErrorKind) HTTPStatus() int { return errorTable[k].http }

// CloseCode is the WebSocket close code of the kind: 4000 + its HTTP status, where
// RFC 6455 has none for it.
func (k ErrorKind) CloseCode() int {
	switch k {
	case KindTooLarge:
		return 1009
	case KindInternal:
		return 1011
	case KindUnavailable:
		return 1013
	}
	return 4000 + k.HTTPStatus()
}

// Close codes that no kind of error stands for.
const (
	CloseNormal   = 1000 // ended, left
	CloseShutdown = 1001
	CloseBinary   = 1003 // a binary frame
	CloseReplaced = 4001 // another socket has the participant's place
	CloseEvicted  = 4002
	CloseSlow     = 4003 // the client does not read what it is sent; it may resume
)
