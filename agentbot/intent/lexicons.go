package intent

// The words are folded: without accents, in lower case. Never changed.
var (
	german = newLexicon(map[class]string{
		agent: `mensch menschen menschlichen mitarbeiter* angestellt* kolleg* berater* kundenberater* sachbearbeiter* vertreter* ansprechpartner* ansprechperson*
			vorgesetzt* chef chefs chefin boss manager* operator* agent agenten agentin kundendienst* kundenservice* kundenbetreu* kundenbetreuung support*
			hotline telefonist* servicemitarbeiter* filialleit* abteilungsleit* teamleit* geschaftsfuhr* fachmann fachfrau fachkraft experte* expertin spezialist*
			verantwortlich* zustandig* inhaber* besitzer* direktor* zentrale rezeption betreuer* verkaufer* techniker* !kollegium`,
		person: "person jemand* irgendjemand* irgendwen irgendwem wen wem leute leuten mann frau einer personal",
		real:   "echt* richtig* wirklich* real* lebend* leibhaftig* menschlich* fleisch blut naturlich*",
		talk:   "sprech* sprich* spreche red rede reden redet unterhalt* telefonier* gesprach* sprache besprech* austausch* klaren abklaren diskutier* !sprachcomputer",
		move: `verbind* verbunden durchstell* durchgestellt stell stelle stellen stellt weiterleit* weitergeleitet weitergeb* ubergeb* ubergib transferier* vermittel* vermitteln
			weiterverbind* weiterverbunden reich* weiterreich* umleit* !verbindung !verbindungsfehler !reicht !reichen`,
		give:   "gib geb geben gebt hol hole holen holt besorg* schick* ruf rufe rufen bring* ran helfen hilft helft weiterhelf* weiterhilft",
		wish:   "will wollen mocht* moecht* brauch* bevorzug* wunsch* verlang* lieber wurd* gern gerne bestehe hatte",
		can:    "kann kannst konn* koenn* darf durf* moglich*",
		me:     "mich mir uns",
		first:  "ich wir",
		you:    "du sie bist",
		bot:    "roboter* bot bots maschine maschinen computer* automat* ki programm* sprachcomputer ansage* chatbot* sprachassistent*",
		not:    "nicht kein keine keinen keinem keiner ohne niemand* nie niemals nich",
		past:   "gestern vorgestern neulich gesagt gesprochen geredet geholfen war waren arbeitet arbeiten hat haben sagte meinte letzte letzten schon versprochen kurzlich",
		asks:   "wie was wann warum wieso wieviel wieviele welche welcher welches wo wer sind ist bist hat haben",
		mine:   "mein meine meinen meinem meiner unser unsere unseren",
		yours:  "ihr ihre ihren ihrem ihrer dein deine deinen deinem deiner euer eure euren eurem",
		please: "bitte",
		there:  "gibt",
		copula: "ist sind bin war waren",
		small:  "der die das den dem ein eine einen einem eines hallo guten tag morgen abend ja ok okay also und ah ahm hm mal da so doch denn jetzt sofort gleich endlich danke an am ans im",
		reply:  "zuruckruf* ruckruf* zuruckrufen anruf* anrufen zuruckgerufen telefon horer leitung",
	})
	spanish = newLexicon(map[class]string{
		agent: `humano humana humanos humanas agente* representante* operador* operari* teleoperador* asesor* supervisor* gerente* encargad* jefe jefa jefes responsable* emplead* colega*
			companer* dependient* atencion soporte ejecutiv* director* especialista* recepcion* centralita trabajador* vendedor* duen* propietari* tecnic*`,
		person: "persona personas alguien gente senor senora senorita individuo otro",
		real:   "real reales verdad verdader* autentic* carne hueso viva vivo fisica humana humano",
		talk:   "hablar hable hables hablo habla hablemos hablarlo conversar* converse charlar* platicar* dialogar* tratarlo comentarlo discutir* hablando",
		move: `pasar pase pasa pasas pasarme pones pone pon paseme pasame pasarme pasenme poner ponga pongame ponme ponerme transfi* transfer* conect* conecteme conectame comunic* comuniqueme
			deriv* desvi* redirig* redirij* enlac* remit* contactar*`,
		give:   "dame deme denme dar darme traer traiga traigame consig* busca busque llama llame llamar atiend* atend* ayud* contact* paseme conteste venir venga vengan",
		wish:   "quier* quisier* neces* prefier* prefer* gustaria deseo desear* exijo exigo querria quer urge",
		can:    "puedo puede puedes pueden pueda podr* podem* posible posibilidad dejeme dejame dejenme",
		me:     "me nos conmigo dejeme dejame dejenme paseme pasame pasarme pongame ponme ponerme conecteme conectame comuniqueme comuniquenme comunicame comunicarme transfierame transfiereme transferirme deriveme derivame dame deme denme atenderme llamarme traigame ayudarme conectarme pasenme comuniqueme",
		first:  "yo puedo quiero necesito quisiera podria",
		you:    "eres usted tu es",
		bot:    "robot robots bot bots maquina maquinas computador* ordenador* contestador* grabacion* automat* ia programa asistente chatbot*",
		not:    "no ningun ninguna ninguno sin nadie tampoco nunca jamas",
		past:   "ayer anoche anteayer fue era fueron estuvo dijo dijeron atendio ayudo pasada pasado antes hablamos contesto prometio",
		asks:   "cuanto cuanta cuantos cuantas cual cuales como donde cuando eres son trabaja trabajan tienen es",
		mine:   "mi mis nuestro nuestra",
		yours:  "su sus tu tus vuestro",
		please: "favor porfavor porfa",
		there:  "hay existe habra tienen",
		copula: "es soy era fue son somos",
		small:  "el la los las un una unos unas de del a al y o con por en hola buenos buenas dias tardes si ya ahora mismo oiga oye pues bueno vale lo gracias que",
		reply:  "llamen llame llamenme llameme llamarme devuelvan telefono llamada",
	})
	french = newLexicon(map[class]string{
		agent: `humain* conseill* agent agents operateur* operatrice* responsable* collegue* superviseur* employe* representant* manager* gerant* chef standard*
			technicien* specialiste* vendeur* patron* proprietaire* directeur* directrice* assistance sav clientele`,
		person: "personne quelqu quelqun interlocuteur* gens monsieur dame",
		real:   "vrai vraie reel reelle chair os vivant* physique humain*",
		talk:   "parler parle parlez discuter* echanger* causer",
		move:   "passer passez passe transfer* connect* relation mettez mettre rediriger* redirigez orient* bascul*",
		give:   "donnez donne donner appelez appelle appeler cherchez trouvez joindre contacter",
		wish:   "veux voudrais voudrait aimerais souhait* besoin prefer* desire* exige faut",
		can:    "peux puis peut pouvez pourrais pourriez pourrait possible puisse",
		me:     "me moi nous",
		first:  "je j",
		you:    "vous tu es etes",
		bot:    "robot robots bot machine* ordinateur* automat* repondeur* ia programme*",
		not:    "pas aucun aucune sans jamais ni",
		past:   "hier etait avait dit parle aide semaine derniere deja",
		asks:   "combien quel quelle quels quelles quand comment pourquoi ou est sont es etes",
		mine:   "mon ma mes notre",
		yours:  "votre vos ton ta tes",
		please: "plait svp stp",
		there:  "a il existe",
		copula: "est suis etait sont",
		small:  "le la les l un une des de du d a au aux et ou avec en bonjour bonsoir oui allo s qu que merci ici maintenant",
		reply:  "rappel* rappeler rappelez telephone",
	})
)
