import type { Evidence } from '../evidence.ts'

const COUNTED = 'licencias|licencia|usuarios|puestos|personas|empleados|agentes|trabajadores|colaboradores|alumnos'
const PRODUCT = 'sistema|plataforma|programa|herramienta|módulo|producto|software|app|aplicación|funciona'

/** Phrases of buyers: a wish, a price, a quantity, a plan, a deadline. */
export const BUY: readonly Evidence[] = [
  {
    says: 'asks for a price',
    phrases: `precio|precios; cuánto .. cuesta|cuestan|costaría|costará|costar|vale|valen|valdría|sale|salen|saldría|saldrá|cobran|cobráis|cobra|cobrarían|cobras|es|sería|anda|piden|pedís;
      cuánto por|la|el|los|las|me|nos|al|mensual; a cuánto; por cuánto; dígame|díganme|decidme cuánto; a cómo; cuál .. precio|valor|costo; qué vale; qué .. cuesta|costaría|valor|tarifa|tarifas|cobran|costo|coste;
      valor .. mensual|consulta|hora|mes|aproximado; tarifa|tarifas; costo|costos|coste|costes; honorarios; mensualidad; descuento|descuentos; iva incluido; más barato|económico; formas|forma|facilidades de pago; en cuotas`,
    facts: ['pricing'],
  },
  {
    says: 'asks for a quote or an offer',
    phrases: `presupuesto|presupuestos; presupuéstenme|presupuestadme|presupuestar; cotización|cotizaciones; cotizar|cotizarme|cotizarnos|cotice|coticen|cotízame|cotícenme|cotíceme|cotizan; oferta por|para|formal|cerrada|definitiva|económica|vinculante; oferta de #; llegar .. oferta;
      presentar|enviar|enviarnos|remitir|hacer|hacerme|hacernos|mandar|mandarme|manden|envíen|pasar|pasarme|pasadme|pásenme|remitan|necesitamos|necesito|recibir|pedir|falta .. oferta|propuesta; propuesta económica|comercial|técnica; llave en mano; licitación|licitaciones; oferentes; pliego|pliegos; ofertadme`,
    facts: ['pricing', 'concrete'],
  },
  {
    says: 'wants to buy',
    phrases: `comprar|comprarles|comprarlo|comprarla|compramos|compraríamos; contratar|contratarlo|contratarles|contratamos; adquirir; alquilar|alquilarles; arrendar; encargar|encargarles;
      queremos|quiero|quisiera|quisiéramos|querríamos|querría|gustaría|interesa|interesaría .. reservar|pedir|ampliar|añadir|agregar|agendar|instalar|poner|pasar|empezar|suscribirme|cambiarnos|apuntarme|inscribir|llevar|operarme;
      quisiera|quisiéramos|querría|querríamos|quiero|queremos un|una|unos|unas|#|el|la|los|las; interesa|interesan .. plan|producto|servicio|comprar; pónganme|póngame|ponedme; quedamos|quedo con; dónde firmo|firmamos|pago; orden de compra; hacer .. pedido|reserva;
      pueden|podéis|podrían|podríais .. surtir|fabricar|instalar|venir|entregar|servir|servirnos|hacerlo|cotizar; añadir|agregar|añadan|agreguen|sumar #; hagan|haced el contrato`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'looks for a supplier',
    phrases: `busco|buscamos|buscando; necesito|necesitamos|necesitaría|necesitaríamos|necesitaba; ocupo|ocupamos|ocuparíamos; requerimos|requiero; hace|hacen falta un|una|#|unas|unos; faltan #; andamos|ando buscando; me|nos urge un|una; quién .. hace|haga|venda|arregle`,
    facts: ['concrete'],
    deniable: true,
  },
  {
    says: 'asks what is on offer',
    phrases: `venden|vendéis|vendes; ofrecen|ofrecéis; tenéis; hacéis; alquilan|alquiláis; aceptan|aceptáis; trabajáis; abren|abrís; atienden|atendéis; reparan|reparáis; instalan|instaláis; disponen|disponéis de; manejan|manejáis;
      tienen .. disponible|disponibles|stock|servicio|opción|plan|planes|sucursal|horario|aplicación|algo|alguna|algún; hacen .. envíos|domicilio|reparto|trabajos|instalación; hay .. versión|descuento|opción|disponibilidad; es posible; qué diferencia|diferencias|incluye|incluyen|opciones|planes|modelos|tallas|colores|requisitos; cuál .. conviene|recomiendan|recomendáis; conviene más;
      horario|horarios; compatible|compatibles con; funciona con|en|sin; sirve para; incluye|incluyen; se puede pagar|integrar|conectar`,
  },
  {
    says: 'asks for a demonstration',
    phrases: `demostración|demostraciones; ver|conocer|visto|vemos|verlo|verla .. en acción|vivo; ver .. funcionando; queremos|podemos|quisiera|quisiéramos|gustaría|podría|podríamos|interesa|quiere ver|conocer .. ${PRODUCT}|presentación; ver presentación;
      muéstrennos|muéstreme|mostrarnos|mostrarme|muestran|muestren|enseñan|enseñáis|enseñen|enseñéis|enseñarnos|enseñarme|enseñadnos .. ${PRODUCT}|videollamada; que nos|me la|lo enseñen|muestren|enseñéis; presentación .. online|sistema|producto|plataforma ; visita técnica; prueba de manejo`,
    facts: ['demo', 'concrete'],
  },
  {
    says: 'speaks of a trial',
    phrases: `prueba gratis|gratuita|piloto; versión de prueba; versión gratuita|gratis; período|mes|días|semana|semanas|cuenta|licencia|licencias|acceso|fase de prueba; prueba .. # días|semanas|meses|usuarios; prueba para #; prueba del plan|sistema;
      abren|activan|dan|activáis|dais|habilitan|habilitáis|habilitarían .. prueba|piloto; activa la prueba; probar .. antes|plan|${PRODUCT}|versión|gratis|días|mes; probarlo|probarla .. antes|días|mes|semana|semanas; dejan|dejáis probar; primero probarlo|probarla; un piloto; piloto con|de #`,
    facts: ['trial'],
  },
  {
    says: 'compares suppliers',
    phrases: `comparando|comparar|comparamos|comparativa; otros|otras|dos|tres|varios|varias proveedores|presupuestos|ofertas|cotizaciones|alternativas; proveedor|sistema|programa|agencia|plataforma|seguro|gestor actual; actual proveedor|empresa|sistema|programa|agencia; cambiar|cambiarnos|cambiamos de proveedor|sistema|programa|plataforma|gestoría|asesoría|agencia; lista corta; dejar el|la .. actual; migrar|migración; pasarnos a ustedes|vosotros; me paso con; ustedes|vosotros y otro|otra|otros; competís|compiten con; proveedores`,
    facts: ['concrete'],
  },
  {
    says: 'counts seats or licences',
    phrases: `# ${COUNTED}|funcionarios|profesionales|operadores|conductores|vendedores|empleadas|comerciales; # .. ${COUNTED}; licencias; somos #; somos unos|unas #; equipo|plantilla de #; unos|unas #; # más`,
    facts: ['concrete'],
  },
  {
    says: 'names a quantity',
    phrases: `# unidades|piezas|cajas|palés|tarimas|botellas|habitaciones|invitados|metros|m2|horas|sedes|tiendas|sucursales|locales|oficinas|camiones|furgonetas|días|noches|toneladas|litros|copias|ejemplares|camisetas|playeras|sillas|mesas|equipos|coches|carros|vehículos|niños|adultos|cámaras|aulas|plantas|sacos|cuartos|ventanas|puertas|uniformes`,
    facts: ['concrete'],
  },
  {
    says: 'names a plan or a contract term',
    phrases: `plan pro|premium|plus|business|enterprise|starter|básico|profesional|empresa|empresarial|empresas|equipo|equipos|anual|mensual|familiar|avanzado|estándar; pago|contrato|facturación|suscripción|cuota anual|mensual|trimestral; contrato .. # año|años|meses; contrato de mantenimiento; versión profesional|empresarial|premium; por volumen; permanencia; póliza; bono de #; cuota mensual`,
    facts: ['concrete'],
  },
  {
    says: 'speaks of renewing',
    phrases: `renovar|renovarlo|renovarla|renovamos|renovarlas|renovaríamos|renovación; nuestro|nuestra|nuestras|mi contrato|licencia|licencias|suscripción|póliza|período .. vence|vencen|caduca|caducan|termina|expira|expiran|acaba; vence|caduca|termina .. nuestro|nuestra|mi contrato|licencia|suscripción; contrato .. con ustedes|vosotros .. vence|termina|acaba; prorrogar|prórroga .. contrato|licencia|licencias`,
    facts: ['renewal', 'concrete'],
    deniable: true,
  },
  {
    says: 'has a budget or an approval',
    phrases: `presupuesto .. aprobado|asignado|autorizado|liberado|aprobaron; presupuesto de # .. €|euros|pesos|mil|millones|dólares|soles|$; presupuesto de|es|hasta $ #; presupuesto es de #; presupuesto #; presupuesto máximo; aprobado|aprobados|aprobada .. presupuesto|gerencia|dirección|junta|#|compra;
      aprobó|aprobaron|autorizó|autorizaron; dirección|directorio|gerencia|consejo|junta|jefe|jefa|comité dijo|dio .. sí|bueno; visto bueno; partida|fondos .. aprobada|aprobados|comprometerla|disponibles; tope|máximo .. # .. €|euros|pesos|mil; pago|pagamos|pagaríamos hoy|mañana|ya|inmediato; mañana pago; al contado; por adelantado; anticipo; firmo|firmamos|firmaríamos`,
    facts: ['decided'],
    deniable: true,
    masks: true,
  },
  {
    says: 'has a date to meet',
    phrases: `abrimos|inauguramos|inauguración|apertura; boda; me caso; nos casamos; mudanza|mudamos; quinceañera|bautizo|comunión|cumpleaños; comité|consejo|directorio|junta se reúne; se reúne; decidimos|adjudica|adjudicamos|adjudicar; fecha límite; más tardar; plazo .. vence|cierra|termina|finaliza; arrancamos; antes de que`,
  },
  {
    says: 'is only looking so far',
    phrases: `solo|sólo|solamente|nada .. mirando|miro|viendo|curiosidad|curioseo|informarme|preguntando|preguntaba|explorando|cotizando; comparando nada; curiosidad|curioseo|curioseando|curiosear; de momento solo|miro|nada|curioseo|estoy; por ahora .. mirando|viendo|miro|solo; quizá|quizás; tal vez; a lo mejor; algún día; estamos|estoy|andamos pensando|valorando|considerando|viendo|mirando|explorando; no .. decidido; sin compromiso; es una idea; sería .. futuro`,
    facts: ['exploring'],
  },
  {
    says: 'needs nothing for now',
    masks: true,
    phrases: `no necesitamos|necesito nada; no .. tenemos|hay|tengo|queda presupuesto|plata|dinero|fondos|lana; este año no; por ahora|momento no; por el momento no; contentos|contenta|contento|satisfechos|conformes con .. tenemos|proveedor|actual; guardo|guardamos|guarden|guardaré .. contacto|tarjeta|catálogo|datos|folleto; anoto|apunto el|su nombre|contacto; quedó|queda|proyecto .. aplazado|pospuesto|congelado|parado; aplazamos|pospusimos|posponemos; decidimos no; mejor lo dejamos; es un sueño; ya les|os|le escribo|escribimos|escribiré|llamaré|avisaré|aviso; va para largo`,
    facts: ['nothing-needed'],
  },
  {
    says: 'asks for reseller terms',
    phrases: `revender|revendedor|revendedores|revenderlo; reventa; condiciones|márgenes|margen|descuento|comisión .. distribuidor|distribuidores|mayorista|mayoristas|comercializar; precio|precios|lista .. mayorista|mayoreo|distribuidor|distribuidores; somos distribuidores; ser|hacernos distribuidor|distribuidores; distribuir .. su|sus|vuestro|vuestros|vuestra; franquicia|franquicias; comercializar|vender sus|vuestros|vuestras; programa de socios|partners|afiliados|referidos|distribuidores`,
    facts: ['partner'],
  },
  {
    says: 'asks before buying',
    phrases: `antes de comprar|contratar|pagar|firmar|decidir|reservar|decidirme|encargar; si compramos|contrato|contratamos|firmamos|convence|pido|compro; no .. cliente todavía|aún; plazo|plazos|tiempo de entrega; cuánto .. tarda|tardan|tardaría|tardaríais|tardáis|tardarían|demora|demoran; en cuánto tiempo; cuándo podéis|pueden|podrían|puede|podríais; hay|queda|quedan|tienen .. plazas|sitio|cupo|lugar|fechas|hueco; en existencia; qué garantía; cuestionario de seguridad; costo|coste de envío; con factura`,
  },
]
