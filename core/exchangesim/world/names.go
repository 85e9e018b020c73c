package world

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A place is where a customer is: its language decides what people and departments are called. A name
// in another script carries its Latin spelling after a bar, for addresses.
type place struct {
	culture    string // of most mailboxes, such as "nl-NL"
	country    string
	code       string // ISO 3166, two letters
	cities     []string
	firsts     []string
	lasts      []string
	familyLead bool // the family name comes first and no space is needed
	shared     []string
	rooms      []string
	equipment  []string
	teams      []string
	away       string // an automatic reply
}

var dutch = place{
	culture: "nl-NL", country: "Netherlands", code: "NL",
	cities: words("Amsterdam,Utrecht,Eindhoven,Groningen,'s-Hertogenbosch,Leiden"),
	firsts: words("Jan,Piet,Daan,Sem,Bram,Thijs,Lars,Ruben,Jeroen,Maarten,Wouter,Sander,Joost,Koen,Niels,Bas,Gijs,Hendrik,Willem,Pieter,Emma,Sanne,Lotte,Femke,Anouk,Marieke,Eva,Fleur,Iris,Saskia,Renée,Chloë,Noor,Maud,Roos,Janneke,Hanneke,Mirjam,Esmée,Loïs"),
	lasts:  words("de Vries,Jansen,van den Berg,Bakker,Visser,Smit,Meijer,de Boer,Mulder,de Groot,Bos,Vos,Peters,Hendriks,van Leeuwen,Dekker,Brouwer,de Wit,Dijkstra,Smits,de Graaf,van der Meer,van der Linden,Kok,Jacobs,de Haan,Vermeulen,van den Heuvel,van der Veen,van den Broek,de Bruijn,Schouten,van Beek,Willems,van Vliet,Hoekstra,Maas,Verhoeven,Koster,Prins,Huisman,Postma,Kuipers,Kramer,van Dam,Blom,Gerritsen,Veenstra,Brandsma,Ó Súilleabháin"),
	shared: words("Info,Administratie,Facturen,Verkoop,Klantenservice,Receptie,Personeelszaken,Inkoop,Storingen,Marketing"),
	rooms:  words("Vergaderzaal Begane grond,Vergaderzaal Eiffel,Spreekkamer,Bestuurskamer,Kantine"), equipment: words("Beamer,Bedrijfsbus,Laptop uitleen"),
	teams: words("Directie,Administratie,Verkoop,Magazijn,ICT,Personeelszaken"),
	away:  "<html><body>Ik ben afwezig. Voor dringende zaken: receptie.</body></html>",
}

var english = place{
	culture: "en-GB", country: "United Kingdom", code: "GB",
	cities: words("London,Bristol,Leeds,Edinburgh,Cardiff,Reading"),
	firsts: words("Oliver,George,Harry,Jack,Noah,Charlie,Thomas,William,James,Henry,Alexander,Daniel,Samuel,Adam,Patrick,Simon,Graham,Nigel,Stuart,Alan,Olivia,Amelia,Isla,Emily,Ava,Lily,Sophie,Grace,Chloe,Hannah,Charlotte,Lucy,Megan,Zoë,Rachel,Fiona,Siobhán,Priya,Aisha,Gemma"),
	lasts:  words("Smith,Jones,Taylor,Brown,Williams,Wilson,Johnson,Davies,Robinson,Wright,Thompson,Evans,Walker,White,Roberts,Green,Hall,Wood,Jackson,Clarke,Patel,Khan,Lewis,Phillips,Mitchell,Young,Morris,O'Brien,O'Connor,MacDonald,Fraser,Campbell,Stewart,Murray,Shah,Begum,Ellis,Hughes,Price,Bennett,Cox,Marshall,Chapman,Knight,Fletcher,Barker,Holmes,Spencer,St John,Ashworth-Lee"),
	shared: words("Info,Accounts,Sales,Support,Reception,HR,Purchasing,Complaints,Marketing,Press"),
	rooms:  words("Boardroom,Meeting Room 1,Meeting Room 2,Quiet Room,Training Room"), equipment: words("Projector,Van,Loan Laptop"),
	teams: words("Management,Finance,Sales,Warehouse,IT,Human Resources"),
	away:  "<html><body>I am out of the office. For urgent matters please ring reception.</body></html>",
}

var french = place{
	culture: "fr-FR", country: "France", code: "FR",
	cities: words("Lyon,Nantes,Besançon,Orléans,Nîmes,Paris"),
	firsts: words("Gabriel,Léo,Raphaël,Louis,Lucas,Jules,Hugo,Étienne,François,Jérôme,Frédéric,Sébastien,Benoît,Gaël,Loïc,Thierry,Guillaume,Mathieu,Rémi,Cédric,Emma,Jade,Louise,Alice,Chloé,Inès,Léa,Manon,Zoé,Camille,Aurélie,Hélène,Françoise,Cécile,Margaux,Élodie,Maëlle,Noémie,Agnès,Anaïs"),
	lasts:  words("Martin,Bernard,Dubois,Thomas,Robert,Richard,Petit,Durand,Leroy,Moreau,Simon,Laurent,Lefèvre,Michel,Garcia,David,Bertrand,Roux,Vincent,Fournier,Morel,Girard,André,Mercier,Dupont,Lambert,Bonnet,François,Martinez,Legrand,Garnier,Faure,Rousseau,Blanc,Guérin,Müller,Henry,Roussel,Nicolas,Perrin,Morin,Mathieu,Clément,Gauthier,Dumont,López,Fontaine,Chevalier,Robin,d'Estaing"),
	shared: words("Contact,Comptabilité,Factures,Ventes,Assistance,Accueil,Ressources humaines,Achats,Réclamations,Presse"),
	rooms:  words("Salle de réunion 1,Salle Molière,Salle du conseil,Bureau de passage"), equipment: words("Vidéoprojecteur,Camionnette,Ordinateur de prêt"),
	teams: words("Direction,Comptabilité,Ventes,Entrepôt,Informatique,Ressources humaines"),
	away:  "<html><body>Je suis absent. Pour toute urgence, merci d'appeler l'accueil.</body></html>",
}

var german = place{
	culture: "de-DE", country: "Germany", code: "DE",
	cities: words("München,Köln,Nürnberg,Düsseldorf,Münster,Hamburg"),
	firsts: words("Lukas,Jonas,Finn,Leon,Paul,Felix,Maximilian,Jürgen,Günter,Jörg,Björn,Sören,Uwe,Klaus,Matthias,Torsten,Stefan,Andreas,Götz,Heinz,Mia,Hannah,Sofia,Anna,Lena,Greta,Käthe,Jördis,Sabine,Petra,Ursula,Claudia,Heike,Birgit,Anke,Silke,Ulrike,Bärbel,Marlene,Annegret"),
	lasts:  words("Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Schäfer,Koch,Bauer,Richter,Klein,Wolf,Schröder,Neumann,Schwarz,Zimmermann,Braun,Krüger,Hofmann,Hartmann,Lange,Schmitt,Werner,Krause,Meier,Lehmann,Köhler,König,Maier,Mayer,Groß,Jäger,Möller,Weiß,Jung,Hahn,Schubert,Vogel,Friedrich,Günther,Keller,Böhm,Frank,Strauß,von der Heide,Yılmaz"),
	shared: words("Info,Buchhaltung,Rechnungen,Vertrieb,Kundendienst,Empfang,Personal,Einkauf,Störungen,Presse"),
	rooms:  words("Besprechungsraum 1,Besprechungsraum Zürich,Großer Saal,Küche"), equipment: words("Beamer,Lieferwagen,Leihgerät"),
	teams: words("Geschäftsführung,Buchhaltung,Vertrieb,Lager,EDV,Personal"),
	away:  "<html><body>Ich bin nicht im Büro. In dringenden Fällen: Empfang.</body></html>",
}

var turkish = place{
	culture: "tr-TR", country: "Türkiye", code: "TR",
	cities: words("İstanbul,İzmir,Ankara,Eskişehir,Muğla,Şanlıurfa"),
	firsts: words("Mehmet,Mustafa,Ahmet,Ali,Hüseyin,Hasan,İbrahim,İsmail,Osman,Murat,Ömer,Emre,Can,Kerem,Yiğit,Çağrı,Barış,Tuğrul,Şükrü,Volkan,Fatma,Ayşe,Emine,Hatice,Zeynep,Elif,Meryem,Şerife,Zehra,Sultan,Büşra,Gülşen,Özge,Çiğdem,Tuğba,Pınar,Işıl,Esra,Dilek,Nilüfer"),
	lasts:  words("Yılmaz,Kaya,Demir,Çelik,Şahin,Yıldız,Yıldırım,Öztürk,Aydın,Özdemir,Arslan,Doğan,Kılıç,Aslan,Çetin,Kara,Koç,Kurt,Özkan,Şimşek,Polat,Korkmaz,Özcan,Çakır,Erdoğan,Yavuz,Can,Acar,Aktaş,Güneş,Bozkurt,Bulut,Işık,Turan,Keskin,Ünal,Gül,Özer,Kaplan,Avcı,Sarı,Tekin,Taş,Köse,Yüksel,Ateş,Aksoy,Coşkun,Uçar,Ağaoğlu"),
	shared: words("Bilgi,Muhasebe,Faturalar,Satış,Müşteri Hizmetleri,Danışma,İnsan Kaynakları,Satın Alma,Şikayet,Basın"),
	rooms:  words("Toplantı Odası 1,Büyük Salon,Görüşme Odası"), equipment: words("Projeksiyon,Kamyonet"),
	teams: words("Yönetim,Muhasebe,Satış,Depo,Bilgi İşlem,İnsan Kaynakları"),
	away:  "<html><body>Ofis dışındayım. Acil durumlarda danışmayı arayınız.</body></html>",
}

var japanese = place{
	culture: "ja-JP", country: "Japan", code: "JP", familyLead: true,
	cities: words("東京,大阪,京都,札幌,福岡"),
	firsts: words("太郎|Taro,健一|Kenichi,大輔|Daisuke,翔太|Shota,拓也|Takuya,直樹|Naoki,誠|Makoto,学|Manabu,浩二|Koji,亮|Ryo,蓮|Ren,隆|Takashi,優子|Yuko,陽菜|Hina,美咲|Misaki,さくら|Sakura,愛|Ai,恵|Megumi,由美|Yumi,直美|Naomi,真由美|Mayumi,千尋|Chihiro,結衣|Yui,彩|Aya"),
	lasts:  words("佐藤|Sato,鈴木|Suzuki,高橋|Takahashi,田中|Tanaka,伊藤|Ito,渡辺|Watanabe,山本|Yamamoto,中村|Nakamura,小林|Kobayashi,加藤|Kato,吉田|Yoshida,山田|Yamada,佐々木|Sasaki,山口|Yamaguchi,松本|Matsumoto,井上|Inoue,木村|Kimura,林|Hayashi,斎藤|Saito,清水|Shimizu,山崎|Yamazaki,森|Mori,池田|Ikeda,橋本|Hashimoto,阿部|Abe,石川|Ishikawa"),
	shared: words("総務|Somu,経理|Keiri,営業|Eigyo,お問い合わせ|Toiawase,人事|Jinji"),
	rooms:  words("会議室1|Kaigishitsu1,会議室2|Kaigishitsu2,応接室|Osetsu"), equipment: words("プロジェクター|Projector,社用車|Shayosha"),
	teams: words("役員|Yakuin,経理部|Keiri,営業部|Eigyo,情報システム部|Joho,人事部|Jinji"),
	away:  "<html><body>ただいま不在にしております。</body></html>",
}

func words(list string) []string { return strings.Split(list, ",") }

// bothNames returns a name as its owner writes it and in Latin letters.
func bothNames(name string) (own, latin string) {
	own, latin, found := strings.Cut(name, "|")
	if !found {
		latin = own
	}
	return own, latin
}

var plainLetters = strings.NewReplacer("ß", "ss", "ı", "i", "İ", "I", "ø", "o", "Ø", "O", "æ", "ae", "ł", "l")

// mailbox part of an address: lower case ASCII letters, digits and the given mark between words.
func localPart(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(plainLetters.Replace(text)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
