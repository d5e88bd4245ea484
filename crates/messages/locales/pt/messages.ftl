### Português do Brasil, compreensível em Portugal.
### Tratamento: "você", próximo e profissional. Sem formas que pressuponham o gênero de quem lê.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } ponto
    [many] { $points } de pontos
   *[other] { $points } pontos
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } ponto
    [many] { $balance } de pontos
   *[other] { $balance } pontos
}
n-days = { PLURAL($days) ->
    [one] { $days } dia
    [many] { $days } de dias
   *[other] { $days } dias
}
greeting = { $named ->
    [yes] Olá, { $name }!
   *[no] Olá!
}
signature = Equipe { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } de desconto
    [percent] { $percent } de desconto
    [shipping] frete grátis
   *[product] { $product } grátis
}
# Segue "por".
source = { $source ->
    [order] seu pedido { $order }
    [signup] criar sua conta
    [newsletter] assinar nossa newsletter
    [review] sua avaliação
    [birthday] seu aniversário
    [referral] sua indicação
    [campaign] participar de uma promoção
   *[other] participar do programa
}
reason = { $reason ->
    [refund] reembolso do pedido { $order }
    [cancellation] cancelamento do pedido { $order }
   *[correction] correção feita por { $shop }
}

action-points = Ver seus pontos
action-rewards = Ver suas recompensas
action-redeem = Resgatar agora
action-use = Usar seus pontos
action-shop = Ir para a loja
action-benefits = Ver seus benefícios
action-share = Compartilhar seu link
action-download = Baixar seus dados

## Messages

welcome-subject = Boas-vindas ao programa de fidelidade { $shop }
welcome-body = Agradecemos sua participação no programa de fidelidade { $shop }. { $has-points ->
    [yes] Seu presente de boas-vindas: { n-points }.
   *[no] A partir de agora, você ganha pontos a cada compra.
}
welcome-sms = { $shop }: Boas-vindas ao nosso programa de fidelidade! { $has-points ->
    [yes] Seu presente: { n-points }.
   *[no] Agora você ganha pontos a cada compra.
}

points-earned-subject = Você ganhou { n-points }
points-earned-body =
    Você ganhou { n-points } por { source }.
    Seu novo saldo: { n-balance }.
points-earned-sms = { $shop }: Você ganhou { n-points }. Seu novo saldo: { n-balance }.

points-adjusted-subject = Seu saldo de pontos mudou
points-adjusted-body =
    { $change ->
        [added] Adicionamos { n-points } à sua conta.
       *[removed] Descontamos { n-points } da sua conta.
    }
    Motivo: { reason }
    Seu novo saldo: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Adicionamos { n-points } à sua conta.
   *[removed] Descontamos { n-points } da sua conta.
} Seu novo saldo: { n-balance }.

points-redeemed-subject = Você resgatou { n-points }
points-redeemed-body =
    Você trocou { n-points } por esta recompensa: { $reward }
    Seu novo saldo: { n-balance }.
points-redeemed-sms = { $shop }: Você trocou { n-points } por “{ $reward }”. Seu novo saldo: { n-balance }.

points-returned-subject = Seus pontos voltaram
points-returned-body =
    Sua recompensa “{ $reward }” não pôde ser emitida ou foi cancelada, por isso devolvemos { n-points } à sua conta.
    Seu novo saldo: { n-balance }.
points-returned-sms = { $shop }: Sua recompensa “{ $reward }” foi cancelada. Devolvemos { n-points } à sua conta. Seu novo saldo: { n-balance }.

points-expiring-subject = Use { n-points } até { $date }
points-expiring-body =
    Em { n-days }, você vai perder { n-points } que expiram.
    Use seus pontos até { $date }. Seu saldo: { n-balance }.
points-expiring-sms = { $shop }: Em { n-days }, você vai perder { n-points }. Use seus pontos até { $date }. Seu saldo: { n-balance }.

points-expired-subject = Alguns dos seus pontos expiraram
points-expired-body =
    Retiramos { n-points } da sua conta porque a data de validade passou.
    Seu novo saldo: { n-balance }.
points-expired-sms = { $shop }: Retiramos { n-points } da sua conta porque a data de validade passou. Seu novo saldo: { n-balance }.

reward-available-subject = Uma recompensa espera por você
reward-available-body =
    Seu saldo de { n-balance } é suficiente para esta recompensa: { $reward }
    Você pode resgatar por { n-points }.
reward-available-sms = { $shop }: Seu saldo: { n-balance }. Troque { n-points } por “{ $reward }”.

reward-issued-subject = Sua recompensa: { $reward }
reward-issued-body =
    Sua recompensa está pronta: { $reward }
    Código: { $code }
    { $has-date ->
        [yes] Válido até: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Pedido mínimo: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Seu código para “{ $reward }” é { $code }. { $has-date ->
    [yes] Válido até { $date }.
   *[no] {""}
}

reward-expiring-subject = Sua recompensa expira em breve
reward-expiring-body =
    Sua recompensa “{ $reward }” expira em { n-days }, no dia { $date }.
    Código: { $code }
reward-expiring-sms = { $shop }: Sua recompensa “{ $reward }” expira em { n-days }, no dia { $date }. Código: { $code }

store-credit-issued-subject = Você tem { $amount } de crédito na loja
store-credit-issued-body = Adicionamos { $amount } de crédito na loja à sua conta. Você pode usar na hora de pagar.
store-credit-issued-sms = { $shop }: Adicionamos { $amount } de crédito na loja à sua conta. Você pode usar na hora de pagar.

tier-upgraded-subject = Você alcançou o nível { $tier }
tier-upgraded-body = Parabéns! Você alcançou o nível “{ $tier }”. Aproveite seus novos benefícios.
tier-upgraded-sms = { $shop }: Parabéns! Você alcançou o nível “{ $tier }”. Aproveite seus novos benefícios.

tier-downgraded-subject = Seu nível mudou
tier-downgraded-body =
    Seu novo nível: “{ $tier }”.
    Cada compra aproxima você do próximo nível.
tier-downgraded-sms = { $shop }: Seu novo nível: “{ $tier }”. Cada compra aproxima você do próximo nível.

birthday-subject = { $shop } deseja um feliz aniversário
birthday-body =
    Feliz aniversário! Nosso presente para você: { n-points }.
    Seu novo saldo: { n-balance }.
birthday-sms = { $shop }: Feliz aniversário! Nosso presente para você: { n-points }. Seu novo saldo: { n-balance }.

referral-link-subject = Indique { $shop } a quem você gosta
referral-link-body =
    Seu link pessoal está pronto. Compartilhe com quem você gosta e receba uma recompensa também.
    Quem você indicar recebe: { benefit }
    Seu código: { $code }
referral-link-sms = { $shop }: Compartilhe seu código { $code }. Quem você indicar recebe: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } recomenda { $shop }
   *[no] Alguém recomenda { $shop } a você
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } acha que você vai gostar de { $shop }.
       *[no] Alguém que você conhece acha que você vai gostar de { $shop }.
    }
    Seu presente de boas-vindas: { benefit }
    Código: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } recomenda { $shop }.
   *[no] Alguém recomenda { $shop } a você.
} Seu presente de boas-vindas: { benefit }. Código: { $code }

referral-completed-subject = Agradecemos sua indicação
referral-completed-body =
    A pessoa que você indicou fez o primeiro pedido.
    Sua recompensa: { benefit }
referral-completed-sms = { $shop }: A pessoa que você indicou fez o primeiro pedido. Sua recompensa: { benefit }

referral-gift-subject = Seu presente de boas-vindas de { $shop }
referral-gift-body =
    Que bom que você aceitou a indicação.
    Seu presente: { benefit }
    { $has-code ->
        [yes] Código: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Que bom ter você aqui. Seu presente: { benefit }. { $has-code ->
    [yes] Código: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: pontos × { $factor }
campaign-started-body =
    “{ $campaign }” começou: suas compras agora valem pontos × { $factor }.
    Término: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” começou: suas compras agora valem pontos × { $factor }. Término: { $ends }

win-back-subject = Sentimos sua falta em { $shop }
win-back-body =
    Faz um tempo desde seu último pedido.
    Você ainda tem { n-balance } para usar.
win-back-sms = { $shop }: Sentimos sua falta! Você ainda tem { n-balance } para usar.

data-request-received-subject = Recebemos sua solicitação
data-request-received-body =
    { $request ->
        [export] Recebemos sua solicitação de uma cópia dos seus dados.
       *[erasure] Recebemos sua solicitação de exclusão dos seus dados.
    }
    Vamos concluí-la até { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Recebemos sua solicitação de uma cópia dos seus dados.
   *[erasure] Recebemos sua solicitação de exclusão dos seus dados.
} Vamos concluí-la até { $date }.

data-export-ready-subject = Seus dados estão prontos
data-export-ready-body = A cópia dos seus dados está pronta. Você pode baixá-la até { $date }.
data-export-ready-sms = { $shop }: A cópia dos seus dados está pronta. Você pode baixá-la até { $date }.

data-erased-subject = Seus dados foram excluídos
data-erased-body = Conforme solicitado, excluímos seus dados pessoais do nosso programa de fidelidade.
data-erased-sms = { $shop }: Conforme solicitado, excluímos seus dados pessoais do nosso programa de fidelidade.
