import type { Evidence } from '../evidence.ts'

const ENTER = 'entrar|acceder|ingresar|conectarme|conectarnos|loguearme|abrir'

/** Phrases of customers who need help: what is broken, for whom, since when, and what they paid. */
export const SUPPORT: readonly Evidence[] = [
  {
    says: 'cannot get in',
    phrases: `no puedo|podemos|puede|consigo|logro|logramos|conseguimos .. ${ENTER}; no .. deja|dejan .. ${ENTER}; no me deja; contraseña|contraseñas; restablecer|recuperar|olvidé|cambiar .. contraseña|clave; mi|la clave .. no|sirve|expiró|incorrecta; cuenta|usuario .. bloqueada|bloqueado|suspendida|desactivada; acceso denegado; inicio|iniciar sesión; código .. no llega`,
    facts: ['blocked'],
  },
  {
    says: 'reports a fault',
    phrases: `no funciona|funcionan|funcionaba|carga|cargan|abre|abren|enciende|arranca|imprime|responde|sincroniza|guarda|llega|llegan|conecta|enfría|calienta|lee|aparece|aparecen|sale|va|sirve|anda|cierra; dejó|dejaron|deja|dejado de funcionar|imprimir|enfriar|sonar|cargar; da|dan|daba|dice|aparece|marca error; error al; fallo|fallos|falla|fallas|fallan|fallando; avería|averías|averiado|averiada; roto|rotos|rotas; está|viene rota; se cuelga|congela|traba|apaga|corta|bloquea|rompió|dañó|descompuso|malogró|cierra|queda; se ha roto|estropeado|parado|caído;
      queda|quedó|quedan congelado|colgado|pegado|pegada|bloqueado; queda|quedó en blanco; estropeado|estropeada|descompuesto|descompuesta|dañado|dañada|malogrado; pantalla blanca|negra|azul; gotea|goteando|goteras; pierde agua; huele|ruido|ruidos; desapareció|desaparecieron|desaparecido; tarda .. cargar|mucho; lentísimo|lentísima; mal hecho|hecha|puesto|puesta|cobrado|escrito`,
  },
  {
    says: 'complains about a delivery',
    phrases: `pedido # ; pedido|envío|paquete .. no|número|llegó|roto|equivocado|incompleto|retrasado; mi|nuestro|el pedido .. no|llegó|todavía; no .. llegó|llegado|recibido|recibí|recibimos; llegó|llegaron|vino|vinieron|mandaron|enviaron .. roto|rota|rotos|rotas|mal|equivocado|equivocada|dañado|golpeado|incompleto|vacío|otro|otra; pedí|pedimos|compré|encargué .. llegó|mandaron|vino|enviaron; talla|color|modelo|dirección equivocada|equivocado; falta|faltan|faltaban .. pedido|caja|piezas|tornillos|unidades;
      cambio|cambiarlo|reemplazo|reposición .. por; nadie vino|viene|apareció|llegó; nadie ha venido; no vino|vinieron|apareció nadie|el; sigo|seguimos esperando; llevo|llevamos .. esperando; mensajero|repartidor|paquetería|transportista; garantía; reclamación|reclamo #|número; caso|expediente|radicado|guía #; número de pedido|guía|caso|reserva|ticket|seguimiento; código de seguimiento`,
    facts: ['blocked'],
  },
  {
    says: 'disputes money',
    phrases: `cobraron|cobrado|cobrasteis|cobráis|cobrando|cobro|cobros .. doble|veces|demás|más|mal|indebido|indebidos|no|dinero|duplicado; me|nos cobraron|cobró|cobran|cobráis|descontaron|debitaron|cargaron; han|están|habéis cobrado|cobrando; cobro indebido|doble|duplicado; cargo|cargos .. doble|duplicado|tarjeta|no|veces; doble cargo|cobro; cobrar dos; cobraron doble; dos|tres cargos|cobros; descontaron|pasaron .. veces; han cargado; pagaron dos; reembolso|reembolsos|reembolsen|reembolsar|reembolsarme; devuelvan|devuélvanme|devuélveme|devolvedme|devolverme|devolución .. dinero|importe|diferencia|plata|cobrado|#|valor|cuota; que me|nos devuelvan|devolváis; devolución; mi dinero|plata de vuelta; recibo|factura .. mal|error|incorrecta|duplicada|equivocada|alta; factura .. no corresponde; error .. factura|facturación|cobro;
      factura .. de más; nota de crédito; domiciliación; pagué|pagado|pagamos .. pero|veces; pagué|pagado de más; pagué dos; domiciliado; sobrecargo|sobrecobro; mi recarga; cobraste; cobraron la diferencia; dirección|datos de facturación; cobrando de más; quitado # ; cuenta de cobro`,
    facts: ['billing', 'blocked'],
  },
  {
    says: 'cancels or threatens to leave',
    phrases: `dar|doy|darme|darnos|damos|den|dadme|denme .. de baja; baja .. servicio|suscripción|contrato|cuenta|definitiva; la baja; cancelar|cancelo|cancelen|cancelamos|cancelación .. suscripción|contrato|servicio|cuenta|plan|membresía|todo|y|contrato|póliza; quiero|queremos|solicito cancelar; rescindir|rescindo|rescindimos|rescisión; cerrar|cierro|cierren .. cuenta; me|nos vamos|voy|iré|iremos|cambio|cambiamos|cambiaré .. con|a|otra|otro|competencia|compañía|taller|enfrente|proveedor; me voy|cambio; la competencia; buscar|busco|buscaremos|buscando otra|otro|otras|otros .. opciones|opción|empresa|proveedor|compañía; o .. nos vamos; última oportunidad|vez; hasta aquí llegamos; hasta aquí hemos llegado; cambiar|cambiarme|cambiarnos de compañía|operador|empresa|banco; voy|iré|vamos .. abogado|consumo; hoja de reclamaciones; no .. renovar|renovaremos|renuevo|renovamos; otra|otro compañía|empresa|proveedor|operador .. ofrece|ofrecen|igual|menos|mejor; portabilidad; pidió|pedí|pedimos|pidieron .. otros|otras presupuestos|cotizaciones|ofertas|opciones; termino|terminamos|terminaremos el contrato; hasta ahí llegamos; último aviso antes; una más y; no .. nunca más; se cambiaron de; antes de irme|irnos; cierro .. cuentas`,
    facts: ['churn-risk', 'blocked'],
  },
  {
    says: 'complains about the service',
    phrases: `segunda|tercera|cuarta|quinta|enésima vez|llamada|correo; tercer|cuarto|segundo correo|mensaje|aviso|reclamo; # veces; nadie contesta|responde|atiende|coge|contestó|respondió|llama|soluciona|resuelve; no .. contestan|responden|contestáis|respondéis|atienden; sin respuesta; sigo|seguimos sin; harto|harta|hartos|hartas; vergüenza|vergonzoso; inaceptable; pésimo|pésima|pésimos; nefasto|nefasta; lamentable; decepcionado|decepcionada|decepción; queja|quejas|quejarme; indignado|indignada; prometieron|prometisteis|prometió; dijeron|dijisteis que; tomadura de pelo; falta de respeto; muy mal servicio; mala atención|reseña|experiencia`,
    facts: ['blocked'],
  },
  {
    says: 'is a customer already',
    phrases: `desde la|el|su|vuestra actualización|instalación|mantenimiento|cambio; tras|después .. actualización|visita|reparación|mantenimiento; desde ayer|anoche|esta|hoy|hace; ayer|anoche; que|lo .. instalaron|instalasteis|vendieron|vendisteis|pusieron|pusisteis|arreglaron|montaron|montasteis|entregaron|alquilasteis; su|vuestro técnico|repartidor|instalador|sistema|aplicación|app|programa|portal; vuestra|su plataforma|web|aplicación|app; soy|somos cliente|clientes|socio|abonado|usuario; cliente desde|número; número de cliente|contrato|socio; mi|nuestra|nuestro cuenta|contrato|suscripción|plan|reserva|panel; nos|me instalaron|vendieron|pusieron; compré|compramos; otra vez|de nuevo|todavía; sigue|siguen sin; captura|capturas|pantallazo; reinicié|reinstalé|reiniciado|intenté|intentado; ya|lo probé`,
  },
  {
    says: 'says that all of it is down',
    phrases: `todo .. caído|parado|bloqueado|muerto; se .. cayó|caído .. sistema|servidor|todo|página|web|red|internet|plataforma; sistema|servidor|servidores|página|web|plataforma|red|portal|pasarela .. caído|caída|caídos|cayó|inaccesible|colapsado|parado; caída|caído .. total|sistema|servidor|servicio|desde; nada funciona; no funciona nada; nadie|ninguna|ningún|ninguno .. de|del|en .. puede|puedo|pueden|funciona|lee|abre|cobra|ve|entra|factura; nadie|ninguna|ningún|ninguno .. puede|pueden|funciona|entra|acceder|abre|lee|imprime|consigue|ve|logra|tiene|responde|marca; sin internet|luz|agua|sistema|línea|servicio|teléfono|señal|conexión|calefacción .. toda|todo|todos|todas|edificio|hotel|oficina|planta|desde|empresa; se fue|cortó|cayó|cayo .. internet|luz|agua|sistema|central|red; todo caído; cajas|terminales|teléfonos|líneas caídas|caídos; no .. a nadie; da|dan|dando|sale error 500|503|502; fuera de servicio|línea; interrupción; apagón`,
    facts: ['outage', 'standstill'],
  },
  {
    says: 'says that many are hit',
    phrases: `ninguna|ninguno|ningún .. de|cliente|empleado|usuario|tienda|caja|sucursal|pedido|alumno|profesor|profesora; nadie .. puede|oficina|empresa|entra|hospital|colegio|planta; todos|todas .. los|las|nuestros|nuestras clientes|usuarios|empleados|cajas|tiendas|sucursales|alumnos|pacientes|equipos|computadoras|ordenadores|sedes|trabajadores|abonados|huéspedes|contactos; toda|todo la|el|nuestra oficina|empresa|fábrica|planta|equipo|colegio|hospital|hotel|edificio|plantilla|clínica|escuela|comunidad; # personas|empleados|alumnos|pacientes|vecinos|huéspedes|trabajadores|agentes .. sin|esperando|parados|paradas|fuera; cola|colas .. hasta|de|enorme|gente; gente esperando|fuera; nuestros|mis clientes .. no|esperan|quejan|llaman|reciben; las # sucursales|tiendas|cajas|salas|sedes; los # alumnos|empleados|usuarios|equipos|vecinos; pacientes|huéspedes|vecinos .. sin|esperando|ya`,
    facts: ['many-affected'],
  },
  {
    says: 'says that business stands still',
    phrases: `parados|paradas|parado|parada .. fábrica|producción|línea|planta|todos|desde|empresa|almacén|negocio|totalmente|completamente; producción|línea|fábrica|planta|almacén|obra|cocina|negocio|operación .. parado|parada|detenida|detenido|paró; no podemos|puedo .. vender|cobrar|facturar|trabajar|operar|despachar|atender|producir|abrir|servir; perdiendo|perdemos dinero|ventas|clientes|plata; cada hora|minuto .. cuesta|perdemos|pierde; papel y lápiz; brazos cruzados; cerrar .. tienda|local|restaurante|consulta; peligro|peligroso|peligrosa; fuga de gas; huele a gas|quemado; inundado|inundada|inundación|inundando; evacuar|evacuamos|atrapado|atrapada|atrapados`,
    facts: ['standstill'],
  },
  {
    says: 'has lost data',
    phrases: `pérdida de datos|información; perdimos|perdido|perdió|perdieron|borró|borraron|borrado|desaparecieron|desaparecido|desapareció|esfumaron .. todo|toda|todos|todas|datos|historial|historiales|registros|archivos|clientes|facturas|fotos|base|expedientes|información|carpeta|fichas|pedidos; todos|todas|datos|historial|registros|archivos|clientes|facturas|base .. borraron|borrado|desaparecieron|desaparecido|perdido|perdieron|vacía|vacío|esfumaron; se borró|borraron; copia|copias de seguridad; respaldo|respaldos; restaurar|recuperar|recuperen .. datos|copia|archivos|información|base|todo`,
    facts: ['data-loss'],
  },
  {
    says: 'reports a breach',
    phrases: `hackeado|hackeada|hackearon|hackeó|hackeo; ciberataque|ransomware; filtración|filtraron|filtrado|filtrados .. datos|clientes|contraseñas|base|información; brecha|fuga .. seguridad|datos|información; fallo|fallos|vulnerabilidad|vulnerabilidades|incidente|incidentes|problema de seguridad|vulnerabilidad; datos|facturas|análisis|historiales|nóminas|expedientes|pedidos|cuentas|información|contratos de|del otro|otra|otros|otras; de otro cliente|paciente|usuario|empresa; de otros clientes|pacientes|usuarios; de otra empresa|clínica|persona; acceso|accesos|ingreso no autorizado|autorizados; sin autorización; alguien .. entró|accedió|robó|descargó|cambió|ingresó|tiene; robaron|robado|robada .. datos|cuenta|contraseña|claves|clave; entraron .. cuenta|sistema|servidor|correo; datos .. expuestos|públicos|venta|abiertos|visibles|filtrados; carpeta|base|cubo|servidor|planilla|documento .. pública|abierta|abierto|público|expuesta; cifrado|cifrados|cifraron|cifrar .. archivos|servidores|rescate; piden .. rescate|bitcoin; se hacen|hace pasar; facturas falsas; suplantación|suplantan|suplantando; correo sospechoso|fraudulento; correo de phishing; aviso de inicio; pentest; sin autenticación|cifrar; no fui yo; no fuimos nosotros; base de clientes|usuarios .. publicada|publicado|venta|foro; tiene .. nuestras claves|contraseñas; inicio de sesión .. no; contraseñas sin cifrar; cualquiera .. puede ver|descargar; en nombre de ustedes`,
    facts: ['breach', 'security'],
  },
  {
    says: 'reports mailing or charging that runs away',
    phrases: `sigue|siguen|está|están|no .. enviando|mandando|cobrando|deja .. a|misma|mismo|todos|nuestros|cada|enviar|mandar|cobrar; la misma factura; mismo correo|mensaje|sms a; cobrando .. todos|clientes; todos nuestros|mis clientes|contactos; cobros no paran; deténganlo|detengan|paren|párenlo|paradlo; cómo lo|se|la paramos|detengo|para|detenemos`,
    facts: ['mass-damage'],
  },
  {
    says: 'asks how something works',
    phrases: `cómo se|puedo|podemos|hago|hacemos|hay .. cambia|cambio|cambiar|descargo|descargar|exporto|exportar|añado|añadir|agrego|agregar|configuro|configurar|activo|activar|desactivo|elimino|eliminar|borro|recupero|recuperar|imprimo|imprimir|modifico|modificar|hacer|hace|usa|pongo|poner|quito|quitar|reinicio|crear|creo|veo|ver|que; cómo cambio|descargo|exporto|añado|agrego|configuro|activo|desactivo|elimino|borro|recupero|imprimo|modifico|uso|pongo|quito|reinicio|creo|veo|funciona|subo|conecto|bloqueo; dónde está|están|encuentro|veo|puedo|descargo|cambio|consulto|bajo|pongo|miro|se; hay .. forma|manera|modo .. de; se puede cambiar|exportar|desactivar|imprimir|configurar|añadir|agregar|programar; manual|instrucciones .. de|del|para; paso a paso; qué significa|quiere; me explica|explican|explicáis; no encuentro .. opción|botón|cómo|dónde; el manual`,
    facts: ['how-to'],
  },
  {
    says: 'reports a blemish',
    phrases: `errata|erratas; falta de ortografía; faltas de ortografía; mal escrito|escrita; detalle|detallito; pequeño|pequeña error|fallo|detalle|cosa; no es grave|importante|nada; nada grave|importante|serio; cosa menor; sin importancia; un poco cortado|torcido|borroso|lento|tapado|chueca|desalineado; medio tapado; borroso|borrosa|torcido|chueco|chueca; solo para que lo sepan|sepáis; se lee; se puede usar; pero funciona; lo digo por`,
    facts: ['minor'],
  },
  {
    says: 'asks for an invoice or a receipt',
    phrases: `reenviar|reenvíen|reenviarme|mandar|mandarme|enviar|enviarme|copia|copias|duplicado|descargar .. factura|facturas|recibo|boleta; otra vez la factura; factura de .. enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre; datos|domicilio .. fiscales|fiscal; factura a nombre`,
    facts: ['routine', 'billing'],
  },
  {
    says: 'makes a routine request as a customer',
    phrases: `reenviar|reenvíen|reenviarme|mandar|mandarme|enviar|enviarme|copia|duplicado .. contrato|certificado|comprobante; copia|duplicado de .. contrato; cambio|cambiar|cambien|actualizar|actualicen .. dirección|domicilio|correo|datos|teléfono|titular|titularidad|nombre|razón; cámbiennos el|la; nueva|nuevo dirección|domicilio; hemos mudado; nos mudamos; certificado de|del; comprobante de; reprogramar|cambiar .. cita|visita`,
    facts: ['routine'],
  },
  {
    says: 'says it is solved',
    phrases: `ya funciona|entré|anda|imprime|enfría|volvió|quedó|apareció|apareció|pude|puedo|llegó|está|va|aparecieron .. gracias|todo|solo|otra|bien|resuelto|solucionado|arreglado|entrar|paquete|nada; ya funciona|anda|imprime|entré|pude|quedó; funciona otra; vuelve a funcionar; vuelto a funcionar; resuelto|resuelta|solucionado|solucionada; se resolvió|solucionó|arregló; falsa alarma; olvídenlo|olvídelo|olvidadlo|olvídate|olvidenlo; no manden|envíen|mandéis|vengan .. nadie|técnico|ya; cierren|cerrad|cerrar|pueden cerrar|cierro .. caso|ticket|tique|incidencia|reclamo; no hace|hizo falta .. nadie|técnico|ya|vengan|envíen|nada|respondan|ayuda; cancelad|cancelen la|el alerta|aviso|visita; era|fue .. mi|nuestro|nuestra|culpa wifi|firewall|error|culpa|fusible|batería; era el|mi|la cable|mando|wifi|batería|fusible; retiro lo dicho; perdón|disculpen|disculpas .. alarma|alboroto|molestia|susto; al final .. encontré|pude; mil disculpas`,
    facts: ['resolved'],
  },
]
