import type { Evidence } from '../evidence.ts'

const COUNTED =
  'licenças|licença|usuários|utilizadores|postos|pessoas|funcionários|colaboradores|agentes|atendentes|alunos'
const PRODUCT = 'sistema|plataforma|programa|ferramenta|módulo|produto|software|app|aplicativo|aplicação|funcionar'

/** Phrases of buyers: a wish, a price, a quantity, a plan, a deadline. */
export const BUY: readonly Evidence[] = [
  {
    says: 'asks for a price',
    phrases: `preço|preços|preçário; quanto .. custa|custam|custaria|custará|custar|fica|ficam|ficaria|ficava|sai|sairia|vale|cobram|cobra|cobrariam|levam|leva|pagaria; quanto é|seria|por|tá|está|o|a; quanto ao mês; por quanto; qto|qnto .. fica|custa|é|sai; qual .. valor|custo|tarifa|mensalidade|taxa; é quanto; que valores|valor; um|o|os|saber|qual|mensal|passa|passar|aproximado valor|valores por|para|pra|mensal|da|do|de;
      valor|valores mensal|aproximado|por; tabela de preços|valores; tarifário; custos|custo; orçado; mensalidade|anuidade; honorários; desconto|descontos; iva incluído|incluso; mais barato|em conta; dividir|parcela|parcelam|parcelar|parcelado; forma|formas de pagamento`,
    facts: ['pricing'],
  },
  {
    says: 'asks for a quote or an offer',
    phrases: `orçamento|orçamentos; orçar|orcem; cotação|cotações; cotar|cotem; proposta|propostas comercial|para|atualizada|definitiva|formal|final|económica|com|de; apresentar|apresentem|apresentação|enviar|enviem|mandar|mandem|mandam|manda|fazer|receber|solicitamos|pedimos|falta|precisamos|preciso|esperamos|vossa .. proposta|simulação; estimativa .. preço|custo|valor|custos; pregão; licitação; dispensa eletrônica; concurso público; o que nos propõem; faturado`,
    facts: ['pricing', 'concrete'],
  },
  {
    says: 'wants to buy',
    phrases: `comprar|comprá|compramos|compraria|compraríamos; contratar|contratá|contratamos; alugar; encomendar|encomendo; locação; adquirir;
      queremos|quero|queria|queríamos|gostaria|gostaríamos|gostava|gostávamos|pretendemos|pretendo .. reservar|pedir|ampliar|acrescentar|adicionar|agendar|instalar|aderir|assinar|fechar|marcar|mudar|passar|colocar|pôr|trocar|inscrever|matricular; queria|queríamos|quero|queremos um|uma|umas|uns|#|o|os|as; interessa|interessam .. plano|produto|serviço; interesse em .. comprar|contratar|plano|adquirir; fechar negócio|contrato|pedido|compra; fechamos .. com|vocês|hoje|amanhã; onde assino; como .. passo a pago; fico|ficamos com; fazer .. encomenda; conseguem|podem|poderiam .. instalar|entregar|fabricar|fornecer|vir|montar|atender; acrescentar|adicionar #; mandem o|lá contrato|circular`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'looks for a supplier',
    phrases: `procuro|procuramos; preciso|precisamos|precisava|precisávamos|precisaria|necessito; estou|estamos procurando; à procura .. de|dum|duma; falta|faltam #; preciso alugar; alguém que faça|arranje|venha; quem .. faça|conserte|venda; tô precisando|procurando; to precisando|procurando`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'asks what is on offer',
    phrases: `vendem; oferecem; fazem .. entregas|entrega|trabalhos|envio|envios|instalação|isso|desconto; alugam; aceitam; abrem; atendem; consertam; dispõem de; trabalham .. com|ao|aos|aí; têm|vocês têm|tem .. disponível|disponíveis|estoque|serviço|opção|plano|filial|horário|alguma|algum|versão|stock; há .. desconto|versão|opção|disponibilidade|estacionamento; dá para|pra .. pagar|integrar|ligar|usar; é possível; qual .. diferença; que .. inclui|incluem|opções|planos|modelos|tamanhos; quais .. planos|opções|horários|requisitos|condições|diferenças; compatível com; funciona com|em|sem|no; serve para|pra; inclui|incluem; abre .. domingo|sábado|sábados|domingos; horário de`,
  },
  {
    says: 'asks for a demonstration',
    phrases: `demonstração|demonstrações; ver|vê|visto|conhecer .. ao vivo; ver|conhecer .. em ação|acção; ver .. funcionar|funcionando; queremos|queria|queríamos|podemos|gostaria|gostaríamos|gostava|gostávamos|podia|podíamos|quero ver|conhecer .. ${PRODUCT}|apresentação; mostrar|mostram|mostrem|mostra|apresentar .. ${PRODUCT}|videochamada; apresentação .. sistema|produto|online|plataforma|programa; apresentação para|pra|à|ao; mostrem|mostrassem|mostrar|mostram .. módulo|ferramenta|programa|sistema; ver uma apresentação; visita técnica; test drive; ver isso|ele|ela .. funcionando|rodando`,
    facts: ['demo', 'concrete'],
  },
  {
    says: 'speaks of a trial',
    phrases: `teste grátis|gratuito|piloto; período experimental|de; período|conta|licença|licenças|acesso|versão|fase de teste|testes|experiência; versão gratuita|grátis|experimental; testar|experimentar .. antes|plano|${PRODUCT}|versão|grátis|dias|mês|semanas; teste .. # dias|semanas|meses|usuários|utilizadores|pessoas; teste para|pra #; mês|dias|semana|semanas grátis|experimental; mês|dias|semana|semanas de teste|graça; um|projeto piloto; piloto com|de; ativar|ativam|liberar|liberam|abrem .. teste|piloto|trial; dá para|pra testar|experimentar; podemos|posso testar|experimentar; experimentamos|experimentar antes; queremos|queríamos|queria|quero|gostava|gostaríamos testar|experimentar`,
    facts: ['trial'],
  },
  {
    says: 'compares suppliers',
    phrases: `comparando|comparar|comparamos; outras|outros|duas|dois|três|várias|vários propostas|orçamentos|fornecedores|cotações|empresas; fornecedor|sistema|programa|empresa|contabilista|contador|plataforma atual|actual; atual|actual fornecedor|empresa|sistema|programa|contabilista; trocar|mudar|trocamos de fornecedor|sistema|programa|contabilista|contador|plataforma; substituir|substituição .. sistema|programa|atual|gestão; hoje usamos; migrar|migração; concorrência .. preço|ofereceu|proposta; vocês e mais|outra|outro; lista final|curta; fornecedores`,
    facts: ['concrete'],
  },
  {
    says: 'counts seats or licences',
    phrases: `# ${COUNTED}|vendedores|motoristas|professores|operadores|técnicos|profissionais|vidas; # .. ${COUNTED}; licenças; utilizadores|usuários a mais; somos #; somos uns|umas #; equipa|time de #; umas #; mais # ${COUNTED}|linhas`,
    facts: ['concrete'],
  },
  {
    says: 'names a quantity',
    phrases: `# unidades|peças|caixas|paletes|garrafas|quartos|convidados|hóspedes|metros|lojas|filiais|escritórios|caminhões|camiões|carrinhas|dias|noites|quilos|toneladas|copos|cópias|exemplares|camisas|cadeiras|computadores|carros|viaturas|veículos|crianças|adultos|câmeras|câmaras|salas|andares|sacos|apartamentos|janelas|portas|uniformes|impressoras|notebooks|camas`,
    facts: ['concrete'],
  },
  {
    says: 'names a plan or a contract term',
    phrases: `plano pro|premium|plus|business|enterprise|starter|básico|profissional|empresa|empresarial|equipa|equipe|anual|mensal|familiar|avançado|ouro|prata; pagamento|contrato|assinatura|subscrição|faturação anual|mensal|trimestral; contrato .. # ano|anos|meses; contrato de manutenção|locação; versão profissional|empresarial; por volume; fidelização|fidelidade .. contrato|meses; apólice`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of renewing',
    phrases: `renovar|renová|renovamos; renovação|renovações .. contrato|licenças|licença|assinatura|plano|seguro; nosso|nossa|nossas|meu|minha .. contrato|licença|licenças|assinatura|subscrição|apólice .. vence|vencem|caduca|termina|expira|expiram|acaba; vence|caduca|termina .. nosso|nossa|meu|minha contrato|licença|assinatura|subscrição|apólice; prorrogar|prolongar .. contrato|licença|licenças`,
    facts: ['renewal', 'concrete'],
    deniable: true,
  },
  {
    says: 'has a budget or an approval',
    phrases: `orçamento .. aprovado|autorizado|disponível|liberado|cabimentado; orçamento de # .. €|euros|reais|mil|kwanzas|meticais; orçamento de|até r $ #; orçamento é|até|máximo #; orçamento # mil|euros; verba|verbas; cabimentou|cabimentado|cabimento; aprovado|aprovada|aprovou|aprovaram|aprovámos .. orçamento|diretoria|direção|compra|administração|conselho|#|ontem|hoje; financiamento .. aprovado; diretoria|direção|administração|chefe|patrão|sócios|conselho aprovou|liberou|autorizou|deu|disse .. sim|ok|grana|luz|aval|#; luz verde; ordem de compra; tenho|temos até r|# ; até r $ #; até # .. euros|mil|reais; pago|pagamos|paga hoje|amanhã|já|adiantado|antecipado|agora; pago o dobro; à vista; sinal .. hoje|pago|amanhã; assino|assinamos|assinaríamos`,
    facts: ['decided'],
    deniable: true,
    masks: true,
  },
  {
    says: 'has a date to meet',
    phrases: `inauguramos|inauguração|abertura; casamento; arraial; casamos; mudança; aniversário|formatura|batizado; conselho|comité|comitê|diretoria|administração|assembleia reúne|decide; decidimos|fechamos; data limite; prazo .. termina|encerra|acaba|fecha; até .. sem falta; antes que; começa dia`,
  },
  {
    says: 'is only looking so far',
    phrases: `só|somente|apenas .. olhando|curiosidade|espreitar|perguntando|saber|sondar|pesquisando|sonhando|informações; espreitar|espreitei; curiosidade; por enquanto|agora .. só|olhando|pesquisando; para já .. só|espreitar; talvez; quem sabe; se calhar; algum|um dia; estamos|estou|ando pensando|avaliando|ponderando|considerando|sondando|sonhando; pensar|ponderar em; ainda não .. decidimos|decidi; sem compromisso; sem compromissos; é só uma ideia; tentar perceber`,
    facts: ['exploring'],
  },
  {
    says: 'needs nothing for now',
    masks: true,
    phrases: `não precisamos|preciso .. nada; não .. temos|há|tenho|tem verba|dinheiro|orçamento|grana; por enquanto|agora não; este ano não; satisfeitos|satisfeito|contentes .. com|fornecedor|atual; guardo|guardei|guardamos|salvei|guardem .. contacto|contato|cartão|catálogo|site; ficou para o próximo|ano; adiado|adiada|adiamos|adiámos|congelado|congelada|suspenso .. projeto|projecto|obra|compra; projeto|projecto .. adiado|congelado|parado|suspenso; decidimos não; obrigado pela proposta; é um sonho; daqui uns anos; quando .. ganhar na; depois eu|volto`,
    facts: ['nothing-needed'],
  },
  {
    says: 'asks for reseller terms',
    phrases: `revender|revenda|revendas|revendedor|revendedores|revendedora; condições|margem|margens|desconto|comissão|tabela .. revenda|revendedores|distribuidor|distribuidores|lojistas|grossista; preço|preços|tabela .. revenda|atacado|grosso|lojista|distribuidor; distribuímos; somos distribuidores; ser distribuidor|representante|revendedor; franquia|franqueado|franqueada|franchising; vender .. vossos|vossas|vosso|seus|produtos .. loja|produtos|sabonetes; programa de parceiros|afiliados|indicação; representar a marca|vossa`,
    facts: ['partner'],
  },
  {
    says: 'asks before buying',
    phrases: `antes de comprar|contratar|pagar|assinar|fechar|decidir|encomendar; se comprarmos|contratarmos|fecharmos|assinarmos|fechar; não .. cliente ainda; ainda não .. cliente; prazo|prazos de entrega; quanto tempo .. demora|leva|demoram|levam|demoraria; em quanto tempo; quando .. podem|conseguem|poderiam .. vir|começar|entregar|instalar; há|tem|têm|ainda vagas|vaga|lugar|datas .. para|pra|em; em estoque; que garantia; questionário de segurança; período .. pede cartão; custo|custos|portes de envio; encomenda mínima; prazo estimado`,
  },
]
