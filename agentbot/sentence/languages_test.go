package sentence

import (
	"slices"
	"strings"
	"testing"
)

// Ends of sentences in the languages that callers speak.
func TestLanguages(t *testing.T) {
	for name, want := range map[string][]string{
		"de date":           {"Wir liefern am 3. Dezember bei Ihnen an. ", "Passt das so?"},
		"de date in full":   {"Das war am 21.11.2026 um 14.30 Uhr in Berlin. ", "Stimmt das?"},
		"de day and month":  {"Der Termin ist am 21.11. um neun Uhr bei uns. ", "Passt das?"},
		"de ordinal":        {"Es ist der 2. Versuch im 3. Stock gewesen. ", "Danke."},
		"de z. B.":          {"Wir haben z. B. Kaffee, Tee u. a. Getränke hier. ", "Gern."},
		"de z. B. late":     {"Bestellt am Montag, kommt er z. B. am Mittwoch. ", "Gern."},
		"de u. a. late":     {"Sie bekommen bei uns im Laden u. a. Kaffee, Tee und d. h. Wasser. ", "Gern."},
		"de d. h.":          {"Montags ist zu, d. h. Sie kommen besser dienstags. ", "Ja?"},
		"de usw. ends":      {"Wir haben Kaffee, Tee, Kakao usw. ", "Möchten Sie etwas davon?"},
		"de ca. Nr. Str.":   {"Sie finden uns ca. 5 Minuten weiter in der Langen Str. 12, Haus Nr. 3. ", "Gut?"},
		"de title":          {"Das macht Frau Dr. Müller mit Hrn. Prof. Schmidt. ", "Gern."},
		"de amount":         {"Das kostet 1.299,99 Euro mit Versand dazu. ", "Einverstanden?"},
		"de amount ends":    {"Das kostet mit Versand zusammen 1.299 €. ", "Einverstanden?"},
		"de year ends":      {"Den Laden gibt es hier schon seit 1999. ", "Das ist lange."},
		"de quotes":         {"Er sagte: „Das geht so nicht weiter.“ ", "Dann ging er."},
		"de time":           {"Wir haben von 9.00 bis 18.30 Uhr geöffnet. ", "Bis dann."},
		"de inkl. MwSt.":    {"Das kostet zehn Euro inkl. MwSt. und Versand. ", "Gut?"},
		"es question":       {"¿Quiere que le envíe la factura ahora? ", "¿O prefiere mañana?"},
		"es exclamation":    {"¡Muchas gracias por su llamada de hoy! ", "Que tenga un buen día."},
		"es both":           {"¡¿De verdad quiere devolver todo eso?! ", "No hay problema."},
		"es in mid":         {"Si no le gusta, ¿quiere otro color distinto? ", "Lo tenemos."},
		"es title":          {"Le atenderá el Sr. García o la Sra. López hoy. ", "Un momento."},
		"es usted":          {"Para que Ud. lo sepa, ya está todo enviado. ", "¿Algo más?"},
		"es p. ej.":         {"Tenemos colores, p. ej. rojo y verde oscuro. ", "¿Cuál quiere?"},
		"es EE. UU.":        {"También enviamos a EE. UU. y a Canadá, claro. ", "¿Algo más?"},
		"es etc. ends":      {"Tenemos café, té, cacao, chocolate, etc. ", "¿Quiere algo?"},
		"es núm.":           {"Su pedido es el núm. 48 de la lista de hoy. ", "Espere."},
		"es amount":         {"Cuesta 1.299,99 € con el envío incluido. ", "¿De acuerdo?"},
		"zh marks":          {"您好！请问您有什么问题？", "我来为您看一下吧。", "好"},
		"zh semicolon":      {"星期一到星期五营业；周末休息。", "您什么时候来？"},
		"zh ellipsis":       {"让我看一下您的订单……", "好了，已经发货。"},
		"zh number":         {"价格是29.99元，含运费。", "您要买吗？"},
		"zh mixed":          {"请看 www.example.com 的说明。", "有问题再打来。"},
		"zh book":           {"请看《使用说明。》", "里面都有写的。"},
		"ja":                {"お電話ありがとうございます。", "ご注文番号をお願いします。"},
		"en range of times": {"We are open 9 a.m. to 5 p.m. on every weekday. ", "Come in."},
		"en No. ends":       {"You asked me whether we ship there. ", "No. We ship nowhere else, I am afraid."},
		"en I am":           {"That is true and by now I am 21. ", "So what will you do?"},
		"en version":        {"You should install version 2.0.1. It is better. ", "Really, it is."},
		"en etc. goes on":   {"We sell lamps, tables, etc. in our own shop. ", "Come and see."},
		"en etc. ends":      {"We sell lamps, tables, chairs etc. ", "What would you like to have?"},
		"en Inc.":           {"You are talking to Acme Inc. in Springfield. ", "Hello."},
	} {
		t.Run(name, func(t *testing.T) {
			got := whole(strings.Join(want, ""))
			if !slices.Equal(got, want) {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
			check(t, strings.Join(want, ""), 1)
		})
	}
}

// A number that streams in is not cut at its point, however it is cut into
// deltas.
func TestNumbersInPieces(t *testing.T) {
	for _, text := range []string{"The whole of it costs about $3.50 today. Fine.", "Das kostet zusammen 1.299,99 € heute. Gut.", "请注意价格是3.5元一个。好的。", "It is at 10.30 or at example.com. Fine."} {
		for cut := range len(text) {
			var s Splitter
			got := append(s.Write(text[:cut]), s.Write(text[cut:])...)
			got = append(got, s.Flush()...)
			if want := whole(text); !slices.Equal(got, want) {
				t.Fatalf("cut at %d: %q, want %q", cut, got, want)
			}
		}
		for i, piece := range whole(text) {
			if strings.HasSuffix(strings.TrimSpace(piece), "3.") || i == 0 && len(piece) < 20 {
				t.Errorf("%q is cut in a number: %q", text, piece)
			}
		}
	}
}
