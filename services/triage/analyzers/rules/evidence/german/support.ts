import type { Evidence } from '../evidence.ts'

/** Phrases of customers who need help: what is broken, for whom, and what they paid. */
export const SUPPORT: readonly Evidence[] = [
  {
    says: 'cannot get in',
    phrases: `einloggen; einzuloggen; anmelden .. nicht|unmöglich; nicht .. anmelden; anmeldung .. nicht|fehl*|schlägt; login .. nicht|geht|fehl*; passwort .. vergessen|falsch|zurücksetzen|akzeptiert|nicht|abgelaufen|neu|ungültig; kennwort; ausgesperrt; zugang .. gesperrt|nicht|weg|verloren; konto|account .. gesperrt|deaktiviert|blockiert; nicht .. ins konto|system|portal; komme|kommen|komm .. nicht .. rein|hinein|ins|in;
      nicht mehr rein; nicht rein; kein|keinen zugriff; zugriff verweigert; bestätigungscode|bestätigungsmail; zwei faktor; authenticator`,
    facts: ['blocked'],
  },
  {
    says: 'reports a fault',
    phrases: `funktioniert|funktionieren|geht|gehen|läuft|lädt|laden|startet|öffnet|druckt|speichert|synchronisiert|reagiert|klappt|antwortet|aktualisiert|heizt|schließt|zeigt|ankommt|kommt .. nicht|nichts|kein|keine; nicht|nichts funktioniert|geht|läuft|lädt|startet|druckt|an|angezeigt|angekommen|möglich;
      fehler|fehlermeldung*|fehlercode|fehlerhaft*; störung*; defekt|defekte|defekten; kaputt*; absturz; abgestürzt; stürzt; bricht .. ab; abgebrochen; hängt; hängen geblieben; leere|weiße seite; verschwunden; fehlt|fehlen; undicht; tropft; beschädigt*; zerkratzt; zerbrochen; kratzer; falsch|falsche|falschen|falsches|falscher; verwechselt; spinnt; langsam; quietsch*; klemmt; flackert; riecht; stinkt; probleme mit|bei; problem mit|bei; ruckelt`,
  },
  {
    says: 'complains about a delivery',
    phrases: `lieferung .. nicht|falsch|beschädigt|unvollständig|fehlt|fehlen|verspätet|kam|überfällig; bestellung .. nicht|nr|nummer|fehlt|kam|immer|seit; meine|unsere bestellung; bestellnummer; bestellnr; auftragsnummer; auftragsnr; paket .. nicht|beschädigt|angekommen|leer|weg|zugestellt; sendung .. nicht|weg|verloren|seit|hängt; sendungsnummer; sendungsverfolgung; falsch|falsche|falschen|falsches|beschädigt|nicht|unvollständig geliefert;
      nicht angekommen; warte|warten .. noch|seit|vergeblich|schon|immer; niemand .. gekommen|erschienen|aufgetaucht|kam; nicht erschienen; ersatzlieferung; umtausch*; reklam*; garantiefall; gewährleistung; seriennummer; ticketnummer; vorgangsnummer; transportschaden; kam .. beschädigt|kaputt|zerbrochen|falsch; lieferverzug; zugestellt`,
    facts: ['blocked'],
  },
  {
    says: 'disputes money',
    phrases: `abgebucht; abbuchung*; abgezogen; doppelt .. berechnet|bezahlt|gezahlt|belastet|rechnung|abgerechnet; zweimal|dreimal .. berechnet|bezahlt|belastet|rechnung|eingezogen; eingezogen; erstattung*; rückerstattung*; erstatten|erstattet; zurückerstatt*; rückzahlung; geld .. zurück; zurückgebucht; zurückbuchen; gutschrift*; rechnung .. falsch*|stimmt|stimmen|fehler*|hoch|höher|doppelt; rechnungsfehler; falsche rechnung; zu viel|zuviel .. berechnet|bezahlt|gezahlt|belastet; überzahlung;
      abrechnungsfehler; falsch abgerechnet; mahnung .. obwohl|trotz|bekommen|erhalten|bezahlt; kreditkarte .. belastet; obwohl .. bezahlt|gezahlt|gekündigt; bereits|längst|schon bezahlt|gezahlt|überwiesen; lastschrift .. zurück|doppelt|falsch|trotz; weiterhin|trotzdem .. berechnet|belastet; bucht|buchen|buchten .. ab; abbuchen .. zweimal|doppelt; von der karte .. gezogen; betrag .. zweimal|doppelt; kaution .. zurück|nicht|warte; aufladung .. nicht; mahnungen; buchen sie .. zurück; runter vom konto`,
    facts: ['billing', 'blocked'],
  },
  {
    says: 'cancels or threatens to leave',
    phrases: `kündigen|kündige|kündigung|kuendigen|kuendige|kuendigung; vertrag .. beenden|auflösen|raus|beendet; abo|abonnement|mitgliedschaft .. beenden|kündig*; konto|account .. schließen|auflösen; zur konkurrenz; zum wettbewerb; wechseln .. anbieter; anbieter .. suchen|umsehen; wechseln wir; suchen uns .. anderen|andere; letzte chance|warnung; letztes mal; woanders; sonst .. weg|raus|wechsel*; sind wir weg; bin ich weg; gehen wir .. zu|woanders; anderer|anderen|anderes anbieter|firma|dienstleister .. suchen|wechseln|bietet|macht; die konkurrenz; konkurrenz .. angebot|billiger|günstiger|aktion; vergleichsangebote; wechsle; wechsel .. empfehle|überlegen; überlegen .. gehen|kündigen|wechseln; wenn das so|nochmal .. weitergeht|passiert; wenn sich .. ändert|bessert|tut; war's|wars das; ziehen wir .. weg; anderswo; jemand anderen|anderem; suchen wir uns; warum .. bleiben sollen; melde ich mich ab; verlängere ich nicht; ernst gemeint`,
    facts: ['churn-risk', 'blocked'],
    deniable: true,
  },
  {
    says: 'complains about the service',
    phrases: `storno|stornieren|storniere|stornierung; widerrufe; unzufrieden; nicht zufrieden; verschlechtert; zum dritten|vierten|fünften|zweiten|wiederholten|letzten|# mal; dritte|vierte|fünfte|zweite mail|nachricht|anfrage|beschwerde|mal|ausfall|versuch|woche; niemand|keiner .. antwortet|reagiert|meldet|ruft|erreichbar|ran|zuständig|kümmert; keine antwort|reaktion|rückmeldung; enttäuscht; enttäuschend; frechheit; unverschämt*; inakzeptabel; nicht akzeptabel|hinnehmbar; unzumutbar; katastrophal*; beschwerde; beschweren; beschwere; nie wieder; schlechte bewertung; ein stern; geduld; es reicht; reicht es; reicht's; vertröstet; abzocke; nase|schnauze|faxen voll; verärgert; stinksauer; versprochen; zugesagt`,
    facts: ['blocked'],
  },
  {
    says: 'is a customer already',
    phrases: `seit dem|ihrem|eurem|der|ihrer .. update|besuch|reparatur|umstellung|wartung|einbau|umzug; seit gestern|heute; kundennummer; kundenkonto; unser|mein|unserem|meinem|unseren|meinen konto|vertrag|account|abo|abonnement|zugang|tarif; unserer|meiner anlage|instanz|lizenz|mitgliedschaft|heizung; als|langjähriger|zahlender|bestehender|treuer kunde; langjährige kundin|kunden; kunde|kunden|kundin bei ihnen|euch; kunden seit; bei ihnen|euch .. gekauft|bestellt|erworben|gebucht; gekauft; bestellt; ihr|ihrem techniker|monteur|fahrer|update|programm|portal; ihre|eure app|software|anlage;
      von ihnen geliefert|installiert|eingebaut|gekauft|montiert; nach dem|der .. update|reparatur|wartung|umstellung; immer noch; schon wieder; noch immer; neu gestartet; neugestartet; neu installiert; bildschirmfoto; nutzen .. seit|ihr|ihre; nutze .. seit|ihr|ihre`,
  },
  {
    says: 'says that all of it is down',
    phrases: `alles .. steht|tot|ausgefallen|lahm|dunkel; geht .. gar nichts|nichts mehr; nichts geht|läuft|funktioniert mehr; gar nichts mehr; totalausfall; komplettausfall; ausfall; ausgefallen; serverausfall; system|server|netzwerk|netz|internet|telefon|telefonanlage|website|webseite|shop|onlineshop|kasse|kassen|kassensystem|leitung|portal|anlage|plattform|cloud|api|telefone .. ausgefallen|tot|down|steht|stehen|offline|lahm|erreichbar|unerreichbar|komplett|weg;
      keiner|niemand .. arbeiten|einloggen|anmelden|rein|zugreifen|drucken|buchen|telefonieren; komplett .. tot|down|offline; lahmgelegt; liegt|legt .. lahm; kein strom|wasser|internet|netz; keine heizung; stromausfall; heizungsausfall; internetausfall; heizung .. ausgefallen|kalt|tot; erpress*; verschlüsselt; sämtliche|alle|beide|beiden|sämtlichen .. stehen|tot|aus|offline|schwarz|ausgefallen|down|zu; stehen|steht seit .. früh|uhr|nacht|morgen|heute; aufzug|aufzüge|fahrstuhl|lift .. steht|stehen|aus|tot|ausgefallen; ohne internet|telefon|wasser|strom|heizung|netz|funktion; kein|keine|keiner|keinem .. unserer|einzige|einziger; kein mensch; heizung .. aus; fehler|fehlercode 500|502|503; jede minute kostet; bleiben|bleibt schwarz|dunkel; geht .. seit .. nichts|keiner; seit .. tot|offline|dunkel`,
    facts: ['outage', 'standstill'],
  },
  {
    says: 'says that many are hit',
    phrases: `alle|allen .. filialen|standorte|standorten|mitarbeiter|mitarbeitern|kunden|kassen|kollegen|nutzer|rechner|arbeitsplätze|stationen|läden|schüler|bewohner|klassen|mieter|mandanten|märkte; bei allen; sämtliche*; ganze|ganzen|ganzes|gesamte|gesamten|gesamtes|komplette|kompletten .. büro|team|firma|abteilung|schule|betrieb|belegschaft|haus|filiale|praxis|lager|halle|station|etage|unternehmen|verwaltung|werk|klinik;
      keiner unserer|von|mehr|kann; niemand .. kann|mehr|hier; # leute|mitarbeiter|mann|kollegen|menschen .. stehen|warten|sitzen|drehen|trinken; kunden .. warten|stehen|beschweren|sauer; jeder kunde|kollege; jedem kunden; schlange; patienten; gäste .. warten|stehen; wartezimmer; mehrere kollegen|kunden|nutzer; unsere kunden`,
    facts: ['many-affected'],
  },
  {
    says: 'says that business stands still',
    phrases: `stillstand; stillsteht; produktion|band|linie|betrieb|lager|werk|küche|baustelle|halle|fertigung|versand|verkauf .. steht|stehen|still; steht|stehen .. still; können|kann .. nicht|nichts .. arbeiten|verkaufen|liefern|kassieren|versenden|abrechnen|ausliefern|produzieren; nicht arbeiten; nichts verkaufen; verlieren .. geld|kunden|umsatz|aufträge; umsatzausfall; jede|pro stunde|minute kostet; nach hause geschickt; auf papier; zettel und; von hand .. schreiben|rechnen; schließen müssen; gefahr; gefährlich; lebensgefahr; evakuier*; gasgeruch; arbeitsunfähig; drehen däumchen`,
    facts: ['standstill'],
  },
  {
    says: 'has lost data',
    phrases: `datenverlust; daten|dateien|datensätze|einträge|buchungen|dokumente|aufträge|akten|kundendaten|termine .. weg|verschwunden|verloren|gelöscht|futsch|überschrieben|leer; alles|alle|sämtliche .. weg|gelöscht|verschwunden|verloren|futsch; datenbank .. leer|weg|kaputt|gelöscht; versehentlich .. gelöscht; backup|sicherung|datensicherung .. einspielen|wiederherstellen|zurück*|leer|fehl*|kaputt; wiederherstellen; wiederherstellung; papierkorb; spurlos`,
    facts: ['data-loss'],
  },
  {
    says: 'reports a breach',
    phrases: `datenleck*|datenpanne|datenschutzvorfall|datenschutzverletzung|datendiebstahl; sicherheitslücke*|sicherheitsvorfall|sicherheitsproblem; schwachstelle*; gehackt*; hackerangriff; hacker; cyberangriff; geleakt; fremde|fremden|fremder|fremdes .. daten|kunden|rechnungen|rechnung|namen|zugriff|patienten|akten|konto|login|ip; daten|rechnungen|akten|befunde anderer|fremder|von anderen; andere|anderer|anderen .. kunden|firmen|patienten|mieter|firma .. sehen|sieht|sichtbar|daten|rechnungen; sehen|sieht|sehe .. daten|rechnungen|akten .. von|anderer|fremder|fremden;
      unbefugt*; unberechtigt*; ohne passwort|anmeldung|login|kennwort .. zugänglich|einsehbar|abrufbar|erreichbar|sehen|aufrufen; öffentlich .. einsehbar|zugänglich|abrufbar|erreichbar|sichtbar|netz; gestohlen*; geklaut*; kompromittiert*; trojaner; verschlüsselungstrojaner; angreifer; darknet; verdächtige anmeldung*|zugriffe; it sicherheit; penetrationstest; lösegeld*; sicherheitsforscher*; passwörter|passwörtern .. forum|zeilen|klartext|netz; offen .. im netz; patientendaten|kundendaten|kundendatenbank|bewerberdatenbank|patientenliste|kundenliste|datenbank .. offen|netz|verkauf*|verkauft|abrufbar|auffindbar; betrugsmails; phishing; phishingmail*; ihrem|eurem namen .. mail|mails; mail in ihrem|eurem; dateien .. umbenannt|verschlüsselt; jemand|unbekannter|unbekannte|irgendwer .. eingeloggt|angemeldet|heruntergeladen|verschickt|zugriff|angelegt; wir waren das nicht; offene datei; kundendatensätze; passwörtern; loggt .. jemand; firmenkonto|adminkonto|geschäftskonto|konto|system .. eingeloggt|angemeldet; unbekannt* .. überweisungen; überweisungen .. unbekannt*; anmeldung .. nicht von mir; geldforderung; andere endung; daten einer anderen; lücken meldet|melden; ohne passwort; fremder leute; fremde befunde|arztbriefe|verträge; suchmaschine auffindbar; bitcoin .. zahlen|adresse`,
    facts: ['breach', 'security'],
  },
  {
    says: 'reports mailing or charging that runs away',
    phrases: `mails|rechnungen|sms|nachrichten|mahnungen .. an alle|jeden; an alle kunden|kontakte|unsere; verschickt|versendet|schickt .. alle|ununterbrochen|dauernd|ständig|immer; bucht .. ständig|immer|weiter|alle|jede; hört nicht auf; im minutentakt; dauerschleife; endlosschleife; schleife; wie stoppen; sofort stoppen`,
    facts: ['mass-damage'],
  },
  {
    says: 'asks how something works',
    phrases: `wie kann|können|muss|stelle|ändere|füge|lösche|richte|mache|bekomme|lege|exportiere|finde|setze|komme|geht|schalte|drucke|trage ich|man|wir|das; wo kann|finde|stelle|ändere|sehe|stellt|findet|finden|trage|lade ich|man|wir; kann ich|man .. einstellen|ändern|exportieren|abschalten|umstellen|ausschalten|hinzufügen|importieren|deaktivieren|löschen|verschieben; anleitung; bedienungsanleitung; handbuch; menüpunkt; einstellung|einstellungen; was bedeutet; gibt es .. möglichkeit|einstellung|funktion|trick|tastenkürzel|anleitung; tastenkombination; lässt sich .. einstellen|ändern|abschalten|umstellen|exportieren`,
    facts: ['how-to'],
  },
  {
    says: 'reports a blemish',
    phrases: `tippfehler; rechtschreibfehler; schreibfehler; kleinigkeit; schönheitsfehler; kosmetisch*; nichts schlimmes|wildes|dramatisches|dringendes; nicht schlimm|dramatisch|tragisch|weiter schlimm; nur ein|als hinweis; kleiner hinweis; zur info|kenntnis|information; nur minimal; nervig; unschön; kein drama|beinbruch|weltuntergang; nebenbei; stört nicht; fällt nur auf; verrutscht`,
    facts: ['minor'],
  },
  {
    says: 'makes a routine request as a customer',
    phrases: `neue|neuen|geänderte adresse|anschrift|bankverbindung|rechnungsadresse|rechnungsanschrift|iban; adresse .. geändert|ändern|aktualisieren; adressänderung; umgezogen; umfirm*; rechnungskopie; rechnung|rechnungen .. nochmal|nochmals|einmal|erneut|kopie|zusenden|zuschicken|herunterladen; kopie .. rechnung|rechnungen|vertrags; duplikat; zweitschrift; ansprechpartner .. geändert|neuer; bescheinigung; jahresrechnung; rechnungsadresse|rechnungsanschrift .. ändern|anpassen; ust id`,
    facts: ['routine'],
  },
  {
    says: 'asks for an invoice or a receipt',
    phrases: `rechnung|rechnungen .. nochmal|nochmals|einmal|erneut|kopie|herunterladen|zusenden; kopie .. rechnung|rechnungen; rechnungskopie; rechnungsadresse; rechnungsanschrift; jahresrechnung; zahlungserinnerung .. bekommen|erhalten|obwohl|trotzdem`,
    facts: ['routine', 'billing'],
  },
  {
    says: 'says it is solved',
    phrases: `erledigt; geklärt; gelöst; funktioniert|geht|läuft|klappt .. wieder; wieder .. funktioniert|geht|läuft|online; fehlalarm; falscher alarm; entwarnung; unser|mein fehler; selbst|selber gefunden|gelöst|hinbekommen|gefixt; ticket .. schließen|geschlossen; geschlossen werden; gegenstandslos; lag an uns|mir; doch noch gefunden; vergessen sie .. mail|nachricht|anfrage`,
    facts: ['resolved'],
    deniable: true,
  },
]
