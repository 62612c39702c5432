package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// Answers that are none.
var (
	errHTML     = errors.New("the answer is HTML")
	errTooLarge = errors.New("the answer is too large")
	errEmpty    = errors.New("the answer is empty")
	errNoAudio  = errors.New("the answer is no audio that can be played")
	errBadCall  = errors.New("the tool call has no name or its arguments are no JSON")
)

// kindOf sorts what go-openai and the network return.
func kindOf(err error) engine.Kind {
	var api *oa.APIError
	var request *oa.RequestError
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &api) && api.HTTPStatusCode != 0:
		return kindOfStatus(api.HTTPStatusCode)
	case errors.As(err, &api):
		return kindOfCode(api)
	case errors.As(err, &request):
		return kindOfStatus(request.HTTPStatusCode)
	case errors.Is(err, errHTML), errors.Is(err, errTooLarge), errors.Is(err, errEmpty), errors.Is(err, errNoAudio), errors.Is(err, errBadCall), errors.Is(err, errVectors),
		errors.Is(err, oa.ErrTooManyEmptyStreamMessages), errors.As(err, &syntax), errors.As(err, &typed):
		return engine.Nonsense
	}
	return engine.Unavailable
}

func kindOfStatus(status int) engine.Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return engine.Unauthorized
	case http.StatusNotFound:
		return engine.Unusable
	case http.StatusTooManyRequests:
		return engine.RateLimited
	}
	return engine.Unavailable
}

// kindOfCode is for an error in the midst of a stream, which has no status.
func kindOfCode(e *oa.APIError) engine.Kind {
	code := strings.ToLower(fmt.Sprint(e.Code, " ", e.Type))
	switch {
	case strings.Contains(code, "rate_limit"), strings.Contains(code, "quota"), strings.Contains(code, "429"):
		return engine.RateLimited
	case strings.Contains(code, "api_key"), strings.Contains(code, "authentication"), strings.Contains(code, "permission"):
		return engine.Unauthorized
	}
	return engine.Unavailable
}

// maxCause bounds what a log gets of an endpoint's own words.
const maxCause = 300

// cause is an error with a bounded text.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }

// brief bounds err's text.
func brief(err error) error {
	text := err.Error()
	if len(text) <= maxCause {
		return err
	}
	return &cause{strings.ToValidUTF8(text[:maxCause], "") + "…", err}
}
