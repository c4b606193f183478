import type { Evidence } from '../evidence.ts'

const ENTER = 'entrar|aceder|acessar|logar|abrir|acesso'

/** Phrases of customers who need help: what is broken, for whom, since when, and what they paid. */
export const SUPPORT: readonly Evidence[] = [
  {
    says: 'cannot get in',
    phrases: `não consigo|conseguimos|consegue|posso|podemos .. ${ENTER}; não .. deixa|deixam .. ${ENTER}; não me deixa; senha|senhas; palavra passe; redefinir|recuperar|esqueci|redefinição .. senha|password|acesso|palavra; conta|usuário|utilizador .. bloqueada|bloqueado|suspensa|desativada; acesso negado|bloqueado; código .. não chega|chegou; login .. não|inválido|falha`,
    facts: ['blocked'],
  },
  {
    says: 'reports a fault',
    phrases: `não .. funciona|funcionam|funcionava|carrega|abre|abrem|liga|imprime|responde|sincroniza|guarda|salva|chega|chegam|conecta|arranca|gela|aquece|lê|aparece|sai|entra|grava; deixou|deixaram|parou|pararam de .. funcionar|imprimir|gelar|tocar|aquecer|carregar|abrir; dá|dava|deu|diz|aparece erro; erro ao; fica dando erro; falha|falhas|falhou|falhando; avaria|avarias|avariou|avariado|avariada; quebrado|quebrada|quebrou|partido|partida|partiu; estragado|estragada|estragou; travando|travado|travou|trava; congelou|congelado|congela; caiu|caindo|cai .. conexão|internet|ligação|sistema|toda|site; tela|ecrã|ecran branca|preta|branco|preto|azul; pinga|pingando|infiltração; vazando|vazou|verte|vazamento .. água|óleo|gás; barulho|cheiro; desapareceu|desapareceram|sumiu|sumiram; demora .. carregar|abrir; muito lento|lenta; lentidão; mal feito|feita|instalado|montado|montada; com defeito; defeito|defeituoso`,
  },
  {
    says: 'complains about a delivery',
    phrases: `pedido|encomenda .. #|não|número|chegou|errado|errada|atrasada|atrasado|incompleta; minha|meu|nossa|nosso pedido|encomenda; não .. chegou|chegaram|recebi|recebemos|veio|vieram; chegou|chegaram|veio|vieram|mandaram|enviaram .. quebrado|partido|partida|partidos|errado|errada|errados|danificado|danificada|vazia|vazio|outro|outra|trocado|faltando; pedi|comprei|encomendei .. chegou|veio|mandaram|enviaram; tamanho|cor|modelo|endereço|morada errado|errada|trocado; troca|trocar .. produto|por|peça|tamanho; ninguém .. apareceu|veio|ligou|atende|aparece; não apareceu|apareceram; ficou .. vir|ligar|aparecer; continuo|estou|estamos|sigo .. espera|esperando|aguardando|aguardo; à espera .. há|desde; entregador|estafeta|transportadora|correios; garantia; reclamação|protocolo|chamado|processo #|número|nº; número .. pedido|encomenda|protocolo|chamado|reserva; código de rastreio; rastreio|rastreamento`,
    facts: ['blocked'],
  },
  {
    says: 'disputes money',
    phrases: `cobraram|cobrado|cobrada|cobrança|cobranças|cobrando|cobrou|debitaram|debitado|debitada|debitar|debitou|descontaram .. dobro|duas|duplicado|duplicada|vezes|mais|indevida|indevido|errado|não|cartão|minha|continuam|conta; cobrança indevida|duplicada|dupla|repetida; me|nos|fui|fomos cobraram|cobrado|cobrada|cobrados|debitaram|descontaram; debitaram|levaram|tiraram .. #; continuam|continua a tirar|debitar|cobrar; já saiu .. conta|dinheiro; minha recarga; fatura .. diz|aparecem; em dobro; reembolso|reembolsos|reembolsar|reembolsem|reembolsado; estorno|estornar|estornem|estornado; devolvam|devolver|devolução|devolvem|devolva .. dinheiro|valor|diferença|#|pago|pagos|paguei|cobrado|r|débito|quantia; quero .. dinheiro de volta; dinheiro de volta; fatura|boleto|nota .. errada|errado|duplicada|duplicado|duas|alta; erro .. fatura|faturação|cobrança|faturamento; nota de crédito; paguei|pagámos|pagamos .. mas|duas|aviso; continuam .. cobrar|debitar|cobrando|debitando; pago # reais|euros a mais; pagar duas; já .. debitado|cobrado|pago`,
    facts: ['billing', 'blocked'],
  },
  {
    says: 'cancels or threatens to leave',
    phrases: `cancelar|cancelo|cancelem|cancelamento|cancelei .. plano|contrato|assinatura|subscrição|serviço|conta|tudo|matrícula|seguro|apólice|minha|meu; quero|queremos|queria|pretendo|solicito|pedir cancelar|cancelamento|encerrar|rescindir; solicito|peço o cancelamento; rescindir|rescisão|rescindo|rescindimos; denunciamos|denunciar o contrato; encerrar|encerrem|fechar .. conta|contrato; dar baixa .. plano|contrato; vou|vamos|iremos|irei|decidi|prefiro|estamos .. embora|concorrência|concorrente|mudar|trocar|sair|procon|cancelar; vou|vamos .. procon|advogado|livro|reclamar; trocar|mudar de .. empresa|operadora|banco|fornecedor|companhia; para a concorrência|concorrente; concorrência; tirar meu|minha .. escola|academia; procurar|procuro|procuraremos outro|outra|alternativa; última chance|oportunidade|vez; ou .. resolvem|arranjam .. ou; mais uma e; direito de arrependimento; não .. renovar|renovo|renovamos|renovaremos; comparar preços doutros; livro de reclamações; procon; concorrente|concorrentes; mudamos|migramos|mudo|mudo|migro|trocamos|troca .. outro|outra|outros|operador|fornecedor; outra empresa|operadora .. entrega|oferece|menos|aqui; proposta de outra operadora|empresa; noutro lado; ter que mudar; já pedi|pedimos .. orçamento|proposta; riscar .. da lista; último aviso`,
    facts: ['churn-risk', 'blocked'],
  },
  {
    says: 'complains about the service',
    phrases: `segunda|terceira|quarta|quinta|enésima vez; # vezes; ninguém responde|atende|respondeu|atendeu|liga|resolve|resolveu|dá; não .. respondem|atendem|responde|respondeu; sem resposta|solução|retorno; continuo|continuamos sem; farto|farta|fartos|cansado|cansada|cansados; vergonha|vergonhoso|absurdo; inaceitável|inadmissível; péssimo|péssima|péssimos; lamentável; decepcionado|decepcionada|desiludido|desiludida|decepção; reclamação|reclamações|reclamar; indignado|indignada; prometeram|prometido|prometida; disseram|disseste que; falta de respeito; desrespeito; descaso; palhaçada; mal atendida|atendido; atendimento horrível|péssimo|ruim`,
    facts: ['blocked'],
  },
  {
    says: 'is a customer already',
    phrases: `desde|depois|após .. atualização|actualização|instalação|manutenção|visita|mudança|reparação; desde ontem|hoje|cedo|manhã|segunda|terça|quarta|quinta|sexta|as|às; ontem; que|me|nos .. instalaram|venderam|montaram|instalou|consertaram|arranjaram|entregaram|enviaram|mandaram; vosso|vossa|seu técnico|sistema|app|programa|equipa|plataforma|instalador|motorista|atualização|portal; sistema|app|aplicativo|técnico|integração|site de vocês; sou|somos .. cliente|clientes|sócio|aluno; cliente há|desde; número .. cliente|contrato|sócio; minha|nossa|nosso|meu conta|assinatura|contrato|subscrição|plano|reserva|painel; comprei|comprámos; outra vez|de novo; continua|continuam .. sem|não|a|com; captura; tirei|segue|mando|no print; reiniciei|reinstalei|já tentei|testei|tentei`,
  },
  {
    says: 'says that all of it is down',
    phrases: `tudo .. parado|fora|caído|caiu|travado|bloqueado|escuro; está|estão|tudo|portal|site|plataforma|loja em baixo; sistema|servidor|servidores|site|portal|plataforma|rede|internet .. fora|caiu|caíram|inacessível|indisponível|parado|abaixo; fora do ar; caiu tudo; caiu o|a sistema|internet|servidor; nada funciona; não funciona nada; ninguém|nenhum|nenhuma|nenhuns .. consegue|conseguem|acessa|acede|entra|abre|funciona|emite|imprime|lê|passa|tira|aparece|vê|pode|registra|fatura; sem internet|luz|água|sistema|energia|telefone|acesso|resposta|ligação|aquecimento .. todo|toda|todos|inteiro|inteira|desde|hotel|prédio|empresa|postos|escola; parou|pararam tudo|a linha; erro 500|503|502; apagão; inoperante; não conseguem comprar|pagar|entrar; tudo parado; inacessível|indisponível .. empresa|todos|toda|desde; deixaram de .. registar|funcionar|registrar; todos .. pararam|parados; não .. em nenhuma|nenhum`,
    facts: ['outage', 'standstill'],
  },
  {
    says: 'says that many are hit',
    phrases: `nenhum|nenhuma .. das|dos|cliente|funcionário|loja|caixa|aluno|usuário|utilizador; ninguém .. consegue|empresa|escritório|aqui|entra|acessa; todos|todas os|as|nossos|nossas clientes|utilizadores|usuários|caixas|lojas|funcionários|alunos|pacientes|computadores|postos|assinantes|sócios|hóspedes|contatos|contactos; todos os .. nossos; toda|todo a|o|nossa empresa|escola|equipe|equipa|fábrica|loja|escritório|hospital|prédio|clínica; empresa|hotel|prédio|escola|clínica|fábrica|escritório|aldeia|hospital|junta toda|inteiro|inteira; # pessoas|funcionários|alunos|hóspedes|pacientes|apartamentos|casas|moradores|vizinhos .. sem|parados|paradas|espera|esperando|fora|braços; fila|filas; nossos|meus clientes .. não|reclamam|reclamando|estão|ligam|recebem; os clientes .. não; nas|das|dos|em # lojas|fábricas|filiais|escolas|postos; todos os postos; somos # .. tudo|parado`,
    facts: ['many-affected'],
  },
  {
    says: 'says that business stands still',
    phrases: `parado|parada|parados|paradas .. fábrica|produção|linha|tudo|desde|empresa|armazém|todos|loja|clínica; produção|linha|fábrica|clínica|cozinha|obra|empresa|loja|armazém|operação .. parado|parada|parou|paradas|paradas; não .. conseguimos|consigo|podemos|dá .. vender|faturar|trabalhar|emitir|despachar|atender|produzir|abrir|operar; perdendo|perdemos|perder .. dinheiro|vendas|clientes; cada hora|minuto .. custa|perdemos; papel e lápis; braços cruzados; perigo|perigoso|perigosa; fuga|cheiro|vazamento de gás; inundado|inundada|alagado|alagada|alagou; evacuar|evacuámos|preso|presa|presos .. elevador|dentro|lá`,
    facts: ['standstill'],
  },
  {
    says: 'has lost data',
    phrases: `perda de dados|informação; perdemos|perdeu|perdido|perdidos|perderam|apagou|apagaram|apagado|apagados|sumiram|sumiu|desapareceram|desapareceu .. tudo|todos|todas|dados|histórico|registos|registros|ficheiros|arquivos|clientes|faturas|notas|fotos|base|fichas|prontuários|cadastros|pasta; todos|todas|dados|histórico|registos|registros|ficheiros|arquivos|cadastros|prontuários|projetos .. apagados|sumiram|sumiu|desapareceram|perderam|perdidos|apagou|existir; cópia|cópias de segurança; sem cópia; restaurar|recuperar|restaurá .. dados|cópia|ficheiros|arquivos|base|tudo|los`,
    facts: ['data-loss'],
  },
  {
    says: 'reports a breach',
    phrases: `hackeado|hackeada|hackearam|hackeou|invadiram|invadiu|invadido|invadida|invasão; vazamento|vazaram|vazados .. dados|senhas|informações|clientes; fuga|violação|vazamento de dados|segurança; falha|falhas|incidente|vulnerabilidade|vulnerabilidades|brecha de|em segurança; dados|faturas|exames|extratos|notas|pedidos|ficha|fichas|processos|conta de .. outros|outras|outra|outro|terceiros|milhares|qualquer; de outros clientes|pacientes|alunos|usuários|utilizadores; de outras pessoas|empresas; de outro|outra cliente|pessoa|empresa|paciente; acesso|acessos .. não autorizado|autorizados; sem autorização; alguém|entraram|entrou .. invadiu|entrou|baixou|acessou|acedeu|roubou|administrador|nossa|minha .. conta|dados|contratos|sistema; roubaram|roubado|roubada|roubados .. dados|conta|senha|senhas|ficheiros; dados .. expostos|públicos|venda|abertos; planilha|pasta|base|servidor|folha .. aberta|aberto|pública|público|exposta; cpf e senha de; criptografados|encriptados|cifrados; pedir .. resgate|dinheiro; resgate; faturas falsas; em nome de vocês; qualquer um .. baixa|vê|acessa; base de clientes .. vocês|vossa|venda; não fomos nós; não fui eu; ainda entra como; todos .. exames|dados .. outros; em vosso nome; email|mensagem falso|suspeito|esquisito|fraudulento; burla|golpe; pentest; aviso de acesso; não .. feito por mim; medidas de proteção .. dados; extensão e há`,
    facts: ['breach', 'security'],
  },
  {
    says: 'reports mailing or charging that runs away',
    phrases: `continua|continuam|está|estão|sistema .. a enviar|mandar|cobrar|debitar|mandando|enviando|cobrando|debitando|repetida .. mesma|mesmo|todos|nossos|sem|cada; mandando|enviando|debitando .. todos|nossos|mesma|repetida; mesma sms|mensagem|fatura; mesmo email a|aos|para|pra; de hora em hora; cada # minutos; sem parar; parem isso|isto|já; desliguem|parem isso|isto|já; como .. paramos|paro|desligar isso`,
    facts: ['mass-damage'],
  },
  {
    says: 'asks how something works',
    phrases: `como .. faço|fazemos|faz|posso|podemos .. para|pra|mudar|alterar|descarregar|baixar|exportar|adicionar|configurar|imprimir|apagar|recuperar|desativar|trocar; como mudo|mudar|altero|alterar|descarrego|baixo|exporto|exportar|adiciono|adicionar|configuro|configurar|ativo|ativar|desativo|desativar|elimino|apago|apagar|recupero|recuperar|imprimo|imprimir|uso|usar|troco|trocar|tiro|reinicio|crio|vejo|funciona|ligo|emito|emitir|cadastro|programa; como se .. programa|muda|altera|faz|usa|liga|configura; onde .. está|fica|ficam|encontro|vejo|posso|baixo|descarrego|altero|mudo|troco|consulto|acho|coloco; por onde .. baixo|altero; é possível .. alterar|mudar|exportar|desativar|imprimir|configurar; dá para|pra .. mudar|alterar|exportar|desativar|imprimir|configurar; o|do manual; instruções .. simples|para|de; passo a passo; o que significa; pode|podem|poderiam .. explicar; não encontro .. opção|botão|onde; preciso de ajuda para|com|a; apoio para configurar; tutorial`,
    facts: ['how-to'],
  },
  {
    says: 'reports a blemish',
    phrases: `gralha|gralhas; erro de português|digitação|ortografia|escrita; erro ortográfico; mal escrito|escrita; pormenor|detalhe|detalhezinho; pequeno|pequena erro|falha|detalhe|coisa|defeito; não é grave|importante|urgente; nada .. grave|sério; coisa pouca|pequena; um pouco|bocado|bocadinho torto|lento|cortado|desfocado|desalinhado; meio torto|cortado|apagado|desfocado; desfocado|desfocada|torto|torta|desalinhado; só avisando; só para avisar|saberem|constar; só pra avisar|constar|saber|vocês; vírgula a mais; mas funciona; mas dá para|pra; emendem`,
    facts: ['minor'],
  },
  {
    says: 'asks for an invoice or a receipt',
    phrases: `reenviar|reenviem|enviar|mandar|segunda|2a|cópia|cópias .. nota|notas|fatura|faturas|boleto|recibo; de novo a nota|fatura; via .. fatura|recibo|boleto; nota fiscal de|do; endereço de cobrança|faturação; fatura de .. janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro`,
    facts: ['routine', 'billing'],
  },
  {
    says: 'makes a routine request as a customer',
    phrases: `reenviar|reenviem|enviar|mandar|segunda|2a|cópia .. contrato|certificado|comprovante|declaração; cópia|via .. contrato; mudar|alterar|alteração|atualizar|atualizem|mudança|trocar .. morada|endereço|email|telefone|titular|titularidade|nome|dados|iban; nova morada; novo endereço; mudámos|mudamos de; certificado|declaração|comprovativo|comprovante de|do; remarcar|reagendar .. consulta|visita|minha`,
    facts: ['routine'],
  },
  {
    says: 'says it is solved',
    phrases: `já .. funciona|consegui|consigo|abre|imprime|voltou|apareceu|resolvi|resolvido|encontrei|deixaram|está|deu .. certo|entrar|normal|funcionando|bem|resposta|tudo|resolvido; já consegui|consigo|resolvi|abre|voltou|imprime|achei; voltou a|ao funcionar|normal|passar|dar; resolvido|resolvida; foi resolvido; resolveu se; passou sozinho; passou com; falso alarme; esqueçam|esqueça|esquece; desconsiderem|desconsidere; deixem|deixa lá; não mandem|enviem|venham; podem|pode fechar|encerrar; podem encerrar|fechar; encerrar o chamado|protocolo; assunto encerrado; não precisa|precisam|é .. vir|responder|fazer|mandar|ninguém|preciso .. nada|ninguém|vir|técnico; não precisa responder; era o|a|minha|só cabo|senha|caps|firewall|capinha|nosso|culpa; era a senha; erro|culpa meu|nosso|minha|nossa; desculpem|desculpe .. alarme|incômodo|confusão|susto|transtorno; afinal .. tinha|era|foi; achei; mil desculpas; nenhuma providência`,
    facts: ['resolved'],
  },
]
