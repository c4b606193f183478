import type { Evidence } from '../evidence.ts'

/** Phrases of people who want neither to buy, nor support, nor a job. */
export const OTHER: readonly Evidence[] = [
  {
    says: 'is from the press',
    phrases: `jornalista|jornalistas; sou|nosso|nossa|um repórter; redação|redacção .. jornal|revista|portal|o|a|do; jornal .. regional|da|do|de|publicamos|publica|matéria|peça; revista .. especial|entrevista|reportagem|preparo|edição|matéria|semanal; reportagem|reportagens; matéria .. sobre|sai|publicar|jornal|entrevista; peça sobre; preparo|preparamos|escrevo|publicamos|publicaremos|publica|escrevendo .. artigo|reportagem|notícia|peça|especial|matéria|crónica|amanhã; pedido de entrevista; entrevista .. fundador|fundadora|diretor|diretora|dono|dona|rádio|podcast|revista|jornal|gravada; entrevistar .. fundador|fundadora|diretor|dono|dona|vocês; rádio .. entrevista|programa|emissão; fecho|fechamos|fechando .. edição|reportagem|matéria; canal de televisão; documentário; assessoria de imprensa; comunicação social; posicionamento|declaração .. reportagem|matéria|até; querem desmentir|comentar|reagir; vossa versão|reação; gazeta|portal .. publica|notícias; imprensa; podcast sobre; gravar .. episódio; em antena; rádio .. nosso programa; ouvintes; porta voz`,
    facts: ['press'],
  },
  {
    says: 'makes a legal or privacy request',
    phrases: `lgpd|anpd|cnpd; proteção de dados; dados pessoais .. conservem|guardam|apagar|cópia|exclusão|sobre|tratamento|têm|titular; meus dados .. apagar|apagados|excluam|eliminem|guardam|conservam|pessoais; exclusão dos meus; direito ao|de|à .. esquecimento|acesso|apagamento|eliminação|exclusão|oposição; excluam|exclusão|excluir|apaguem|apagar|apagado|apagado|apagamento|eliminem|eliminação|eliminar|removam|retirem|apagavam .. meu|meus|minha|dados|currículo|perfil|cv|imagem|foto; consentimento; encarregado de .. dados; titular dos dados; o advogado do; escritório|sociedade de advocacia|advogados; notificação .. tribunal; aos tribunais; tribunais|juizado|vara; processo judicial; ação|medidas judicial|judiciais; sob pena de .. ação|recurso|procedimento|medidas; mandatária|mandatário|interpelo|interpelar; em nome do|da .. cliente|constituinte; na qualidade de .. advogado|advogada|mandatária; notificação .. extrajudicial|audiência|judicial; notificação extrajudicial; audiência; intimação|intimado|citação; ofício nº|#|requisita; inspeção|inspetor|fiscalização .. do|trabalho|sanitária|tributária|municipal|visita|geral; ministério|procuradoria .. público|solicita|requer; polícia .. civil|judiciária|federal|solicita|investiga; autoridade de|do|tributária|nacional; serviço de finanças; receita federal; vigilância sanitária; sindicato; marca registada|registrada; direitos autorais; direito|direitos de autor|imagem; propriedade intelectual; artigo #; infração|infringe|coima; no prazo legal; queixa à|na|ao|formal; como|sou testemunha; minha imagem`,
    facts: ['legal'],
  },
  {
    says: 'proposes a partnership',
    phrases: `parceria|parcerias; como parceiros|parceira|parceiro; colaboração|colaborar .. entre|convosco|proposta|juntos; cooperação; protocolo .. entre|de|interessa|colaboração; interessa .. protocolo; propor .. protocolo|parceria|colaboração|convênio; dividindo|dividir a receita; sorteio juntos; fazer .. juntos; trabalhar em conjunto; integração entre .. dois|nosso|nossos; clientes em comum; clientes nossos e; convida a vossa empresa; missão empresarial; sinergia|sinergias; unir forças`,
    facts: ['partner'],
  },
  {
    says: 'offers to buy or merge with the company',
    phrases: `comprar|adquirir|aquisição .. vossa|sua|da empresa|negócio; comprar a|o empresa|negócio|ponto de vocês; vender a|o empresa|negócio; vendem|trespassam o|a negócio|empresa|loja; uma|a fusão; fundir; trespasse; acionistas`,
  },
  {
    says: 'asks for research or study',
    phrases: `tese|dissertação|mestrado|doutorado|doutoramento|tcc|monografia; trabalho .. faculdade|curso|escolar|conclusão; investigação|pesquisa .. universidade|sobre|académica|acadêmica|mestrado|científica; pesquisador|pesquisadora|investigador|investigadora; inquérito|questionário .. minutos|responder|preencher|anónimo|anônimo|adjunto|sobre; estudo .. universidade|sobre como|académico|acadêmico; estudante|estudantes .. trabalho|entrevista|mestrado|pesquisa|universidade|perguntas; visita de estudo|escolar; museu|arquivo|biblioteca .. exposição|procura|história|municipal; historiador|historiadora; meus alunos .. visitar|visita`,
  },
  {
    says: 'asks for a favour or a donation',
    phrases: `doar|doação|doações|donativo|donativos; patrocinar|patrocínio|patrocínios|patrocinador|patrocinadores; rifa|quermesse|bingo|sorteio|cabaz .. beneficente|escola|paróquia|igreja|associação|solidário; festa junina|popular; festa da paróquia|escola|igreja; banco alimentar; banco de alimentos; sem fins lucrativos; ong; instituição de solidariedade; palestra .. alunos|dar|jovens|convidar|escola; dar uma palestra; orador|palestrante; emprestar|emprestam|emprestem|ceder .. sala|cadeiras|mesas|espaço|carrinha|tenda; mentoria; deixar .. folhetos|cartazes`,
  },
  {
    says: 'is not a customer',
    phrases: `não sou|somos .. cliente|clientes|paciente|comprador; nem .. cliente; nunca .. cliente|comprei|contratei; não quero|pretendo .. comprar|vender nada; vizinho|vizinha; moro|vivo .. frente|lado|cima|baixo|ao; camião|caminhão|carrinha|van|letreiro|poste|alarme|placa|obra de|da|vosso|vossa .. vocês|empresa|bloqueia|riscou|bateu|estaciona|para|toca; vosso|vossa camião|carrinha|letreiro|alarme|poste|obra|caçamba; frente .. minha|meu garagem|portão|entrada|garagem; passava|passei em frente`,
  },
  {
    says: 'sends a supplier’s invoice',
    phrases: `nossa fatura; segue|junto|enviamos|anexo|remetemos .. nossa|fatura|boleto|nota .. anexo|fornecimento|referente|relativa; vossa conta corrente; extrato de conta; por regularizar|liquidar; em atraso .. fatura|nossa; agradecemos .. liquidação|pagamento; vencimento a # dias; somos .. vosso fornecedor; nossa nota fiscal; nota fiscal .. nosso fornecimento|serviços prestados`,
    facts: ['billing'],
  },
  {
    says: 'asks about lost property or a person',
    phrases: `esqueci|esqueceu|deixei|perdi|perdemos|esquecemos .. guarda|chapéu|casaco|bolsa|mala|carteira|óculos|celular|telemóvel|mochila|cachecol|ursinho|anel|no|na; perdidos e achados; achei|encontrei|encontrámos|encontramos .. carteira|chave|chaves|telemóvel|celular|anel|bolsa|cachorro|cartão|pasta|mala; trabalhou .. aí|convosco|vocês|vossa; referências .. profissionais|sobre; chegou|recebemos|deixaram|vieram|entregaram .. por engano|errada|errado; correspondência; vosso antigo número; número antigo .. vocês`,
  },
  {
    says: 'wants off a mailing list',
    phrases: `tirem|tire|retirem|removam|remova|excluam|apaguem .. lista|listas|mailing|newsletter; tirem|tire|retirem|removam me .. lista|dessa|da; parem|pare de .. enviar|mandar|ligar; não .. mais emails|mensagens|promoções|publicidade|newsletters; não quero .. receber; nunca me inscrevi|cadastrei; cancelar .. newsletter|lista|receber; descadastrar|descadastrem|descadastro; sair da lista; lista de .. promoções|emails|email|distribuição`,
    masks: true,
  },
  {
    says: 'is too vague to tell',
    phrases: `tenho uma pergunta|dúvida|questão; uma dúvida|pergunta; entrem|entre|entrar em contato|contacto; me liguem|contactem; com quem .. falo|posso|falar|combinamos|conversamos; quem .. dirijo|contactar; quem devemos contactar; mais informações; queria|quero|preciso|gostaria .. informações|informação; informações por favor`,
  },
  {
    says: 'thanks or praises',
    phrases: `obrigado|obrigada|grata|grato por|pela|pelo|pelas .. tudo|ajuda|atendimento|paciência|carinho|rapidez|trabalho|serviço|visita; muitíssimo obrigado|obrigada; só queria|quero|passei .. agradecer|dizer|elogiar|obrigado|parabenizar; queria|quero|gostaria .. agradecer|elogiar|parabenizar|felicitar|dar; agradecer a|o|à moça|equipe|equipa|todos|senhora|menina; parabéns .. pelo|pela|equipe|equipa|trabalho|atendimento|vocês; excelente|ótimo|bom|óptimo trabalho|atendimento|serviço|produto; merece aumento|prémio|prêmio; melhores .. cidade|mundo|sempre; muito .. satisfeito|satisfeita|contente com; adorei|adoramos|adorámos|amei; que .. delícia|maravilha; delicioso|deliciosa; continuem assim; feliz natal|ano; boas festas; vocês são|sois .. melhores|demais|incríveis|ótimos; gente assim; um abraço|bem haja; nota dez`,
    facts: ['thanks'],
    deniable: true,
  },
  {
    says: 'was meant for someone else',
    phrases: `número|pessoa|conversa|endereço|chat errado|errada; mandei errado; enganei me; enganei no; foi engano; recebemos .. por engano; não era para|pra vocês|ti|você|vós; mãe|mamãe|pai .. compra|chego|já|estou|vou|traz|liga|disse; meu amor; amor traz|compra|chego|vou|já; amor; querida|querido .. traz|compra|chego; filho|filha .. traz|compra|liga; vó|avó|tia .. já|compra|feliz; te amo; beijos|beijinhos|bjs; compra|traz .. pão|leite|ovos|coentros; chego tarde .. casa|jantar; já saí da; buscar me; cadê vc|você|voce; não somos a empresa; era para a prefeitura; errei o|de endereço|número`,
    facts: ['misdirected'],
  },
  {
    says: 'is an automatic reply',
    phrases: `resposta automática; fora do escritório; ausência temporária; estarei|estou|encontro .. férias|ausente|fora .. até; mensagem automática; mensagem .. não .. entregue; não será reencaminhado|encaminhado; licença .. maternidade|paternidade .. até`,
    facts: ['automatic'],
  },
]
