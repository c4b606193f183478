import type { Evidence } from '../evidence.ts'

/** Phrases of mass advertising, fraud, and instructions to the classifier. */
export const SPAM: readonly Evidence[] = [
  {
    says: 'offers us search ranking or web work',
    phrases: `seu|vosso|teu site|página|website .. não|podia|poderia|aparece|lento|mais|primeira; sua|vossa loja .. não aparece; primeira página|posição .. google|garantida|dias; aparecer no google; topo do google; posicionamento .. google|site|web; colocamos .. site|empresa|google; criação|criamos de|sites .. sites|profissionais; ranquear|rankear; avaliações .. google|estrelas|positivas|5; seguidores .. reais|instagram|brasileiros; tráfego pago|orgânico; redes sociais .. gestão|gerimos|cuidamos; mais clientes|visitas|vendas .. site|garantido|sem|todo|mês; marketing digital .. agência|oferecemos|pacote`,
    deniable: true,
  },
  {
    says: 'sells to us',
    phrases: `oferecemos|fornecemos; somos .. fabricantes|fornecedores|líderes|fábrica|agência|especialistas|uma empresa de; nossa|nosso empresa|agência|fábrica|equipe|ferramenta .. oferece|é|fornece|atende; nossos serviços|produtos|preços; ajudamos .. empresas|negócios|marcas|clínicas; sua|seu empresa|negócio .. economiza|crescer|precisa|cresce; gostaria|teria|tem .. interesse .. receber|conhecer; posso .. mandar|mostrar|enviar .. vídeo|proposta|apresentação; # minutos .. semana|conversa|chamada; quinta|terça|amanhã pode ser; bater um papo; oferta|promoção especial|limitada|imperdível|válida|relâmpago; últimas unidades|vagas|horas; aproveite|aproveitem; não perca; garantido|garantida|garantidos; devolvemos o dinheiro; base|lista|listas|listagem .. atualizada|atualizadas|contactos|contatos|emails|empresas; contatos|contactos de empresas; sem custo; frete grátis; grátis .. mês|amostra|amostras; amostra|amostras gratuita|grátis; melhor|melhores|ótimo|ótimos preço|preços; preço|preços imbatível|imbatíveis|bons; ganhe # ; economize|poupe .. %|até; clique aqui; responda sim; responder hoje; só paga se; terceirizada|terceirizadas|terceirizado|terceirizados|terceirização; da china; quem .. vossa|sua empresa .. trata|cuida|responsável; energia solar .. economize|conta|leads|grátis`,
    deniable: true,
  },
  {
    says: 'sends out mass mail',
    phrases: `para deixar de receber; se não deseja|quiser receber; responda|responder sair|parar|remover; cancelar .. recebimento; voltando .. meu email|mensagem anterior; só passando|passei para|pra .. saber|confirmar .. recebeu|viu; caro amigo|empresário|empreendedor|proprietário; encontrei|vi|visitando seu|vosso|o site|perfil; reencaminhe|encaminhe|repasse .. contatos|contactos|amigos|grupos; amigo em comum`,
  },
  {
    says: 'promises money',
    phrases: `criptomoedas|criptomoeda|cripto; ganhar|ganhe|ganhando|fature|renda .. dinheiro|reais|euros|casa|extra|dia|passiva; renda extra|passiva; empréstimo|empréstimos|crédito|créditos .. sem|rápido|aprovado|pessoal|#|juros|consulta|imediato|consignado; sem consulta .. spc; sem fiador|garantias; juros de #; loteria|lotaria .. ganhou|ganhador|prêmio|prémio; você|voce|vc|foi .. ganhou|sorteado|sorteada|contemplado|selecionado; sorteado|sorteada|contemplado; parabéns .. número|numero|ganhou|sorteado|contemplado; prêmio|prémio|premio; herança; viúva .. de|general|doente; milhões .. dólares|euros|reais|transferir; transferir .. milhões; investimento|invista|investir .. #|rentabilidade|lucro|retorno|garantido; cassino|casino|apostas|rodadas .. bónus|bônus|grátis|vivo|aposte; bónus|bônus cassino|de; trabalhe em|de casa; saque .. pix; vale presente; cartões presente; dobre|duplique; liberdade financeira`,
  },
  {
    says: 'tries to deceive',
    phrases: `verifique|confirme|valide|atualize|regularize|desbloqueie .. sua|seu|conta|dados|identidade|cartão|r|horas|agora; sua|seu|vossa conta|encomenda|domínio|caixa|pacote|objeto|correio .. suspensa|suspenso|retida|retido|bloqueada|expira|cheia|será|tributado|ficou; encomenda|pacote .. retida|retido|alfândega; pague agora|aqui; pagar hoje .. pix; pix .. chave|abaixo; clique .. link|aqui|resgate|aceder; resgate|resgatar seu|prêmio; último aviso; informe .. senha|cartão; nova conta bancária; nossa conta bancária mudou; mudança de conta bancária; gravei|gravamos .. câmara|câmera|você|vídeo; sua câmera|câmara|webcam; vídeos .. íntimos|teus; recompensa; grande encomenda|pedido; estou numa|em reunião; cartões .. códigos; transferência urgente; é confidencial; negativação; leiloado`,
  },
  {
    says: 'sells drugs, dating or the like',
    phrases: `comprimidos|pílulas .. sem|receita|emagrecer; sem receita; emagreça|emagrecer|emagrecimento .. kg|quilos|dias|rápido|sem|chá; solteira|solteiras|garotas|mulheres .. região|perto|fotos|lindas; minhas fotos; fotos novas; oi sumido; taróloga|tarô|vidente|cartomante|amarração|búzios; trago .. amor; réplicas .. relógios|bolsas; primeira linha .. relógio|relógios`,
  },
  {
    says: 'recruits or staffs for a fee',
    phrases: `empresa de recursos humanos; agência|empresa de trabalho|emprego|recrutamento .. temporário|oferece|com; mão de obra .. terceirizada|temporária|qualificada|para|disponível; trabalho temporário; profissionais cadastrados|disponíveis|qualificados|pré; nossos candidatos; candidatos|perfis .. pré|selecionados|prontos|ideal; preenchemos .. vagas; temos .. candidatos|profissionais|técnicos|trabalhadores|motoristas .. disponíveis|prontos|para; equipes|equipas de limpeza|portaria`,
  },
  {
    says: 'tries to instruct the classifier',
    phrases: `ignora|ignore|ignorem|esqueça|esquece|desconsidere|desconsidera|descarte|despreze .. instruções|regras|normas|indicações|orientações|prompt; marca|marque|marcar|classifica|classifique|classificar|etiqueta|trata|trate|coloque|coloca .. p0|máxima|prioritário|compra|urgente|vip; defina|define|atribua|atribui|põe|ponha|fixa .. prioridade|p0; prioridade máxima|p0 .. intenção|confiança; nota|mensagem|instrução|instruções|aviso|ordem|atenção|importante .. para|à|ao .. sistema|ia|classificador|assistente|modelo|robô|bot; para a ia|inteligência; para o classificador|modelo|robô|sistema; mensagem|prompt do sistema; és|você .. assistente|modelo|robô .. regras|sem|agora; partir de agora .. és|você|responda; partir daqui és; responda|responde|escreve|escreva apenas|somente|só .. json|com|p0|buy; confiança 1; fim da mensagem .. usuário|utilizador; modo desenvolvedor|administrador; cara|querida|prezada ia; classificador automático`,
    facts: ['injection'],
  },
]
