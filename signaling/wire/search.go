package wire

// SearchResult answers GET /v1/desk/search: calls, newest first.
type SearchResult struct {
	Hits []Hit `json:"hits"`
}

// Hit is a call with the newest entry that has all words of the query.
type Hit struct {
	CallID string `json:"callId"`
	Entry  Entry  `json:"entry"`
}
