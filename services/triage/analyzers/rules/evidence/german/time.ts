import type { Evidence } from '../evidence.ts'

/** Phrases for urgency and calls. The module for dates finds days and periods. */
export const TIME: readonly Evidence[] = [
  {
    says: 'puts it off to a far day',
    phrases: `irgendwann mal|einmal|später; ferner zukunft; langfristig; eines tages; wenn ich .. groß|rente|reich; frühestens übernächstes`,
    facts: ['far-off'],
  },
  {
    says: 'says that it hurries',
    phrases: `dringend|dringende|dringender|dringendst|dringlich; eilig; eilt; eilsache; schnellstmöglich*; schnellstens; so schnell|bald|rasch wie|als möglich; schnell wie möglich; möglichst schnell|bald|rasch|zeitnah|umgehend; umgehend; sofort; unverzüglich; zeitdruck; brennt; pressiert; notfall; schleunigst; baldmöglichst; baldigst; ehestmöglich; zeitkritisch; auf die schnelle`,
    facts: ['urgent'],
    deniable: true,
  },
  {
    says: 'asks to be called at once',
    phrases: `rufen|ruft|ruf|rufe .. heute|sofort|gleich|jetzt|umgehend|dringend|schnellstmöglich|noch|vormittag|nachmittag; rückruf .. heute|sofort|dringend|gleich|umgehend|noch|vormittag|nachmittag; heute|sofort|umgehend|dringend|gleich|schnellstmöglich .. zurückrufen|anrufen|rückruf|telefonieren|anruf|zurückruft|anruft; sofort|heute melden; hebe .. ab; telefonisch erreichbar; erreichen mich .. unter|handy|jederzeit; anruf genügt; warte|warten auf .. anruf|rückruf; jemand .. zurückrufen|anrufen|zurückruft`,
    facts: ['contact-now'],
    deniable: true,
  },
  {
    says: 'asks not to be phoned',
    phrases: `nicht anrufen|telefonisch|telefonieren|zurückrufen; rufen|ruft .. nicht an; anrufen .. nicht|zwecklos; keine anrufe|telefonate|rückrufe|telefonischen; kein anruf|rückruf|telefonat; ohne anruf|telefonat; nur|ausschließlich|lieber|bevorzugt|besser per|via|schriftlich e|mail|email; nur|ausschließlich|lieber|bevorzugt schriftlich; per|via mail|email .. lieber|reicht|genügt|nicht telefon*; mail|email|schriftlich reicht|genügt; anrufe .. nicht|vermeiden; telefonieren .. nicht|ungern|schlecht; ans telefon .. nicht|kann; nicht ans telefon`,
    facts: ['no-calls'],
  },
  {
    says: 'says that it does not hurry',
    masks: true,
    phrases: `nicht|nichts dringend|dringendes|eilig|eiliges; nicht so|besonders|wirklich|sehr|ganz|super|mehr|sonderlich|allzu dringend|eilig; eilt .. nicht; keine|ohne eile; hat .. zeit; wenn sie|ihr|mal .. zeit|luft|gelegenheit|dazu; wenn's .. passt|geht; wenn es .. passt; bei gelegenheit; in ruhe; kein|keinen stress|druck|zeitdruck; keine hektik|hetze|dringlichkeit; sich zeit; kann .. warten; drängt .. nicht; nicht zeitkritisch; niedrige priorität; pressiert .. nicht; brennt .. nicht|nichts; nicht heute|sofort sein; irgendwann .. reicht|genügt`,
    facts: ['no-rush'],
  },
]
