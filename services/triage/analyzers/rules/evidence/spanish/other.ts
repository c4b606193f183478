import type { Evidence } from '../evidence.ts'

/** Phrases of people who want neither to buy, nor support, nor a job. */
export const OTHER: readonly Evidence[] = [
  {
    says: 'is from the press',
    phrases: `periodista|periodistas; reportero|reportera; corresponsal; redactor|redactora .. de|del; redacción .. diario|periódico|revista; periódico; diario .. digital|el|la|publica|publicamos|de; revista .. entrevista|artículo|reportaje|económica|preparamos|número|publica; reportaje|reportajes; preparo|preparamos|escribo|escribiendo|publicamos|publicaremos|publico .. artículo|reportaje|nota|noticia|pieza|columna; entrevista|entrevistar .. fundador|fundadora|gerente|director|directora|dueño|podcast|radio|revista|diario; radio .. entrevista|emisora|programa|aire; emisora; documental; cierre de edición; cerramos edición|la edición; cierro hoy|página|edición; escribo un blog; revista de; suplemento; una frase sobre; rueda de prensa; medio|medios de comunicación; declaraciones; su versión|postura|comentario .. antes|publicar|sobre; canal de televisión; noticiero|noticiario|telediario; salimos al aire; podcast sobre; un|el|nuestro|mi pódcast; oyentes; portavoz; televisión autonómica|local|regional|pública; prensa técnica|local|económica; informativo; entramos en directo; dedicar un episodio`,
    facts: ['press'],
  },
  {
    says: 'makes a legal or privacy request',
    phrases: `rgpd; derechos|derecho arco; lopd; habeas data; protección de datos; datos personales .. conserven|tienen|eliminar|copia|supresión|borren|sobre|tratamiento; mis datos .. eliminen|borren|borrados|personales|guardan|conservan; derecho de|al acceso|supresión|cancelación|olvido|oposición|rectificación; derecho al; no guarden .. cv|currículum|datos; quiten .. base; notaría; perito judicial; eliminen|borren|destruyan|supriman|eliminar|borrar|retiren|suprimir|eliminado|destruyan .. mis|datos|hoja|currículum|cv|perfil|expediente|foto|imagen; ya no .. tengan mi; consentimiento; responsable|delegado de|del tratamiento|protección; soy|como abogado|abogada|letrado|letrada; la letrada; despacho|estudio jurídico; despacho de abogados; bufete; juzgado|juzgados; el|al|del tribunal; tribunales; demanda|demandar|demandamos .. judicial|contra|presentar; acciones judiciales|legales; representación|nombre de .. cliente|ex|mi mandante|empleado|mandante; mandante; notario|notaría .. notifica|requerimos; burofax; carta documento; requerimiento; inspección|inspector|inspectora de|del .. trabajo|sanidad|consumo|trabajo|municipal; inspección .. visita|requiere|programada; ministerio; fiscalía; policía .. solicita|nacional|municipal|local|judicial; superintendencia; hacienda .. requiere|requerimiento; ayuntamiento .. requiere|notifica|multa|licencia; sindicato; expediente sancionador|administrativo; infracción|infringe; marca registrada; derechos de autor; propiedad intelectual; citación|cita como testigo; artículo #; denuncia|denunciar .. consumo|ante|agencia`,
    facts: ['legal'],
  },
  {
    says: 'proposes a partnership',
    phrases: `alianza|alianzas; colaborar|colaboración|colaboraciones .. con|entre|ustedes|vosotros|propuesta|proponer|juntos; proponer .. convenio|colaboración|acuerdo|alianza; convenio .. de|con|entre|colaboración; propuesta de colaboración; hacer algo juntos; trabajar juntos; socios|socio .. comercial|comerciales|estratégico|tecnológico; acuerdo de colaboración; integración .. entre|nuestro|conjunta|ambos; integrar .. nuestro|ambos; sinergia|sinergias; clientes en común|comunes; explorar con ustedes|vosotros; unir fuerzas; proyecto conjunto; recomendarnos mutuamente; proponemos .. integración|colaboración; se complementan; joint venture`,
    facts: ['partner'],
  },
  {
    says: 'offers to buy or merge with the company',
    phrases: `comprar|adquirir|compra|adquisición .. su|vuestra empresa|negocio|compañía; vender su|la empresa|negocio; venden|vendéis|traspasan|traspasáis el|la|su negocio|empresa|local; una|la fusión; fusionar|fusionarnos; traspaso .. negocio|local|del; accionistas`,
  },
  {
    says: 'asks for research or study',
    phrases: `tesis|tesina; trabajo de fin|investigación|grado; tfg|tfm; doctorado|doctoranda|doctorando; investigación .. universidad|sobre|académica|doctoral; investigador|investigadora|investigo; encuesta|encuestas; cuestionario .. adjunto|minutos|rellenar|responder|anónimo; estudio .. universidad|sobre cómo|académico; estudiante|estudiantes .. tesis|trabajo|entrevista|proyecto|universidad|preguntas; visita escolar|guiada .. alumnos|clase; museo|biblioteca .. exposición|archivo|buscamos|historia; mis alumnos .. visitar|visita; cronista|historiador|historiadora`,
  },
  {
    says: 'asks for a favour or a donation',
    phrases: `donar|donación|donaciones|donativo|donativos; patrocinar|patrocinio|patrocinador|patrocinadores; rifa|kermés|colecta; fiestas patronales; fiestas del barrio|pueblo; banco de alimentos; sin ánimo de lucro; fundación .. ayuda|niños|donan|apoyo; ong; charla .. alumnos|dar|sobre|jóvenes; dar una charla; ponente; prestar|prestarnos|prestarme|presten .. sillas|sala|mesas|local|carpa; permiso para|dejar .. folletos|carteles`,
  },
  {
    says: 'is not a customer',
    phrases: `no soy|somos|es .. cliente|clienta|clientes|paciente|comprador; ni cliente; nunca .. cliente|comprado|compré|contratado; no quiero|vengo|pretendo .. comprar|vender nada; vecino|vecina del|de|y|su|al|soy; soy .. vecino|vecina; vivo .. enfrente|frente|lado|arriba|abajo|encima; su|vuestro|vuestra|una camión|furgoneta|camioneta|cartel|letrero|rótulo|alarma|árbol .. bloquea|golpeó|rayó|aparca|estaciona|tapa|suena|tapando|delante; pasaba por; tapa|bloquea .. mi|el|la garaje|entrada|cochera|vado; mi cochera|garaje|vado`,
  },
  {
    says: 'sends a supplier’s invoice',
    phrases: `nuestra factura; factura .. a # días; adjuntamos|remitimos|enviamos|remito .. factura|facturas; factura .. suministro|vencida; factura .. sin abonarse; factura .. pendiente de pago; factura .. por el arriendo; somos su proveedor; rechaza nuestra factura; visto bueno .. factura; estado de cuenta adjunto; albarán|albaranes; factura .. adjunta; quién .. dirigimos`,
    facts: ['billing'],
  },
  {
    says: 'asks about lost property or a person',
    phrases: `olvidé|olvidó|dejé|perdí|perdió|perdimos|olvidamos .. paraguas|bufanda|bolso|chaqueta|abrigo|gafas|lentes|celular|móvil|cartera|sombrero|mochila|anillo|suéter|en; objetos perdidos; encontré|encontramos|encontrado|hallamos .. cartera|llaves|móvil|celular|anillo|bolso|perro|tarjeta|teléfono|maletín|carpeta; trabajó|trabajaba en|con|para su|ustedes|vuestra; referencias .. laborales|sobre|de|trabajó; de referencia; llegó|llegan|recibimos|dejaron|reciben .. por error|equivocado; correspondencia de; nombre de ustedes; su número anterior; antiguo número`,
  },
  {
    says: 'wants off a mailing list',
    phrases: `quítenme|quíteme|sáquenme|sáqueme|bórrenme|elimínenme|quitadme|borradme|sacadme|quitarme|sacarme .. lista|listas|correos|publicidad|base|boletín|mailing|de; dejen|dejad de .. enviarme|mandarme|mandar|enviar|escribirme|llamarme; no .. más|mas correos|publicidad|mensajes|promociones|boletines; no quiero .. correos|publicidad|recibir|promociones|boletín; nunca me suscribí; no me suscribí; darme de baja .. boletín|lista|correos|newsletter; baja del boletín; de la lista de`,
    masks: true,
  },
  {
    says: 'is too vague to tell',
    phrases: `tengo una pregunta|consulta|duda; una pregunta|consulta|duda; alguna|hacer consulta|una consulta; contáctenme|contácteme|contactadme; me pueden|podrían|pueden contactar|contactarme; que me llame alguien; con quién .. hablo|puedo|hablar|hablamos|me; quién .. dirijo|dirigirme|contacto|escribo; más información; quisiera|quiero|necesito información; información por favor`,
  },
  {
    says: 'thanks or praises',
    phrases: `gracias por .. todo|ayuda|atención|paciencia|servicio|trato|rapidez|excelente|haber|bien|cena; muchísimas gracias; mil gracias; solo quería .. agradecer|decir|felicitar|gracias; quería|quiero|quisiera agradecer|felicitar|agradecerles|felicitarles|felicitaros|agradeceros; enhorabuena; felicitaciones|felicidades|felicito; excelente|buen|gran servicio|trabajo|atención|producto|trato; los mejores; muy contento|contenta|contentos con; encanta|encantó|encantados .. su|vuestra|vuestro|todo|nos|la|el|con; qué rico|bonito|maravilla|buen; riquísimo|riquísima|buenísimo; sigan|seguid así; feliz navidad|año; felices fiestas; sois|son .. mejores|geniales|cracks; muy amable|amables|puntual|limpio; saludos desde; un diez|aplauso`,
    facts: ['thanks'],
    deniable: true,
  },
  {
    says: 'was meant for someone else',
    phrases: `número|persona|chat|dirección|correo equivocado|equivocada; me equivoqué de; equivocado de; no era para ustedes|vosotros|ti; mensaje para otra; mami|mamá|mamá|papi|papá|papá .. compra|llego|ya|estoy|voy|traes|trae|llámame|he; mi amor|vida|cielo; cariño; abuela|abuelita|tía .. ya|compra|llego|feliz; te quiero|amo; besos|besitos; compra|trae|traes|cómprame .. pan|leche|huevos; llego tarde .. casa|cenar|cena; ya llegué a; cuando vengas; en casa cenamos|la cena; nuevo número .. guárdalo|guardalo; aquí no es`,
    facts: ['misdirected'],
  },
  {
    says: 'is an automatic reply',
    phrases: `respuesta automática; fuera de la oficina; estaré|estoy .. vacaciones|ausente .. hasta; me encuentro .. vacaciones|ausente|fuera; mensaje automático; mensaje no .. entregado; correo .. no será reenviado; permiso de maternidad|paternidad hasta; baja maternal`,
    facts: ['automatic'],
  },
]
