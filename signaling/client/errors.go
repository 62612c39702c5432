package client

import (
	"errors"
	"io"
	"net/http"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/wire"
)

// dialError turns a failed handshake into an error with the kind that the
// server's status says.
func dialError(err error, resp *http.Response) error {
	if resp == nil || !errors.Is(err, websocket.ErrBadHandshake) {
		return wire.Wrap(wire.KindUnavailable, err, "the server cannot be reached")
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	_ = resp.Body.Close()
	kind := kindWhere(func(k wire.ErrorKind) bool { return k.HTTPStatus() == resp.StatusCode })
	return wire.Wrap(kind, errors.New(string(body)), "the server refused the socket: "+resp.Status)
}

// remoteError is the server's error; its kind comes from the code where the
// server does not name it.
func remoteError(e *wire.RPCError) *wire.Error {
	out := e.Err()
	switch {
	case out.Kind != "":
	case e.Code == wire.CodeParseError || e.Code == wire.CodeInvalidRequest:
		out.Kind = wire.KindBadRequest
	case e.Code == wire.CodeMethodNotFound:
		out.Kind = wire.KindNotFound
	default:
		out.Kind = kindWhere(func(k wire.ErrorKind) bool { return k.RPCCode() == e.Code })
	}
	return out
}

// kindWhere is the kind that fits, KindInternal where none does.
func kindWhere(fits func(wire.ErrorKind) bool) wire.ErrorKind {
	for _, k := range []wire.ErrorKind{
		wire.KindBadRequest, wire.KindUnauthorized, wire.KindForbidden, wire.KindNotFound, wire.KindConflict, wire.KindGone,
		wire.KindTooLarge, wire.KindRateLimited, wire.KindTimeout, wire.KindUnavailable, wire.KindStorage,
	} {
		if fits(k) {
			return k
		}
	}
	return wire.KindInternal
}
