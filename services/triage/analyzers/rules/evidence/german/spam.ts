import type { Evidence } from '../evidence.ts'

/** Phrases of mass advertising, fraud, and instructions to the classifier. */
export const SPAM: readonly Evidence[] = [
  {
    says: 'offers us search ranking or web work',
    phrases: `suchmaschinen*; google .. platz|seite|ranking|bewertungen|ganz|rezensionen; rankt; ihre webseite|website|homepage|internetseite|onlinepräsenz; ihrer website|webseite .. kunden|potenzial|besucher; sichtbarkeit; besucher .. webseite|website; mehr kunden|anfragen|leads|besucher|bewerber|patienten|buchungen|reichweite; neukundengewinnung; kundengewinnung; neukunden .. gewinnen|garantiert|monat; homepage .. erstellen|modern|veraltet|ab; bewertungen .. löschen|entfernen|positive; positive|negative|sterne bewertungen|rezensionen; gastartikel; gastbeitrag; onlinemarketing; online marketing; webagentur`,
    deniable: true,
  },
  {
    says: 'sells to us',
    phrases: `wir bieten|liefern ihnen|produzieren|fertigen|helfen|vermitteln|unterstützen unternehmen|firmen; bieten ihnen|wir; bieten .. unternehmen|firmen; unser unternehmen|sortiment; unsere agentur|dienstleistung*|experten|lösung|plattform; wir sind .. hersteller|spezialist*|führender|agentur|dienstleister|spezialisiert; spezialisiert auf; haben|hätten sie interesse; interesse geweckt; interessant für sie; kurzes gespräch|telefonat|kennenlernen|videotelefonat|webinar; kurzen austausch|call|termin; # minuten .. zeit|gespräch|telefon*; erstgespräch; gratis .. bericht|analyse|check|versand|muster|audit|erstberatung; kostenlose|kostenloses|kostenlosen|kostenloser .. analyse|beratung|muster|check|audit|bericht|webinar|strategie*; sonderangebot*; aktionspreis; sonderpreis; nur heute|noch wenige|für kurze;
      jetzt sichern|bestellen|buchen|zugreifen|anrufen|anmelden; sparen sie; steigern sie; adressdaten; firmenadressen; adressen .. entscheider*|unternehmen; entscheider*; günstige|faire|beste preise|konditionen; direkt vom|ab hersteller|werk; besuchen sie .. unsere|uns; garantierte*; zielgruppe; zeitarbeit; richtige|richtigen ansprechpartner; restposten; photovoltaik .. kostenlos*|sparen`,
    deniable: true,
  },
  {
    says: 'sends out mass mail',
    phrases: `antworten sie .. ja|stop|stopp; geehrter geschäftspartner|inhaber|webmaster; geehrte geschäftspartner|unternehmer; lieber freund; meine|meiner letzte|letzten|vorherige mail|nachricht; haben sie meine .. mail|nachricht; kurz nachhaken|nachfassen; nochmal nachhaken; auf ihre .. gestoßen; zum abmelden; abmeldung .. hier|klick*|link; werbeeinwilligung`,
  },
  {
    says: 'promises money',
    phrases: `kredit|kredite|sofortkredit|privatkredit|darlehen|geldgeber; kryptowährung*|krypto; geld .. verdienen|anlegen|vermehren; verdienen sie; verdiene .. zuhause|täglich|monatlich; nebenverdienst; nebeneinkommen; zusatzeinkommen; passives|passiv einkommen; rendite*; gewonnen; gewinnspiel; gewinner|gewinnerin; lotterie; lottogewinn; erbschaft; erbe von|in; erbin; schufa*; ohne bonitätsprüfung|sicherheiten; am|pro tag .. verdienen|gewinn; ausgelost; freispiele; auszahlung .. bereit|anfordern|gewinn; investieren sie; investition .. garantiert*|rendite; millionen .. euro|dollar|usd|überweisen; heimarbeit; hohe rendite; geschenkkarte`,
  },
  {
    says: 'tries to deceive',
    phrases: `ihr|ihre|ihrem konto|postfach|paket|domain|zugang|mailbox|passwort|sendung .. gesperrt|eingeschränkt|ablaufen|voll|abläuft|läuft|bestätigen|verifizieren|deaktiviert|zurückgehalten; bestätigen|verifizieren|aktualisieren sie .. daten|konto|identität|zahlungs*|passwort|zugang|zugangsdaten; klicken sie; öffnen sie .. anhang|datei|link|dokument; neue bankverbindung .. überweis*|zahlung*|gültig; kontodaten .. geändert|aktualisieren; zollgebühr*; zustellgebühr*; versandgebühr; inkasso .. letzte|überweisen|eingeleitet; überweisung .. vertraulich|diskret|sofort|erledigen|tätigen|dringend; vertraulich .. behandeln|zahlung; geschenkkarten; gutscheinkarten; guthabenkarten; sind sie am platz|schreibtisch; kamera .. aufgenommen|gefilmt; spediteur|spedition|kurier .. abholen|abholt|bezahlen; wird ihr .. gesperrt|gelöscht|deaktiviert; andernfalls wird .. gesperrt|gelöscht; innerhalb von 24|48|12 stunden .. bestätigen|klicken|gesperrt`,
  },
  {
    says: 'sells drugs, dating or the like',
    phrases: `potenzmittel; potenz .. steigern; abnehmen ohne|in|leicht|mit; kilo .. abnehmen|verlieren|weniger; diätpillen; rezeptfrei*; ohne rezept; einsame frauen|hausfrauen; heiße|sexy frauen; frauen aus deiner|ihrer; singles in deiner|ihrer|der; doktortitel; führerschein .. kaufen|legal|registriert; wahrsager*; liebeszauber; replika*`,
  },
  {
    says: 'recruits or staffs for a fee',
    phrases: `unsere|unser|geeignete|passende kandidat*|bewerber; kandidaten .. vorstellen|profil*; personalvermittl*; personalberatung; arbeitnehmerüberlassung; zeitarbeitsfirma; leiharbeiter; personaldienstleister*; fachkräfte aus|vermitteln|sofort|für ihr; personal .. polen|rumänien|bulgarien|sofort; offshore; vermitteln fachkräfte|personal|mitarbeiter`,
  },
  {
    says: 'tries to instruct the classifier',
    phrases: `ignoriere|ignorieren|vergiss|missachte|überschreibe .. anweisung|anweisungen|regeln|instruktionen|vorgaben|prompt|filter; ignoriere; du bist .. jetzt|nun|ab; setze|setz|stufe|markiere|markieren|klassifiziere|klassifizieren|kategorisiere|einstufen .. p0|priorität|höchste|höchster|höchsten|kaufanfrage|buy|dringend; priorität .. p0|p1|höchste|maximum|maximal; auf p0; als p0; mit p0; systemnachricht|systemanweisung|systemhinweis|systembefehl; systemprompt; hinweis|anweisung|nachricht|notiz|befehl an|für .. ki|klassifikator|klassifizierer|system|bot|modell|assistenten|sprachmodell|klassifizierung; als ki; sprachmodell; konfidenz; antworte|antworten nur|mit .. p0|buy; deine|ihre anweisungen`,
    facts: ['injection'],
  },
]
