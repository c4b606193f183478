import type { Evidence } from '../evidence.ts'

/** Phrases of people who want to work for us. */
export const JOB: readonly Evidence[] = [
  {
    says: 'applies for work',
    phrases: `meu|o currículo|cv; segue .. currículo; currículo|currículos .. vaga|anexo|para|pra|segue; minha|a candidatura; candidatura|candidaturas .. espontânea|vaga|para|processo; candidatar|candidato|candidatei .. me|à|a|vaga; me candidato|candidatar; candidatei me; concorrer à vaga; processo seletivo; processo de recrutamento; entrevista de emprego|trabalho; carta de apresentação|motivação; recrutamento`,
  },
  {
    says: 'asks for a vacancy',
    phrases: `vaga|vagas .. de|para|pra|aberta|emprego|aí|trabalho; tem|têm|há|existe vaga|vagas|emprego; procuro|procurando|busco .. trabalho|emprego|estágio|vaga; precisam|precisando|precisarem .. de|alguém|gente|funcionário|ajudante|motorista|cozinheiro|empregada; estão .. contratando|precisando|recrutar|contratar|admitindo; contratam .. pessoa|gente|alguém; trabalhar com|aí|para|na|no vocês|vossa|vosso|empresa|loja; quero trabalhar; part time|meio período; oferta|ofertas de emprego|trabalho; fico sem emprego; fazer parte .. equipe|equipa; colaborar com a vossa`,
    deniable: true,
  },
  {
    says: 'looks for a placement',
    phrases: `estágio|estágios; estagiário|estagiária .. em|de|vaga|procuro; estagiar; jovem aprendiz; menor aprendiz; de|vaga trainee; voluntariado|voluntário|voluntária; tcc .. empresa; aluno|aluna do|da .. ano|curso|escola; termo de estágio`,
    deniable: true,
  },
  {
    says: 'tells of their experience',
    phrases: `# anos .. experiência|prática|estaleiro|trabalho; experiência em|como|de|na|no|com; tenho .. experiência; sou .. formado|formada|técnica|técnico|licenciada|licenciado|certificada|recém; há # anos; há .. anos .. casa|limpezas|no; trabalhei .. anos|como|em|na|no|muitos; disponibilidade .. imediata|para|total|horas|horário; disponível para; carta de condução|ligeiros|apresentação; carteira assinada|b|d; pontual; referências .. de|senhoras; meu portfólio; pretensão salarial; salário|ordenado; posso começar|confirmar; inglês fluente; recém formada|formado; cansada|cansado de ouvir`,
  },
  {
    says: 'offers themselves as a freelancer',
    phrases: `freela|freelas; sou .. freelancer|autônomo|autônoma|independente; redator|designer|fotógrafo|fotógrafa|tradutor|tradutora freelancer; trabalho .. por conta própria; recibos verdes; pj .. valor|hora; meu valor hora; se precisarem .. de|alguém|tradutor|fotógrafo; oferecer .. meu|meus trabalho|serviços; ofereço .. meus serviços; cá estou`,
  },
]
