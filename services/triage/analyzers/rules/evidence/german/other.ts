import type { Evidence } from '../evidence.ts'

/** Phrases of people who want neither to buy, nor support, nor a job. */
export const OTHER: readonly Evidence[] = [
  {
    says: 'is from the press',
    phrases: `journalist*; redaktion; redakteur*; presseanfrage; pressestelle; pressevertreter; pressekontakt; pressefoto*; interview mit|für|zum|anfragen|führen; interviewanfrage; artikel über|zu|zum; beitrag über|zum|für; bericht über; berichten über|wir; stellungnahme .. bis|zu|von|bitte|ihrer|gern; zitat|zitieren; drehgenehmigung; dreharbeiten; drehtermin; kamerateam; fernseh*; rundfunk; hörfunk; lokalradio; radiosender; fachmagazin; fachzeitschrift; zeitschrift; redaktionsschluss; lokalzeitung; tageszeitung; zeitung; tageblatt; wochenblatt; lokalteil; dokumentarfilm; porträt über; porträtieren; o ton; regionalradio; nachrichtenagentur; agenturmeldung; heimatblatt; fachblatt; recherchieren zu; dementi; podcastreihe; schreibe .. artikel|porträt|beitrag; serie über; landeskorrespondent*; korrespondent|korrespondentin; sonderheft; filmteam`,
    facts: ['press'],
  },
  {
    says: 'makes a legal or privacy request',
    phrases: `dsgvo; datenschutz*; auskunftsersuchen; auskunft .. daten|artikel|art|personenbezogen*|gespeichert*; personenbezogen*; löschung .. daten|meiner|aller|personenbezogen*; daten .. löschen|gelöscht werden; löschen sie .. daten|alle|meine; betroffenenrecht*; rechtsanwalt*; rechtsanwält*; mein|meinem|meinen|unser|unserem|unseren|zum anwalt; anwältin; anwaltlich*; anwaltskanzlei; rechtsanwaltskanzlei; unser|unserer|unseres|meines|meiner mandant*; vertreten|vertrete .. mandant*|eigentümer*|interessen; namens und; abmahnung*; unterlassung*; urheberrecht*; markenrecht*; amtsgericht; landgericht; vor gericht; mahnbescheid; staatsanwalt*; polizeiinspektion; polizeipräsidium; polizeidienststelle; polizei .. bitten|ermitt*|aufnahmen|videoaufzeichnung*|anfrage; kriminalpolizei; ermittlungsverfahren; ermittlung*; aufsichtsbehörde; gewerbeaufsicht*; bauamt|ordnungsamt|gesundheitsamt|finanzamt|veterinäramt|umweltamt .. bitten|bittet|prüft|fordern|fordert|anhörung|kontrolle|teilt; steuerfahndung; verbraucherzentrale; verbraucherberatung; hinweisgeber*; zeuge|zeugen|zeugin .. geladen|gericht; gericht .. geladen|lädt|hat; impressum; rechtsabteilung; lebenslauf|bewerbung|bewerbungsunterlagen|bewerberkonto|bewerberdaten|unterlagen .. löschen|gelöscht|vernichten; löschen .. lebenslauf|bewerbung*|unterlagen; löschung; einwilligung .. zurück|widerruf*|widerrufe; personalakte; fordern sie auf; streitbeilegung; daten .. löschen; auftragsverarbeitung*; avv; barrierefrei*; insolvenzverwalter*; schadensersatz; vollmacht; gerichtlich*; klageschrift; kartellamt; lizenzverstoß`,
    facts: ['legal'],
  },
  {
    says: 'proposes a partnership',
    phrases: `partnerschaft*; kooperation*; kooperieren; zusammenarbeit .. vorstellen|vorschlagen|interesse|interessiert|denkbar|möglich; zusammenarbeiten; partner werden; gemeinsame|gemeinsamen|gemeinsames .. angebot|veranstaltung|projekt|kunden|integration|aktion|webinar|lösung; integration .. bauen|entwickeln; schnittstelle .. bauen|entwickeln .. gemeinsam; zusammentun; synergien; konsortium; praxispartner; industriepartner; mit ihnen|euch gemeinsam; gemeinsam mit ihnen|euch; schnittstelle zusammen; programm .. anbinden; aufs podium; gegenseitig .. empfehlen|verlinken`,
    facts: ['partner'],
  },
  {
    says: 'offers to buy or merge with the company',
    phrases: `ihre|ihr|ihren firma|unternehmen|betrieb|geschäft .. verkaufen|übernehmen|kaufen|erwerben|verkauf|übernahme; unternehmensnachfolge; nachfolgeregelung; nachfolger .. gefunden|suchen|betrieb; übernahme ihres|ihrer|des betriebs; fusionieren; zusammenschluss; ihre anteile; unternehmensverkauf; firmenkauf; betriebsübernahme`,
  },
  {
    says: 'asks for research or study',
    phrases: `masterarbeit; bachelorarbeit; doktorarbeit; diplomarbeit; facharbeit; abschlussarbeit; hausarbeit; seminararbeit; studie; umfrage; forschung*; forsche; wissenschaftlich*; universität; hochschule; fachhochschule; studentin; studierende*; befragung; fragebogen; schulprojekt; schulklasse; schülerzeitung; referat .. schule|über; führung .. durch|betrieb|klasse|gruppe; betriebsbesichtigung; betriebsführung; archiv .. suche|stadt|fotos; stadtarchiv; lehrstuhl; heimatverein; chronik`,
  },
  {
    says: 'asks for a favour or a donation',
    phrases: `spende|spenden|spenden*; tombola; sponsern; sponsoren; sponsoring; vereinsfest; dorffest; schulfest; straßenfest; stadtfest; ehrenamtlich*; ausleihen; leihen; leihweise; gemeinnützig*; vortrag halten; als referent*; benefiz*; förderverein; trikots; sachspende*; wohltätig*`,
  },
  {
    says: 'is not a customer',
    phrases: `kein kunde; keine kundin; nicht kunde; nicht ihr kunde|ihre kundin; nie kunde|kundin; nachbar; nachbarn; nachbarin; anwohner*; wohne .. gegenüber|neben|über|unter|nebenan; wohnen .. gegenüber|neben|nebenan; nebenan; ihr|ihrer|ihre|ihrem lkw|lieferwagen|transporter|lieferfahrzeug|fahrzeuge|kran .. zugeparkt|blockiert|beschädigt|gestreift|parkt|steht|einfahrt; zugeparkt; einfahrt .. blockiert|versperrt|steht|parkt; ihr schild; leuchtreklame; nichts kaufen; passanten; im vorbei*`,
  },
  {
    says: 'sends a supplier’s invoice',
    phrases: `unsere|unserer rechnung .. anbei|vom|nr|über|noch|offen|#; anbei .. rechnung .. für|über|vom; rechnung .. anbei|anhang .. für|über; rechnung .. zahlbar|begleichen|beglichen|offen|ausgleich; zahlbar; zahlungsziel; zahlungserinnerung; um überweisung; um ausgleich; offene|offenen posten; leistungszeitraum; unsere bankverbindung; zahlungseingang`,
  },
  {
    says: 'asks about lost property or a person',
    phrases: `liegen gelassen; liegengelassen; liegen lassen; liegengeblieben; schirm|regenschirm|schal|jacke|brille|handschuhe|mütze|tasche|schlüssel .. vergessen|liegen|verloren|gefunden|abgegeben; verloren .. bei ihnen|euch; fundsache*; fundbüro; gefunden .. ausweis|schlüssel|geldbörse|handy|paket|firmenausweis; ehemalige* mitarbeiter*; bei ihnen gearbeitet|beschäftigt; referenz über|für|zu; falsch verbunden; ihre alte nummer; post|brief|paket|briefe|päckchen für sie; irrtümlich .. zugestellt|erhalten|bekommen|geliefert; falsch zugestellt; an sie adressiert`,
  },
  {
    says: 'wants off a mailing list',
    phrases: `verteiler .. nehmen|streichen|löschen|austragen|entfernen|raus; aus .. verteiler|newsletter|mailingliste|adressliste; newsletter .. abbestellen|abmelden|mehr|austragen|kündigen; keine .. newsletter|werbung|werbemails|mails|werbepost|kataloge mehr|zuschicken|senden; keine werbung; austragen; abmeldelink; nie .. angemeldet|abonniert|bestellt .. newsletter`,
    facts: ['legal'],
    masks: true,
  },
  {
    says: 'is too vague to tell',
    phrases: `eine frage; ne frage; kontaktieren sie mich|uns; melden sie sich; bitte um .. rückruf|kontaktaufnahme|rückmeldung; um rückruf; rückruf bitte; rufen sie mich|uns .. an; mit wem .. sprechen|reden; wer ist .. zuständig|ansprechpartner; an wen .. wenden|wende; bin ich .. richtig; infos bitte; bitte .. infos|informationen; mehr infos|informationen; weitere informationen`,
  },
  {
    says: 'thanks or praises',
    phrases: `danke .. für alles|hilfe|nochmal|team|schnelle*|tolle*|super; vielen|herzlichen|lieben|tausend dank .. hilfe|schnelle*|tolle*|super|arbeit|unterstützung|abend|service|geduld|alles; nur danke|bedanken; danke sagen; dankeschön; bedanken; großes|dickes lob; lob an|für|aussprechen; super service|arbeit|team|sache|produkt|laden; tolle|tolles|toller arbeit|service|team|produkt|app|laden|essen; großartig*; begeistert; weiter so; macht weiter; sehr zufrieden; rundum zufrieden; hervorragend*; wunderbar*; frohe weihnachten|ostern|festtage; frohes neues|fest; guten rutsch; glückwunsch*; herzlichen glückwunsch; kompliment*; lecker; geschmeckt; fünf sterne; weiterempfehlen; ganz toll; liebe grüße an`,
    facts: ['thanks'],
    deniable: true,
  },
  {
    says: 'was meant for someone else',
    phrases: `falsche|falschen nummer|adresse|empfänger|mailadresse|chat|fenster; falsch gesendet|verschickt; nicht für sie; für jemand|jemanden anderen; war für .. gedacht|bestimmt; aus versehen .. an|geschickt|gesendet; sollte an .. gehen; schatz; schatzi; liebling; mausi; hallo|hi|liebe|lieber mama|papa|mutti|oma|opa|mami; bussi; küsschen; hab dich lieb; bring .. milch|brot|eier|brötchen|mit; milch|brot|brötchen .. mitbringen|mit; später nach hause; hol .. kinder|kita|kleinen|schule`,
    facts: ['misdirected'],
  },
  {
    says: 'is an automatic reply',
    phrases: `abwesenheitsnotiz; abwesenheitsnachricht; abwesenheit; nicht im büro|haus; außer haus; automatische antwort|nachricht|rückmeldung|eingangsbestätigung; automatisch generierte*|erzeugte|erstellte; nicht weitergeleitet; wieder erreichbar|im büro|für sie; im urlaub .. bis|wieder; dringenden fällen; unzustellbar*`,
    facts: ['automatic'],
  },
]
