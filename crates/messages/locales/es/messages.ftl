### Español, comprensible en España y en América.
### Tratamiento: "tú", cercano y profesional. Sin formas que supongan el género de quien lee.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } punto
    [many] { $points } de puntos
   *[other] { $points } puntos
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } punto
    [many] { $balance } de puntos
   *[other] { $balance } puntos
}
n-days = { PLURAL($days) ->
    [one] { $days } día
    [many] { $days } de días
   *[other] { $days } días
}
greeting = { $named ->
    [yes] Hola, { $name }:
   *[no] Hola:
}
signature = El equipo de { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } de descuento
    [percent] { $percent } de descuento
    [shipping] envío gratis
   *[product] { $product } gratis
}
# Sigue a "por".
source = { $source ->
    [order] tu pedido { $order }
    [signup] crear tu cuenta
    [newsletter] suscribirte a nuestro boletín
    [review] tu reseña
    [birthday] tu cumpleaños
    [referral] recomendarnos
    [campaign] participar en una promoción
   *[other] formar parte del programa
}
reason = { $reason ->
    [refund] reembolso del pedido { $order }
    [cancellation] cancelación del pedido { $order }
   *[correction] corrección de { $shop }
}

action-points = Ver tus puntos
action-rewards = Ver tus recompensas
action-redeem = Canjear ahora
action-use = Usar tus puntos
action-shop = Ir a la tienda
action-benefits = Ver tus ventajas
action-share = Compartir tu enlace
action-download = Descargar tus datos

## Messages

welcome-subject = Te damos la bienvenida al programa de { $shop }
welcome-body = Gracias por unirte al programa de recompensas de { $shop }. { $has-points ->
    [yes] Tu regalo de bienvenida: { n-points }.
   *[no] A partir de ahora ganas puntos con cada compra.
}
welcome-sms = { $shop }: Te damos la bienvenida a nuestro programa de recompensas. { $has-points ->
    [yes] Tu regalo: { n-points }.
   *[no] Ya ganas puntos con cada compra.
}

points-earned-subject = Has ganado { n-points }
points-earned-body =
    Has ganado { n-points } por { source }.
    Tu saldo es ahora de { n-balance }.
points-earned-sms = { $shop }: Has ganado { n-points }. Tu saldo es ahora de { n-balance }.

points-adjusted-subject = Tu saldo de puntos ha cambiado
points-adjusted-body =
    { $change ->
        [added] Hemos añadido { n-points } a tu cuenta.
       *[removed] Hemos descontado { n-points } de tu cuenta.
    }
    Motivo: { reason }
    Tu saldo es ahora de { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Hemos añadido { n-points } a tu cuenta.
   *[removed] Hemos descontado { n-points } de tu cuenta.
} Tu saldo es ahora de { n-balance }.

points-redeemed-subject = Has canjeado { n-points }
points-redeemed-body =
    Has canjeado { n-points } por esta recompensa: { $reward }
    Tu saldo es ahora de { n-balance }.
points-redeemed-sms = { $shop }: Has canjeado { n-points } por «{ $reward }». Tu saldo es ahora de { n-balance }.

points-returned-subject = Te hemos devuelto tus puntos
points-returned-body =
    Tu recompensa «{ $reward }» no se pudo emitir o se canceló, así que hemos devuelto { n-points } a tu cuenta.
    Tu saldo es ahora de { n-balance }.
points-returned-sms = { $shop }: Tu recompensa «{ $reward }» se canceló. Hemos devuelto { n-points } a tu cuenta. Tu saldo es ahora de { n-balance }.

points-expiring-subject = Usa { n-points } hasta el { $date }
points-expiring-body =
    Dentro de { n-days } perderás { n-points } por caducidad.
    Usa tus puntos hasta el { $date }. Tu saldo es de { n-balance }.
points-expiring-sms = { $shop }: Dentro de { n-days } perderás { n-points } por caducidad. Usa tus puntos hasta el { $date }. Tu saldo es de { n-balance }.

points-expired-subject = Algunos de tus puntos han caducado
points-expired-body =
    Hemos retirado { n-points } de tu cuenta por haber pasado la fecha de caducidad.
    Tu saldo es ahora de { n-balance }.
points-expired-sms = { $shop }: Hemos retirado { n-points } de tu cuenta por caducidad. Tu saldo es ahora de { n-balance }.

reward-available-subject = Te espera una recompensa
reward-available-body =
    Tu saldo de { n-balance } alcanza para esta recompensa: { $reward }
    Puedes canjearla por { n-points }.
reward-available-sms = { $shop }: Tu saldo es de { n-balance }. Canjea { n-points } por «{ $reward }».

reward-issued-subject = Tu recompensa: { $reward }
reward-issued-body =
    Tu recompensa está lista: { $reward }
    Código: { $code }
    { $has-date ->
        [yes] Válido hasta: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Compra mínima: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Tu código para «{ $reward }» es { $code }. { $has-date ->
    [yes] Válido hasta el { $date }.
   *[no] {""}
}

reward-expiring-subject = Tu recompensa caduca pronto
reward-expiring-body =
    Tu recompensa «{ $reward }» caduca dentro de { n-days }, el { $date }.
    Código: { $code }
reward-expiring-sms = { $shop }: Tu recompensa «{ $reward }» caduca dentro de { n-days }, el { $date }. Código: { $code }

store-credit-issued-subject = Tienes { $amount } de saldo en la tienda
store-credit-issued-body = Hemos añadido { $amount } de saldo en la tienda a tu cuenta. Puedes usarlo al pagar.
store-credit-issued-sms = { $shop }: Hemos añadido { $amount } de saldo en la tienda a tu cuenta. Puedes usarlo al pagar.

tier-upgraded-subject = Has alcanzado el nivel { $tier }
tier-upgraded-body = ¡Enhorabuena! Has alcanzado el nivel «{ $tier }». Disfruta de tus nuevas ventajas.
tier-upgraded-sms = { $shop }: ¡Enhorabuena! Has alcanzado el nivel «{ $tier }». Disfruta de tus nuevas ventajas.

tier-downgraded-subject = Tu nivel ha cambiado
tier-downgraded-body =
    Tu nuevo nivel es «{ $tier }».
    Cada compra te acerca al siguiente nivel.
tier-downgraded-sms = { $shop }: Tu nuevo nivel es «{ $tier }». Cada compra te acerca al siguiente nivel.

birthday-subject = { $shop } te desea un feliz cumpleaños
birthday-body =
    ¡Feliz cumpleaños! Nuestro regalo: { n-points }.
    Tu saldo es ahora de { n-balance }.
birthday-sms = { $shop }: ¡Feliz cumpleaños! Nuestro regalo: { n-points }. Tu saldo es ahora de { n-balance }.

referral-link-subject = Comparte { $shop } con tus amistades
referral-link-body =
    Tu enlace personal está listo. Compártelo con tus amistades y tú también tendrás una recompensa.
    Tus amistades reciben: { benefit }
    Tu código: { $code }
referral-link-sms = { $shop }: Comparte tu código { $code } con tus amistades. Reciben: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } te recomienda { $shop }
   *[no] Alguien te recomienda { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } cree que te gustará { $shop }.
       *[no] Alguien que conoces cree que te gustará { $shop }.
    }
    Tu regalo de bienvenida: { benefit }
    Código: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } te recomienda { $shop }.
   *[no] Alguien te recomienda { $shop }.
} Tu regalo de bienvenida: { benefit }. Código: { $code }

referral-completed-subject = Gracias por recomendarnos
referral-completed-body =
    La persona a la que invitaste ha hecho su primer pedido.
    Tu recompensa: { benefit }
referral-completed-sms = { $shop }: La persona a la que invitaste ha hecho su primer pedido. Tu recompensa: { benefit }

referral-gift-subject = Tu regalo de bienvenida de { $shop }
referral-gift-body =
    Gracias por unirte gracias a una recomendación.
    Tu regalo: { benefit }
    { $has-code ->
        [yes] Código: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Gracias por unirte. Tu regalo: { benefit }. { $has-code ->
    [yes] Código: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: puntos × { $factor }
campaign-started-body =
    Ha empezado «{ $campaign }»: tus compras suman ahora puntos × { $factor }.
    Termina: { $ends }
campaign-started-sms = { $shop }: Ha empezado «{ $campaign }»: tus compras suman puntos × { $factor }. Termina: { $ends }

win-back-subject = En { $shop } te echamos de menos
win-back-body =
    Hace tiempo que no nos visitas.
    Aún tienes { n-balance } por gastar.
win-back-sms = { $shop }: ¡Te echamos de menos! Aún tienes { n-balance } por gastar.

data-request-received-subject = Hemos recibido tu solicitud
data-request-received-body =
    { $request ->
        [export] Hemos recibido tu solicitud de una copia de tus datos.
       *[erasure] Hemos recibido tu solicitud de eliminar tus datos.
    }
    La atenderemos a más tardar el { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Hemos recibido tu solicitud de una copia de tus datos.
   *[erasure] Hemos recibido tu solicitud de eliminar tus datos.
} La atenderemos a más tardar el { $date }.

data-export-ready-subject = Tus datos están listos
data-export-ready-body = La copia de tus datos está lista. Puedes descargarla hasta el { $date }.
data-export-ready-sms = { $shop }: La copia de tus datos está lista. Puedes descargarla hasta el { $date }.

data-erased-subject = Tus datos se han eliminado
data-erased-body = Tal como pediste, hemos eliminado tus datos personales de nuestro programa de recompensas.
data-erased-sms = { $shop }: Tal como pediste, hemos eliminado tus datos personales de nuestro programa de recompensas.
