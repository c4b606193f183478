import type { Evidence } from '../evidence.ts'

/** Phrases of buyers: a wish, a price, a quantity, a plan. The module for dates finds deadlines. */
export const BUY: readonly Evidence[] = [
  {
    says: 'asks for a price',
    phrases: `preis|preise|preisen|preises|preislich|preisliste|preisauskunft|preisübersicht|preismodell|preisvorstellung; kosten|kostet|kostete|kostenpunkt|gesamtkosten|lizenzkosten;
      rabatt*; mengenrabatt*; staffelpreis*; konditionen; tarife|tarifen|tarifübersicht; günstigste*; aufpreis; stundensatz|stundensätze; wie teuer; wie viel .. zahlen|bezahlen|nehmen; wieviel; was kost|nehmen|verlangen|verlangt|kostet's; kostet's; bieten sie .. an; durchrechnen; vergleichsangebot; pro monat|nutzer|arbeitsplatz`,
    facts: ['pricing'],
  },
  {
    says: 'asks for a quote or an offer',
    phrases: `angebot|angebote|angebots|angebotes; kostenvoranschlag*; kostenvoranschläge*; offerte|offerten; preisangebot*; angebotsanfrage; preisanfrage; ausschreibung*; leistungsverzeichnis*; angebotsabgabe; proformarechnung; kalkulier*; unterbreiten`,
    facts: ['pricing', 'concrete'],
  },
  {
    says: 'wants to buy',
    phrases: `kaufen|erwerben|bestellen|bestelle|abonnieren|buchen|anschaffen|beauftragen|mieten|dazubuchen|hinzubuchen|aufstocken|nachbestellen|upgraden|umsteigen; kaufinteresse; kaufabsicht; auftrag .. erteilen|vergeben|geben;
      interesse an; interessieren uns für; interessiere mich für; nehmen wir|die|das|# ; nehme ich; zu ihnen|euch .. wechseln|kommen; vertrag .. unterschreiben|abschließen|zuschicken|schicken; vertragsunterlagen; reservieren;
      können sie .. liefern|anfertigen|bauen|drucken|montieren|übernehmen|herstellen|einbauen; könnt ihr .. liefern|bauen|drucken|machen|übernehmen; dazu|hinzu buchen; lizenzen dazu`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'looks for a supplier',
    phrases: `brauchen|brauche|bräuchten|bräuchte|benötigen|benötige|benötigt; suchen einen|eine|ein|für|nach|jemanden|aktuell|derzeit|dringend|gerade|noch|wir|etwas; suche einen|eine|ein|für|nach|jemanden|aktuell|derzeit|dringend;
      auf der suche nach; anbieter gesucht; gesucht wird`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'asks what is on offer',
    phrases: `bieten sie|ihr; bietet ihr; haben sie .. auch|noch|sortiment|lager|vorrätig|angebot; habt ihr; gibt es .. auch|bei|möglichkeit|rabatt; macht ihr; machen sie auch; liefern sie|ihr; liefert ihr; verkauft ihr; vermietet ihr; vermieten sie; führen sie|ihr; geht das auch;
      unterstützen sie|ihr; unterstützt ihr; kompatibel; schnittstelle zu|für; unterschied zwischen; worin unterscheid*; welches paket|modell; welche variante|version|pakete; öffnungszeiten; geöffnet; vorrätig; im sortiment; lieferbar; seid ihr; übernehmen sie auch; funktioniert das .. mit|auch`,
  },
  {
    says: 'asks for a demonstration',
    phrases: `vorführung|vorführen|vorführtermin; demotermin|demozugang|demoversion|livedemo|produktdemo|onlinedemo; produktpräsentation|produktvorstellung; präsentation .. software|system|produkt*|lösung; zeigen sie uns|mir; uns|mir .. system|software|programm|produkt .. zeigen|vorstellen;
      zeigt uns|mir|ihr; zeigen lassen; einmal|mal .. zeigen|vorführen; vorgeführt; führt .. vor; live .. ansehen|anschauen|sehen; präsentation vor|bei|im`,
    facts: ['demo', 'concrete'],
  },
  {
    says: 'asks for a demonstration',
    phrases: `besichtigung; besichtigen; probefahrt; probesitzen; vor ort .. ansehen|anschauen|ausmessen|vorbei*; aufmaß; ausmessen; muster .. ansehen|zusenden|schicken|vorab`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of a trial',
    phrases: `testen; testzugang*|testzugänge; teststellung; testphase; testversion; testlizenz*; testkonto; testaccount; testmonat; testzeitraum; testwochen; probeabo; probeweise; probemonat; probelauf; probezugang; probephase; probeversion; ausprobieren; pilotprojekt; pilotphase; pilotbetrieb; pilotgruppe; evaluieren`,
    facts: ['trial'],
  },
  {
    says: 'compares suppliers',
    phrases: `vergleichen|vergleiche|vergleichsangebot*; mitbewerber*; wettbewerber*; konkurrenzangebot; aktueller|aktuellen|aktuelles|jetziger|jetzigen|derzeitiger|derzeitigen|bisheriger|bisherigen|bisherige|alten anbieter|dienstleister|lieferant*|system|software|vertrag|tool|programm;
      engere|engeren auswahl; alternative zu|zum|zur; umstieg von; wechsel von; andere|anderen|weitere|drei|zwei anbieter*; zweitangebot; anbietervergleich; anbieter .. wechseln|vergleich*; datenübernahme; altdaten; im vergleich`,
    facts: ['concrete'],
  },
  {
    says: 'counts seats or licences',
    phrases: `# lizenz|lizenzen|plätze|plätzen|nutzer|nutzern|nutzerinnen|benutzer|benutzern|arbeitsplätze|arbeitsplätzen|mitarbeiter|mitarbeitern|mitarbeitende|mitarbeitenden|mitarbeiterinnen|leute|leuten|personen|zugänge|anwender|anwendern|köpfe|mann|kollegen|angestellte|beschäftigte;
      # .. lizenzen|nutzer|plätze|mitarbeiter|arbeitsplätze|benutzer; lizenzen für; zusätzliche|weitere|mehr|noch lizenzen|lizenz|plätze|nutzer|zugänge; sind # leute; zu zweit|dritt|viert|fünft|sechst|siebt|acht|zehnt; team von|aus|mit # ; # köpfig*; # mann`,
    facts: ['concrete'],
  },
  {
    says: 'names a quantity',
    phrases: `# stück|stk|paletten|palette|kartons|kisten|flaschen|zimmer|gäste|gästen|portionen|meter|qm|quadratmeter|laufmeter|kubikmeter|tonnen|liter|exemplare|filialen|standorte|standorten|niederlassungen|fahrzeuge|fahrzeugen|autos|transporter|lkw|geräte|maschinen|kinder|kindern|erwachsene|nächte|rollen|säcke|platten|fenster|türen|räder|stühle|tische|bücher|broschüren|hemden|wohnungen|räume|kassen`,
    facts: ['concrete'],
  },
  {
    says: 'names a plan or a contract term',
    phrases: `pro|business|team|premium|basic|starter|enterprise|standard|profi paket|tarif|lizenz|abo|version; paket|tarif pro|business|team|premium|basic|starter|enterprise|standard|profi|s|m|l|xl; größere|größeren|nächsthöhere* paket|tarif|plan; jahreslizenz*|jahresvertrag|jahresabo|jahresabonnement|jahreszahlung; jährliche|jährlicher|monatliche zahlung|zahlweise|abrechnung|kündigung; rahmenvertrag*; wartungsvertrag; servicevertrag; vertragslaufzeit; mindestlaufzeit; monatlich kündbar;
      laufzeit von; # jahre laufzeit; auftragsverarbeitungsvertrag; großes|große|großen paket|version`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of renewing',
    phrases: `verlängern|verlängerung|verlängere; vertragsverlängerung; lizenzverlängerung; vertrag|lizenz|lizenzen|abo|abonnement|mietvertrag|jahreslizenz|wartungsvertrag .. läuft|laufen|endet|ausläuft|abläuft|aus; läuft .. vertrag|lizenz|abo|abonnement|mietvertrag; laufen .. lizenzen|verträge; erneuern .. lizenz*|vertrag|abo; ein|weiteres weiteres jahr`,
    facts: ['renewal', 'concrete'],
    deniable: true,
  },
  {
    says: 'has a budget or an approval',
    phrases: `freigegeben; freigabe .. budget|liegt|da|erteilt|steht|vom; genehmigt; bewilligt; abgesegnet; chef|chefin|geschäftsführung|vorstand|geschäftsleitung|gemeinderat|geschäftsführer|leitung .. zugestimmt|unterschrieben|entschieden|ok|okay|ja; zugestimmt; entscheidung .. gefallen|steht; wir .. entschieden|beschlossen; beschlossen; anzahlung;
      kostenrahmen; preisrahmen; preisobergrenze; maximal|höchstens|max .. €|euro|eur|chf|franken; nicht|kaum mehr|über .. €|euro|eur|chf; zur verfügung .. €|euro|eur; ausgeben .. €|euro; €|euro|eur .. ausgeben|budget; unterschriftsreif; sofort .. zahlen|bezahlen|überweisen|unterschreiben; fördermittel`,
    facts: ['decided'],
    deniable: true,
  },
  {
    says: 'has a date to meet',
    phrases: `eröffnung; eröffnen; eröffnet .. filiale|laden|wir; einweihung; hochzeit; hochzeitsfeier; messe; umzug; einzug; abgabefrist; angebotsfrist; stichtag; vorstandssitzung; gemeinderatssitzung; sitzung .. entscheid*; entscheiden wir|uns; entscheidung fällt; bis dahin; spätestens; gekündigt zum; firmenfeier; sommerfest; einschulung`,
  },
  {
    says: 'is only looking so far',
    phrases: `nur|bloß|erstmal|einfach .. informieren|umschauen|umsehen|orientieren|gucken|neugierig|überlegen|stöbern; unverbindlich informieren|anfragen|nachfragen|erkundigen; neugierig; neugierde; aus neugier|interesse; interessehalber; dem gedanken; überlegen ob|uns|gerade|derzeit|noch; überlege ob|mir|gerade|noch; irgendwann; eventuell; vielleicht; perspektivisch;
      noch nicht entschieden|sicher|konkret; nichts|noch konkretes; noch nichts; auf sie gestoßen|aufmerksam; von ihnen gelesen|gehört; infomaterial; informationsmaterial; erwägung; spielen .. gedanken; noch ganz am anfang`,
    facts: ['exploring'],
  },
  {
    says: 'needs nothing for now',
    phrases: `kein|keinen bedarf; projekt .. eingestellt|gestoppt|verschoben|gestrichen|eis|pausiert|geplatzt; auf eis; budget .. gestrichen|eingefroren|gekürzt|weg; anders|anderweitig|dagegen entschieden; gegen .. entschieden; melden uns .. wieder|selbst|dann; melde mich .. wieder|selbst|dann; kein handlungsbedarf; dieses jahr nicht|nichts|kein*; derzeit|momentan|aktuell|zurzeit nicht|nichts|kein geplant|nötig|bedarf|aktuell; nichts unternehmen; kein geld; nicht leisten; nicht mehr nötig; bleiben .. bei unserem|bisherigen|jetzigen`,
    facts: ['nothing-needed'],
  },
  {
    says: 'asks for reseller terms',
    phrases: `wiederverkäufer*; wiederverkauf*; weiterverkaufen; händlerkonditionen; händlerpreis*; händlerrabatt*; händlervertrag; händlerprogramm; fachhändler; vertriebspartner*; partnerprogramm; partnerkonditionen; einkaufskonditionen; vermittlungsprovision; reseller .. konditionen|werden|bedingungen|programm; systemhaus; händler werden; als händler; großhandelspreis*`,
    facts: ['partner'],
  },
  {
    says: 'asks before buying',
    phrases: `bevor wir|ich .. kaufen|kaufe|bestellen|bestelle|unterschreiben|unterschreibe|entscheiden|buchen|buche|zahlen|zahle|abschließen; vor dem kauf; vor der bestellung; vor vertragsabschluss; noch kein kunde; noch keine kunden|kundin; noch nicht kunde; interessent|interessentin; lieferzeit*; wie schnell .. liefern|lieferbar|kommen|können|geht; wann könnten|können sie .. anfangen|liefern|kommen|starten|beginnen; frühestens; serverstandort; wo .. server|daten .. stehen|liegen|gespeichert;
      noch plätze|termine|platz frei; freie plätze|termine|kapazitäten; termin .. frei; auf lager; versandkosten; neukunde; falls .. kaufen|bestellen|buchen`,
  },
]
