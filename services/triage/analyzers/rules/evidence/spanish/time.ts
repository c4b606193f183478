import type { Evidence } from '../evidence.ts'

/** Phrases for urgency. Dates and weekdays are resolved elsewhere. */
export const TIME: readonly Evidence[] = [
  {
    says: 'puts it off to a far day',
    phrases: `el otro año; un año o dos; algún día; cuando .. jubile|lotería|grande|mayor|gane|crezcamos|seamos|case; más adelante; en un futuro; no antes de .. año|años; otra vigencia; este año no; ni este año`,
    facts: ['far-off'],
  },
  {
    says: 'says that it hurries',
    phrases: `urgente|urgentes|urgentemente|urgentísimo; urge|urgencia|urgencias; con .. urgencia; lo antes posible; cuanto antes; la|mayor brevedad; inmediatamente; de inmediato; ya mismo; ahora mismo; enseguida; cuanto más rápido; lo más pronto|rápido; con premura; corre|mucha prisa; tengo|tenemos prisa|apuro; es emergencia; una emergencia; contrarreloj; sin falta; no .. puede|podemos esperar`,
    facts: ['urgent'],
    deniable: true,
  },
  {
    says: 'asks to be called at once',
    phrases: `llámame|llámenme|llámeme|llamadme|llámennos|llámenos|llamadnos|llamen|llámanos|llamarme|llamarnos|llame|márquenme|márcame .. hoy|ahora|ya|mañana|urgente|inmediato|tarde|antes|al|#; me|nos|alguien llama|llame|llaman|llamáis|llamen .. hoy|ahora|ya|mañana|tarde|#; llámame|llámenme|llamadme|llámennos|llámeme ya; pueden|podéis|podrían llamarme|llamarnos|llamar; espero|esperamos .. llamada; favor llamar|comunicarse; hablar hoy|ahora; hablar .. hoy mismo`,
    facts: ['contact-now'],
    deniable: true,
  },
  {
    says: 'asks not to be phoned',
    phrases: `no .. llamen|llame|llamar|llamarme|llaméis|llames|telefoneen|telefonear; nada de llamadas; sin llamadas|llamarme; solo|sólo|únicamente .. por correo|escrito|email|mail|mensaje|whatsapp; prefiero .. correo|escrito|email|mail|mensaje; por teléfono no; mejor por correo|escrito|email|mail`,
    facts: ['no-calls'],
  },
  {
    says: 'says that it does not hurry',
    masks: true,
    phrases: `sin|no .. prisa|prisas|apuro|afán|urgencia|agobio|agobios; no .. urgente|urge|apura|apremia|corre; nada urgente; cero apuro|prisa|prisas; ninguna prisa; cuando puedan|podáis|pueda|puedas|quieran|gusten; cuando .. tengan|tengáis|tenga|haya .. tiempo|rato|hueco|momento|minuto|chance; cuando .. venga bien; cuando les|os|le convenga|venga|quede; con calma; tómense|tomaos su|el tiempo; tranquilos; puede esperar; no es prioritario|prioridad; baja prioridad; hay tiempo; el día que`,
    facts: ['no-rush'],
  },
]
