package knowledge

import (
	"slices"
	"testing"
)

func TestTails(t *testing.T) {
	for query, want := range map[string][]string{
		"the delivery guy was rude but whatever, how do I return this": {"how do I return this"},
		"it was a present so how do I return it":                       {"how do I return it"},
		"how many days does the delivery take":                         nil,
		"can you tell me how much the kettle is":                       nil,
		"yes, of course":                                               nil,
		"I dropped it. Sorry! Is that covered by the warranty?":        {"Sorry! Is that covered by the warranty?", "Is that covered by the warranty?"},
		"":      nil,
		"运费多少钱": nil,
	} {
		if got := tails(query); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

// Words of the thesaurus, remarks before a question and small words do not keep a
// question from its passage, and do not bring one that has none to any.
func TestBridges(t *testing.T) {
	base, err := Load(Shop())
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"will the store be shut on Easter Monday":                     "hours.md#holidays",
		"the kettle arrived in pieces":                                "shipping.md#damaged-parcel",
		"how do I redeem a promo code at the checkout":                "offers.md#using-a-discount-code",
		"my neighbour was rude but anyway how do I return this":       "returns.md",
		"can I get in with a stroller":                                "stores.md#access",
		"could I spread the cost over a few months":                   "payment.md#instalments",
		"my friend has a boat, what is the weather like on the ocean": "",
		"which party should my sister vote for last week":             "",
	} {
		hits := base.Search(query, 1)
		got := ""
		if len(hits) > 0 && hits[0].Score >= 0.42 {
			got = hits[0].Passage.ID
		}
		if got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	if !base.Speaks("en-US") || base.Speaks("de") {
		t.Error("the shop speaks English")
	}
}

func FuzzTails(f *testing.F) {
	f.Add("it was a present so how do I return it")
	f.Add("\xff，, how\xffare you")
	f.Fuzz(func(t *testing.T, query string) {
		for _, tail := range tails(query) {
			if len(tail) >= len(query) {
				t.Errorf("%q is no end of %q", tail, query)
			}
		}
	})
}
