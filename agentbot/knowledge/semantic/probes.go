package semantic

// probes are questions that next to no business is asked: how near they come to
// a knowledge base is how near a question comes that it does not answer. Eight in
// each of four languages, so that a quarter is in the base's own where it has one
// of these; never changed.
var probes = []string{
	"Who won the football game last night?", "What is the capital of France?", "Tell me a joke about cats.", "How old is the president?",
	"Is it going to rain tomorrow?", "What does that song mean?", "How many moons does Jupiter have?", "Can you recommend a good film?",
	"Wer hat gestern das Fußballspiel gewonnen?", "Was ist die Hauptstadt von Frankreich?", "Erzähl mir einen Witz über Katzen.", "Wie alt ist der Präsident?",
	"Regnet es morgen?", "Was bedeutet dieses Lied?", "Wie viele Monde hat der Jupiter?", "Kannst du einen guten Film empfehlen?",
	"¿Quién ganó el partido de fútbol anoche?", "¿Cuál es la capital de Francia?", "Cuéntame un chiste sobre gatos.", "¿Cuántos años tiene el presidente?",
	"¿Va a llover mañana?", "¿Qué significa esa canción?", "¿Cuántas lunas tiene Júpiter?", "¿Me recomiendas una buena película?",
	"昨晚的足球比赛谁赢了?", "法国的首都是哪里?", "给我讲个关于猫的笑话。", "总统今年多大了?",
	"明天会下雨吗?", "那首歌是什么意思?", "木星有多少颗卫星?", "你能推荐一部好电影吗?",
}
