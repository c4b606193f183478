import type { Evidence } from '../evidence.ts'

/** Phrases for urgency. Dates and weekdays are resolved elsewhere. */
export const TIME: readonly Evidence[] = [
  {
    says: 'puts it off to a far day',
    phrases: `para o ano; coisa de .. anos; um ano ou dois; um dia .. ainda|talvez|hão; algum dia; quando .. reformar|aposentar|loteria|lotaria|ganhar|grande|crescer|crescermos|acabarmos|tiver|decidirmos; mais para a frente; mais pra frente; no futuro; para o futuro; depois das eleições; só em #; este ano não; só ano`,
    facts: ['far-off'],
  },
  {
    says: 'says that it hurries',
    phrases: `urgentíssimo|urgentíssima; é|com|muito|muita|máxima|a urgência; urgência; o|mais .. rápido|depressa|cedo possível; quanto antes; quanto mais .. melhor; imediatamente; de imediato; agora mesmo; com pressa|brevidade; tenho|temos|estou|estamos .. pressa; é|uma|numa emergência; emergência; socorro; pra ontem; para ontem; sem falta; já por favor; já e já; com máxima .. brevidade; não .. pode|podemos|posso .. esperar`,
    facts: ['urgent'],
    deniable: true,
  },
  {
    says: 'asks to be called at once',
    phrases: `liguem|ligue|liga|ligar|telefonem|telefone|ligassem|contactem|chamem|ligam .. hoje|agora|já|amanhã|urgente|imediatamente|tarde|manhã|antes|#; me|nos liga|ligue|liguem|ligar|chama|chame|chamem .. hoje|agora|já|amanhã|#|zap|whatsapp; liguem me|nos|já; liga|ligue me; podem|pode|poderiam .. ligar me|nos|hoje|agora|amanhã; aguardo|espero|esperamos .. ligação|chamada|telefonema|contato hoje; falar .. hoje|agora|amanhã .. telefone|alguém; telefonem me|já|hoje`,
    facts: ['contact-now'],
    deniable: true,
  },
  {
    says: 'asks not to be phoned',
    phrases: `não .. liguem|ligue|ligar|ligarem|liga|telefonem|telefonar|telefone; não me liguem|ligue; sem ligações|chamadas|telefonemas|ligar; só|somente|apenas|unicamente .. por email|mail|escrito|mensagem|whatsapp; prefiro|preferimos .. email|mail|escrito|mensagem|whatsapp; por telefone não; de preferência por email|escrito|mensagem; nada de ligações|chamadas|telefonemas; não .. atendo|posso|consigo .. telefone|chamadas|ligações`,
    facts: ['no-calls'],
  },
  {
    says: 'says that it does not hurry',
    masks: true,
    phrases: `sem .. pressa|pressas|urgência|correria|stress; não .. pressa|urgente|urge|urgência|corre; nada urgente; não é preciso correr; nenhuma|zero pressa|urgência; quando puderem|puder|der|quiserem; quando .. tiverem|tiver|houver|sobrar .. tempo|tempinho|bocadinho|oportunidade|vaga; quando .. der|jeito|conveniente; quando vos|lhes der|convier; com calma; sem correr; pode esperar; não é prioridade|prioritário; baixa prioridade; ninguém tem pressa; há tempo; ainda há tempo; com tempo`,
    facts: ['no-rush'],
  },
]
